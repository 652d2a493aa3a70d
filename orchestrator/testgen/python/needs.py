"""Which interpreters generated Python tests would run in, and whether pytest is there: asked before anything runs."""

import math
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping

from orchestrator.testgen.python.targets import find_python

_IS_THERE = "import importlib.util, sys; del sys.path[0]; sys.exit(importlib.util.find_spec('pytest') is None)"
_PATIENCE = 20  # seconds
_STARTS = 8  # of pytest in which the module is imported: to explore, in order, five times more, elsewhere
_WORK, _AMPLE = 5.0, 1.3  # seconds for everything else; times what is needed at least
# What pydantic and `os.environ[…]` say in pytest's report of a file that could not be imported.
_MISSING = re.compile(r"^E\s+(\w+)\nE\s+Field required|^E\s+KeyError: '([A-Z][A-Z0-9_]*)'", re.MULTILINE)


def pythons_of(root: str, modules: Iterable[str], find: Callable[[str], str | None]) -> list[str]:
    """Return the interpreters of some modules' tests, each once; `find` looks a program up as a task would."""
    return list(dict.fromkeys(find_python(root, module, find, sys.executable) for module in modules))


def has_pytest(python: str, root: str, env: Mapping[str, str]) -> bool:
    """Say whether an interpreter has pytest; one that does not answer has none."""
    try:
        asked = (python, "-B", "-c", _IS_THERE)
        return not subprocess.run(
            asked, cwd=root, env=env, capture_output=True, check=False, timeout=_PATIENCE
        ).returncode
    except (OSError, subprocess.TimeoutExpired):
        return False


def told_without_pytest(python: str) -> tuple[str, str]:
    """Return what is said of an interpreter without pytest, and what to type."""
    return f"{python} has no pytest, which the generated tests need", f"{python} -m pip install pytest"


def told_slow_start(start: float, budget: float) -> tuple[str, str]:
    """Return what is said where pytest takes `start` seconds until the module is imported, too long for a budget."""
    enough = _AMPLE * max(_STARTS * start + _WORK, budget)
    said = f"starting pytest here takes {start:.1f} s and is needed {_STARTS} times"
    return f"was not proven within {budget:g} s: {said}", f"give it at least {math.ceil(enough / 10) * 10} s"


def told_why_not_explored(tail: str) -> str:
    """Return what to do about tests that cannot even begin, out of what pytest printed last."""
    names = list(dict.fromkeys((found[1] or found[2]).upper() for found in _MISSING.finditer(tail)))
    if names:
        wanted = ", ".join(names)
        return f"give it {wanted} by `env:` of the task or of `settings`: it sees no .env and little of your shell"
    return "run pytest on the project's own tests first: its settings have to work"
