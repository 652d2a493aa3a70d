"""The file of doubles that the generated tests of a package share."""

import os
import re
from pathlib import Path, PurePosixPath

from orchestrator.testgen.generator import Target
from orchestrator.testgen.typescript.bench import NODE, Bench
from orchestrator.testgen.typescript.collecting import read_collected
from orchestrator.testgen.typescript.scratch_tests import helper_file
from orchestrator.testgen.typescript.targets import test_habit

_TREES = ("test", "tests", "spec", "specs")  # folders beside the sources in which tests stand
_OFFERED = (
    "double",
    "callsOf",
    "queriesOf",
    "isDouble",
    "packageDouble",
    "moduleDouble",
    "exportDoubles",
    "clientOf",
    "keepPortsClosed",
    "startedBy",
    "logTo",
    "ask",
    "tellError",
)


async def shared_doubles(bench: Bench, target: Target) -> tuple[str, str]:
    """Return where the file stands for tests of a module, with its text: ours, or one there that offers the same."""
    helper, existing = place_of_doubles(bench.root, bench.tools.folder, target)
    if bench.tools.makes_require:  # beside modules a script is known by its ending
        helper = str(PurePosixPath(helper).with_suffix(".cjs"))
        existing = _read(Path(bench.root, helper))
    start = "(async )?function" if bench.tools.is_script else "export (async )?function"
    is_ours = all(re.search(rf"^{start} {name}\b", existing, re.MULTILINE) for name in _OFFERED)
    if is_ours and bench.tools.is_script == ("module.exports" in existing):
        return helper, existing
    if existing:
        place = PurePosixPath(helper)
        helper = str(place.with_name(f"recording-{place.name}"))
    text = (NODE / "doubles.ts").read_text()
    if not helper.endswith(".ts"):
        text = await bench.plain_script(text)
    if bench.tools.is_script:
        text = _as_script(text)
    return helper, (await bench.formatted({helper: text}))[helper]


def place_of_doubles(root: str, package: str, target: Target) -> tuple[str, str]:
    """Return where the file stands, or will stand, and what it says; beside tests that have a tree of their own."""
    path = target.reads[0]
    tests, _ = test_habit(root, path)
    top = frozenset(os.listdir(Path(root, package)))
    usual = helper_file(package, top, path, tests=tests if tests == "__test__" else "")
    if existing := _read(Path(root, usual)):
        return usual, existing
    first = PurePosixPath(os.path.relpath(target.test_file, package)).parts[0]
    beside = str(PurePosixPath(package, first, PurePosixPath(usual).name))
    collected = read_collected(root, path)
    is_apart = first in _TREES and not (collected.patterns and collected.takes(beside))
    return (beside, _read(Path(root, beside))) if is_apart else (usual, "")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _as_script(text: str) -> str:
    """Return the file for CommonJS."""
    plain = re.sub(r"^import (.*) from (.*);$", r"const \1 = require(\2);", text, flags=re.MULTILINE)
    plain = re.sub(r"^export (?=(async )?function )", "", plain, flags=re.MULTILINE)
    return f"{plain.rstrip()}\n\nmodule.exports = {{ {', '.join(_OFFERED)} }};\n"
