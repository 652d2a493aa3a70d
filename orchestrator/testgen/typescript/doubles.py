"""The file of doubles that the generated tests of a package share."""

import os
import re
from pathlib import Path, PurePosixPath

from orchestrator.testgen.typescript.bench import NODE, Bench
from orchestrator.testgen.typescript.scratch_tests import helper_file
from orchestrator.testgen.typescript.targets import test_habit

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


async def shared_doubles(bench: Bench, path: str) -> tuple[str, str]:
    """Return where the file stands for tests of a module, with its text: ours, or one there that offers the same."""
    package = bench.tools.folder
    tests, _ = test_habit(bench.root, path)
    top = frozenset(os.listdir(Path(bench.root, package)))
    helper = helper_file(package, top, path, tests=tests if tests == "__test__" else "")
    try:
        existing = Path(bench.root, helper).read_text(encoding="utf-8")  # noqa: ASYNC240 - one small file
    except (OSError, UnicodeDecodeError):
        existing = ""
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


def _as_script(text: str) -> str:
    """Return the file for CommonJS."""
    plain = re.sub(r"^import (.*) from (.*);$", r"const \1 = require(\2);", text, flags=re.MULTILINE)
    plain = re.sub(r"^export (?=(async )?function )", "", plain, flags=re.MULTILINE)
    return f"{plain.rstrip()}\n\nmodule.exports = {{ {', '.join(_OFFERED)} }};\n"
