"""Random edits of real and made YAML files: how many are right, refused with a reason, or wrong.

`python bench/edits/fuzz.py FOLDER [--edits 20000] [--seed 1] [--crlf]`: every file of the folder gets random
operations; the text after each is read by another loader and compared with the model that was edited apart from it.
"""

import argparse
import random
import sys
from collections import Counter
from pathlib import Path

from orchestrator.edits.patch import is_untouched_outside
from orchestrator.edits.result import Refusal
from orchestrator.edits.verify import first_difference
from orchestrator.edits.yaml.editor import YamlEditor
from orchestrator.edits.yaml.model import load_model

NASTY = [
    "yes", "1.10", "012", "null", "a: b", "# x", "*star", "${{ x.y }}", "two\nlines\n", "no end\nof line", "", " lead",
    "trail ", "- dash", "~", "3:25", "1_000", "0o17", "1e3", "'", '"', "a, b", "[x]", "{y}", "é✓", "tab\there", "a #b",
    "on", "n", "2024-01-01", ":", "a:", "!t", "&a", "%x", "@x", "`x`", "|", ">", "? k", "<<", "=", "\\n", "\x07",
    " first\nsecond\n", "a\n\n\nb\n", "x\n\n", True, False, None, 0, -1, 3.5, 10**20, [], {}, ["a", "b"], [1, [2, {}]],
    {"k": "v"}, {"deep": {"list": [{"a": "b\nc\n"}, "x"], "t": True}},
    [{"name": "s", "run": "a\nb\n"}, {"uses": "o/r@v1"}],
]  # fmt: skip


def paths_of(model, at=()):
    """Yield every path of a model."""
    yield at
    items = model.items() if isinstance(model, dict) else enumerate(model) if isinstance(model, list) else ()
    for key, value in items:
        if isinstance(key, (str, int)) and not isinstance(key, bool):
            yield from paths_of(value, (*at, key))


def operate(editor: YamlEditor, chance: random.Random) -> str:
    """Carry one random operation out and return its name."""
    path = chance.choice([path for path in paths_of(editor.model) if path] or [()])
    value = chance.choice(NASTY)
    here = editor.get(*path)
    kind = chance.choice(["set", "delete", "add", "append", "insert", "rename", "drop", "move"])
    if kind == "set":
        editor.set(path, value)
    elif kind in ("delete", "drop"):
        editor.delete(path, with_comments=kind == "drop")
    elif kind == "add" and isinstance(here, dict):
        editor.set((*path, chance.choice(["new", "on", "yes", "a b", "x: y", "1"])), value)
    elif kind == "append" and isinstance(here, list):
        editor.append(path, value)
    elif kind == "insert" and isinstance(here, list):
        editor.insert_item(path, chance.randint(0, len(here)), value)
    elif kind == "insert" and isinstance(here, dict):
        editor.insert_key(path, "put", value, chance.randint(0, len(here)))
    elif kind == "move" and isinstance(here, list) and len(here) > 1:
        editor.move_item(path, chance.randrange(len(here)), chance.randrange(len(here)))
    elif kind == "rename" and path and isinstance(path[-1], str):
        editor.rename(path, "renamed")
    else:
        return "none"
    return kind


def fuzz_file(name: str, text: str, edits: int, chance: random.Random, counts: Counter) -> None:
    """Make random edits of one text, each on the text as it was or on the result of the one before."""
    try:
        fresh = YamlEditor(name, text)
    except Refusal as refusal:
        counts[f"unreadable {refusal.code}"] += 1
        return
    for _ in range(edits):
        editor = YamlEditor(name, text)
        kinds = []
        try:
            for _ in range(chance.choice([1, 1, 1, 2, 4])):
                kinds.append(operate(editor, chance))
        except Refusal as refusal:
            counts[f"refused {refusal.code}"] += 1
            if refusal.code == "E_VERIFY":
                print(f"{name}: {kinds}: {refusal.reason}", file=sys.stderr)
            continue
        if kinds == ["none"]:
            continue
        edit = editor.finish()
        problem = judge(fresh, edit)
        counts["right" if problem is None else "WRONG"] += 1
        if problem:
            print(f"{name}: {kinds}: {problem}\n{edit.diff()[:1500]}", file=sys.stderr)


def judge(fresh: YamlEditor, edit) -> str | None:
    """Return what is wrong with an edit, or None."""
    after = edit.after
    if not is_untouched_outside(fresh.before, after, edit.patches):
        return "text outside the patches differs"
    is_crlf = fresh.before.count("\n") == fresh.before.count("\r\n") > 0
    if is_crlf and after.count("\n") != after.count("\r\n"):
        return "mixed line ends"
    try:
        return first_difference(edit.intended, load_model(after))
    except Refusal as refusal:
        return str(refusal)


def main() -> None:
    """Print the counts; exit 1 when anything was wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--edits", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--crlf", action="store_true")
    given = parser.parse_args()
    files = sorted(path for path in given.folder.rglob("*") if path.suffix in (".yml", ".yaml"))
    chance = random.Random(given.seed)
    counts: Counter = Counter()
    each = max(1, given.edits // max(1, len(files)))
    for path in files:
        text = path.read_bytes().decode("utf-8").replace("\r\n", "\n")
        fuzz_file(path.name, text.replace("\n", "\r\n") if given.crlf else text, each, chance, counts)
    for name, number in sorted(counts.items()):
        print(f"{number:8} {name}")
    sys.exit(1 if counts["WRONG"] else 0)


if __name__ == "__main__":
    main()
