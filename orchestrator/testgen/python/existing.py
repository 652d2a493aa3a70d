"""What tests that exist do for a module already: generated ones need not do it again."""

import asyncio
import itertools
import os
import re
from collections.abc import Iterator
from pathlib import Path

from orchestrator.testgen.generator import Settings
from orchestrator.testgen.python.explore import mutant_limit
from orchestrator.testgen.python.measuring import measure
from orchestrator.testgen.python.running import Site
from orchestrator.testgen.selection import Settled

_SKIPPED = frozenset({"node_modules", "__pycache__", "site-packages", "venv", "build", "dist"})
_MOST_FILES = 40
_SHARE = 0.25  # of the budget, for the tests and again for mutants
_MOST_LOOKED_AT = 4000


async def read_existing(site: Site, own: str, settings: Settings) -> Settled | None:
    """Return what the project's other tests, and a person's in our file (`own`), do; None when there are none.

    They are given time of their own, half a budget, of which half is for mutants: in a large project those tests
    would take all that is there for proving. What they have not shown by then counts as not done.
    """
    if settings.min_gain == 0:
        return None
    files = await asyncio.to_thread(find_tests, site.root, site.target.module, site.target.test_file)
    if not (files or own):
        return None
    seconds = settings.budget * _SHARE
    site.patience.extend(seconds * 2)
    found = await measure(site, own, mutants=mutant_limit(settings), seconds=seconds, test_seconds=seconds, more=files)
    return Settled(goals=found.goals, kills=found.kills) if found is not None else None


def find_tests(root: str, module: str, own_file: str) -> list[str]:
    """Return the project's test files that import the module, then those that import the package that it lies in."""
    wanted, named = _imports(module), _names(module)
    direct: list[str] = []
    others: list[str] = []
    for path in itertools.islice(_test_files(root), _MOST_LOOKED_AT):
        relative = os.path.relpath(path, root)
        text = _read(path) if relative != own_file else b""
        if wanted.search(text):
            (direct if named.search(text) else others).append(relative)
    return [*direct, *others][:_MOST_FILES]


def _test_files(root: str) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(each for each in folders if each not in _SKIPPED and not each.startswith("."))
        for name in sorted(files):
            if name.endswith(".py") and (name.startswith("test_") or name.endswith("_test.py")):
                yield os.path.join(folder, name)


def _imports(module: str) -> re.Pattern[bytes]:
    """Return what an import of the module, of something in it or of its packages looks like at the start of a line."""
    parts = module.split(".")
    packages = {module, parts[0], ".".join(parts[:-1])} - {""}
    names = "|".join(re.escape(each) for each in sorted(packages))
    inside = re.escape(module) + r"\."
    froms = rf"from[ \t]+(?:(?:{names})[ \t]+import\b|{inside})"
    imports = rf"import[ \t]+(?:(?:{names})[ \t]*(?:,|;|as\b|#|$)|{inside})"
    return re.compile(rf"^[ \t]*(?:{froms}|{imports})".encode(), re.MULTILINE)


def _names(module: str) -> re.Pattern[bytes]:
    """Return what an import of the module by its own name looks like, on a line of its own or among names."""
    package, _, name = module.rpartition(".")
    whole = rf"(?:from|import)[ \t]+{re.escape(module)}\b"
    out_of = rf"from[ \t]+{re.escape(package)}[ \t]+import\b[^\n]*\b{re.escape(name)}\b"
    return re.compile(
        rf"^[ \t]*(?:{whole}|{out_of})".encode() if package else rf"^[ \t]*{whole}".encode(), re.MULTILINE
    )


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes().replace(b"\r\n", b"\n")
    except OSError:
        return b""
