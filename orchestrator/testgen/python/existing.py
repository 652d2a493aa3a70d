"""What tests that exist do for a module already: generated ones need not do it again."""

import ast
import os
from collections.abc import Iterator
from pathlib import Path

from orchestrator.testgen.generator import Settings
from orchestrator.testgen.python.explore import mutant_limit
from orchestrator.testgen.python.measuring import measure
from orchestrator.testgen.python.running import Site
from orchestrator.testgen.selection import Settled

_SKIPPED = frozenset({"node_modules", "__pycache__", "site-packages", "venv", "build", "dist"})
_MOST_FILES = 40


async def read_existing(site: Site, own: str, settings: Settings) -> Settled | None:
    """Return what the project's other tests, and a person's in our file (`own`), do; None when there are none.

    They are given as much time as exploring; what they have not shown by then counts as not done.
    """
    if settings.min_gain == 0:
        return None
    files = find_tests(site.root, site.target.module, site.target.test_file)
    if not (files or own):
        return None
    found = await measure(site, own, mutants=mutant_limit(settings), seconds=settings.budget / 2, more=files)
    return Settled(goals=found.goals, kills=found.kills) if found is not None else None


def find_tests(root: str, module: str, own_file: str) -> list[str]:
    """Return the project's test files that import the module, or the package that it lies in, sorted."""
    top = module.partition(".")[0]
    found = []
    for path in _test_files(root):
        relative = os.path.relpath(path, root)
        if relative != own_file and _imports(path, module, top):
            found.append(relative)
    return sorted(found)[:_MOST_FILES]


def _test_files(root: str) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(each for each in folders if each not in _SKIPPED and not each.startswith("."))
        for name in files:
            if name.endswith(".py") and (name.startswith("test_") or name.endswith("_test.py")):
                yield os.path.join(folder, name)


def _imports(path: str, module: str, top: str) -> bool:
    try:
        tree = ast.parse(Path(path).read_text(encoding="utf-8-sig"))
    except (OSError, SyntaxError, ValueError):
        return False
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return bool(names & {module, top}) or any(name.startswith(module + ".") for name in names)
