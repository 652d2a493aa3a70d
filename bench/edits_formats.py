"""Edits of JSON, JavaScript, TOML and Dockerfiles: time per proven edit by size, and a long run of random edits.

`python -m bench.edits_formats [EDITS]` prints both; EDITS (20000 by default) random edits have to end with 0 wrong.
"""

import json
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from orchestrator.edits.action import Scene, TextTree
from orchestrator.edits.javascript.editor import JsEditor
from orchestrator.edits.javascript.model import load_model as load_js
from orchestrator.edits.jsonc.editor import JsonEditor
from orchestrator.edits.jsonc.model import load_model as load_json
from orchestrator.edits.patch import is_untouched_outside
from orchestrator.edits.propose import propose, read_params
from orchestrator.edits.registry import find_action
from orchestrator.edits.result import Refusal
from orchestrator.edits.toml.editor import TomlEditor
from orchestrator.edits.toml.model import load_model as load_toml
from orchestrator.edits.verify import first_difference

ROUNDS = 30
TEXTS = [
    "",
    "yes",
    "a: b",
    "# x",
    "// x",
    "*s",
    "a'b",
    'a"b',
    "back\\slash",
    "äöü 📦",
    "a\nb",
    "\t",
    "a,b",
    "{",
    "]",
    "1.1",
]
KEYS = ["a", "b", "lines", "src/**", "a-b", "1", "été", "with space", "tool", "x.y"]


def big_js(lines: int) -> str:
    """Return a Jest config of about so many lines."""
    globs = "".join(f"    '!src/part{at}/**',\n" for at in range(lines - 12))
    return f"module.exports = {{\n  collectCoverageFrom: [\n    'src/**/*.ts',\n{globs}  ],\n}};\n"


def big_json(lines: int) -> str:
    """Return a package.json of about so many lines."""
    scripts = {f"script{at}": f"node {at}.js" for at in range(lines - 6)}
    return json.dumps({"name": "x", "scripts": scripts, "devDependencies": {}}, indent=2) + "\n"


def big_toml(lines: int) -> str:
    """Return a pyproject.toml of about so many lines."""
    tables = "".join(f"[tool.t{at}]\nx = {at}  # so\ny = ['a', 'b']\n\n" for at in range(lines // 4 - 1))
    return f"[project]\nname = 'x'\ndependencies = []\n\n{tables}"


def big_dockerfile(lines: int) -> str:
    """Return a Dockerfile of about so many lines."""
    runs = "".join(f"RUN make part{at} \\\n  && make clean\n" for at in range(lines // 2 - 2))
    return f"FROM node:22-alpine\nWORKDIR /app\n{runs}CMD ['node']\n"


CASES: Mapping[str, tuple[Callable[[int], str], str, str, dict[str, Any]]] = {
    "expand_coverage_collection": (
        big_js,
        "jest.config.js",
        "expand_coverage_collection",
        {"include": ["lib/**/*.js"]},
    ),
    "add_directory_thresholds": (
        big_js,
        "jest.config.js",
        "add_directory_thresholds",
        {"thresholds": {"src": 50}, "mode": "set"},
    ),
    "json_set": (big_json, "package.json", "json_set", {"path": "engines.node", "value": ">=22"}),
    "add_dev_dependency": (big_json, "package.json", "add_dev_dependency", {"package": "jest", "version": "30.0.0"}),
    "toml_set": (big_toml, "pyproject.toml", "toml_set", {"path": "tool.t3.x", "value": 99}),
    "add_dependency": (big_toml, "pyproject.toml", "add_dependency", {"requirement": "httpx>=0.27"}),
    "add_nonroot_user": (big_dockerfile, "Dockerfile", "add_nonroot_user", {}),
}


def measure() -> None:
    """Print the median milliseconds (of the processor) of one planned and proven edit, at 100 and at 1,600 lines."""
    print(f"{'action':<28}{'100 lines':>12}{'1,600 lines':>14}")
    for name, (make, path, action_name, given) in CASES.items():
        row = []
        for lines in (100, 1600):
            action = find_action(action_name)
            params = read_params(action, given)
            seconds = []
            for number in range(ROUNDS if lines == 100 else ROUNDS // 6):
                # Another text each time: what was read before is remembered for a while.
                files = {path: make(lines + number % 7) + " " * number, "src/a.ts": "", "lib/b.js": ""}
                begun = time.process_time()
                result = propose(action, Scene(path, TextTree(files)), params)
                seconds.append(time.process_time() - begun)
                assert result.status == "changed", result.reason
            row.append(statistics.median(seconds) * 1000)
        print(f"{name:<28}{row[0]:>9.1f} ms{row[1]:>11.1f} ms")


def random_value(rng: random.Random, depth: int = 0, *, nulls: bool = True) -> Any:
    """Return a value of any shape."""
    kind = rng.randrange(8 if depth < 3 else 5)
    if kind < 2:
        return rng.choice(TEXTS)
    if kind < 5:
        plain = [True, False, 0, -7, 12345678, 0.5, *([None] if nulls else [])]
        return rng.choice(plain)
    if kind == 5:
        return [random_value(rng, depth + 1, nulls=nulls) for _ in range(rng.randrange(4))]
    return {rng.choice(KEYS): random_value(rng, depth + 1, nulls=nulls) for _ in range(rng.randrange(4))}


def written(value: Any, rng: random.Random, unit: str, quote: str, depth: int = 0) -> str:
    """Return a value as a person might have written it, with comments and without a fixed layout."""
    if isinstance(value, str):
        double = json.dumps(value)
        return double if quote == '"' else "'" + double[1:-1].replace('\\"', '"').replace("'", "\\'") + "'"
    if not isinstance(value, dict | list) or not value:
        return json.dumps(value)
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    parts = [
        written(item, rng, unit, quote, depth + 1) for item in (value.values() if isinstance(value, dict) else value)
    ]
    if isinstance(value, dict):
        parts = [f"{written(key, rng, unit, quote)}: {part}" for key, part in zip(value, parts, strict=True)]
    if rng.random() < 0.4:
        pad = rng.choice(["", " "])
        return f"{opening}{pad}{', '.join(parts)}{pad}{closing}"
    text = ""
    for at, part in enumerate(parts):
        above = f"\n{unit * (depth + 1)}// {at}" if rng.random() < 0.2 else ""
        end = ("," if at + 1 < len(parts) or rng.random() < 0.5 else "") + (" // so" if rng.random() < 0.2 else "")
        text += f"{above}\n{unit * (depth + 1)}{part}{end}"
    return f"{opening}{text}\n{unit * depth}{closing}"


def fuzz(total: int) -> int:
    """Make random edits in all three formats with paths; return how many came out wrong."""
    rng = random.Random(20261120)
    counts: Counter[str] = Counter()
    for number in range(total):
        maker = (one_json, one_js, one_toml)[number % 3 if number % 10 else 2]
        try:
            counts[f"{maker.__name__[4:]} {maker(rng)}"] += 1
        except Refusal as refusal:
            counts[f"{maker.__name__[4:]} refused {refusal.code}"] += 1
            if not refusal.reason:
                counts["WRONG: no reason"] += 1
    for name, count in sorted(counts.items()):
        print(f"  {name:<40}{count:>8}")
    return sum(count for name, count in counts.items() if "WRONG" in name)


def one_json(rng: random.Random) -> str:
    """Edit one random JSON document."""
    document = {rng.choice(KEYS): random_value(rng) for _ in range(rng.randrange(1, 5))}
    text = written(document, rng, rng.choice(["  ", "\t", "    "]), '"') + "\n"
    text = text.replace("\n", "\r\n") if rng.random() < 0.5 else text
    return judged(JsonEditor("x.json", text), document, rng, load_json)


def one_js(rng: random.Random) -> str:
    """Edit one random JavaScript config."""
    document = {rng.choice(KEYS): random_value(rng) for _ in range(rng.randrange(1, 5))}
    body = written(document, rng, rng.choice(["  ", "\t", "    "]), rng.choice("'\""))
    text = rng.choice(["module.exports = %;\n", "const c = %\nexport default c", "export default () => (%)"]).replace(
        "%", body
    )
    text = text.replace("\n", "\r\n") if rng.random() < 0.5 else text
    return judged(JsEditor("x.js", text), document, rng, load_js)


def one_toml(rng: random.Random) -> str:
    """Edit one random TOML document."""
    import tomlkit

    document = {rng.choice(KEYS): random_value(rng, nulls=False) for _ in range(rng.randrange(1, 5))}
    text = "# head\n" + tomlkit.dumps(document)
    text = text.replace("\n", "\r\n") if rng.random() < 0.5 and "\\\n" not in text and '"""' not in text else text
    return judged(TomlEditor("x.toml", text), document, rng, load_toml, nulls=False)


def judged(editor: Any, document: Any, rng: random.Random, load: Callable[[str], Any], *, nulls: bool = True) -> str:
    """Make one edit at a random place, and compare with the same edit of the plain value."""
    path: list[Any] = []
    here, holder = document, document
    while isinstance(here, dict | list) and here and rng.random() < 0.75:
        step = rng.choice(list(here)) if isinstance(here, dict) else rng.randrange(len(here))
        holder, here = here, here[step]
        path.append(step)
    value = random_value(rng, 1, nulls=nulls)
    if isinstance(here, list) and rng.random() < 0.5:
        what = "append"
        editor.append(path, value)
        here.append(value)
    elif isinstance(here, dict) and rng.random() < 0.5:
        what, key = "add", rng.choice(KEYS)
        editor.set([*path, key], value)
        here[key] = value
    elif not path:
        return "nothing"
    elif rng.random() < 0.5:
        what = "delete"
        editor.delete(path)
        del holder[path[-1]]
    else:
        what = "set"
        editor.set(path, value)
        holder[path[-1]] = value
    edit = editor.finish()
    right = first_difference(edit.intended, load(edit.after)) is None
    meant = editor.root.plain() if hasattr(editor, "root") else load(edit.after)
    right = right and first_difference(document, meant) is None
    right = right and is_untouched_outside(edit.before or "", edit.after, edit.patches)
    mixed = 0 < edit.after.count("\r\n") < edit.after.count("\n")
    return f"{what} right" if right and not mixed else f"{what} WRONG"


if __name__ == "__main__":
    measure()
    edits = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    print(f"\n{edits} random edits")
    wrong = fuzz(edits)
    print(f"{wrong} wrong")
    sys.exit(1 if wrong else 0)
