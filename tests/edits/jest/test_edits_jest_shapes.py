"""Every static shape of a Jest configuration is edited right, every computed one is refused by name."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jest_shapes import BEFORE, DYNAMIC, TIGHT, Shape, shapes
from jest_world import act

from orchestrator.edits.patch import apply, invert
from orchestrator.edits.result import EditResult

ALL_SHAPES = list(shapes())
SHAPES = ALL_SHAPES[::5]  # a fifth, no multiple of the 4 kinds of quotes and line ends; all of them with `-m slow`
EXPAND = {"include": ["lib/**/*.js"], "exclude": ["src/gen/**"]}
THRESHOLDS = {"thresholds": {"src/services": {"lines": 45, "branches": 30.5}}, "mode": "set"}
GLOBS = ["src/**/*.ts", "lib/**/*.js", "!src/**/*.d.ts", "!src/gen/**"]
EXPANDED = {**BEFORE, "collectCoverageFrom": GLOBS}
GATES = {"global": {"lines": 50}, "./src/services/": {"branches": 30.5, "lines": 45}}
GATED = {**BEFORE, "coverageThreshold": GATES}


def test_there_are_many_shapes() -> None:
    assert len(SHAPES) > 90
    assert len(ALL_SHAPES) + len(DYNAMIC) > 1000


@pytest.mark.parametrize("action", ["expand_coverage_collection", "add_directory_thresholds"])
def test_every_static_shape_is_edited_in_its_own_style(action: str) -> None:
    params = EXPAND if action.startswith("expand") else THRESHOLDS
    for shape in SHAPES:
        check_edit(shape, act(action, shape.text, shape.path, **params))


def check_edit(shape: Shape, result: EditResult) -> None:
    assert result.status == "changed", (shape.name, result.reason)
    edit = result.edits[0]
    assert ("\r\n" in shape.text) == ("\r\n" in edit.after), shape.name
    assert edit.after.count("\n") == edit.after.count("\r\n") or "\r" not in edit.after, shape.name
    assert apply(edit.after, invert(edit.patches)) == shape.text, shape.name
    kept = edit.after.replace(",", "")
    # Besides new commas, a line changes only where the new entry has to stand on it.
    lost = [line for line in shape.text.splitlines() if line.strip().replace(",", "") not in kept]
    assert len(lost) <= any(layout in shape.name for layout in TIGHT), (shape.name, lost)
    other = '"' if "'" in shape.name.split(", ")[3] else "'"
    new = [item.new for item in edit.patches]
    assert not any(other in text for text in new), (shape.name, new)


@pytest.mark.parametrize("action", ["expand_coverage_collection", "add_directory_thresholds"])
@pytest.mark.parametrize("text", DYNAMIC)
def test_every_computed_shape_is_refused_by_name(action: str, text: str) -> None:
    code, reason = DYNAMIC[text]

    result = act(action, text, "jest.config.js", **(EXPAND if action.startswith("expand") else THRESHOLDS))

    assert (result.status in ("refused", "conflict"), result.code) == (True, code), result.reason
    assert reason in result.reason


@pytest.mark.slow
def test_node_reads_from_every_edited_file_what_was_intended(tmp_path: Path) -> None:
    cases = []
    for shape in ALL_SHAPES:
        for action, params in (("expand_coverage_collection", EXPAND), ("add_directory_thresholds", THRESHOLDS)):
            result = act(action, shape.text, shape.path, **params)
            check_edit(shape, result)
            cases.append((f"{shape.name}, {action}", shape, result.edits[0].after, action.startswith("expand")))

    found = evaluated([(shape, text) for _, shape, text, _ in cases], tmp_path)

    for (name, _, text, expanded), value in zip(cases, found, strict=True):
        wanted = EXPANDED if expanded else GATED
        value = {key: value.get(key) for key in wanted} if isinstance(value, dict) else value
        assert value == wanted, (name, text)


def evaluated(cases: list[tuple[Shape, str]], folder: Path) -> list[Any]:
    """Return what Node makes of each file: one process for all of them."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed")
    stubs = {
        "next/jest.js": "module.exports = () => (config) => async () => config;",
        "base/index.js": "exports.merge = (a, b) => ({ ...a, ...b }); exports.defineConfig = (config) => config;",
    }
    for name, text in stubs.items():
        (folder / "node_modules" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "node_modules" / name).write_text(text)
    names = []
    for at, (shape, text) in enumerate(cases):
        name = f"case{at}.{'mjs' if shape.is_module else 'cjs'}"
        (folder / name).write_bytes(shape.for_node(text).encode())
        names.append(name)
    (folder / "names.json").write_text(json.dumps(names))
    (folder / "run.mjs").write_text(
        "import { readFileSync } from 'node:fs';\n"
        "const all = [];\n"
        "for (const name of JSON.parse(readFileSync('names.json', 'utf8'))) {\n"
        "  let value = (await import('./' + name)).default;\n"
        "  while (typeof value === 'function') value = await value();\n"
        "  all.push(value);\n"
        "}\n"
        "console.log(JSON.stringify(all));\n"
    )
    done = subprocess.run([node, "run.mjs"], cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found: list[Any] = json.loads(done.stdout)
    return found
