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
_MOST_LOOKED_AT = 4000


async def read_existing(site: Site, own: str, settings: Settings) -> Settled | None:
    """Return what the project's other tests, and a person's in our file (`own`), do; None when there are none.

    They are given as much time as exploring; what they have not shown by then counts as not done.
    """
    if settings.min_gain == 0:
        return None
    files = await asyncio.to_thread(find_tests, site.root, site.target.module, site.target.test_file)
    if not (files or own):
        return None
    found = await measure(site, own, mutants=mutant_limit(settings), seconds=settings.budget / 2, more=files)
    return Settled(goals=found.goals, kills=found.kills) if found is not None else None


def find_tests(root: str, module: str, own_file: str) -> list[str]:
    """Return the project's test files that import the module, or the package that it lies in, in the order of paths."""
    wanted = _imports(module)
    found = []
    for path in itertools.islice(_test_files(root), _MOST_LOOKED_AT):
        relative = os.path.relpath(path, root)
        if relative != own_file and wanted.search(_read(path)):
            found.append(relative)
            if len(found) == _MOST_FILES:
                break
    return found


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


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes().replace(b"\r\n", b"\n")
    except OSError:
        return b""
