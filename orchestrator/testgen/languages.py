"""Which generator writes tests for which files; a generator is imported when it is asked for."""

import importlib
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import cast

from orchestrator.errors import NoGenerator, TaskFailed
from orchestrator.testgen.generator import Generator

_E2E = "orchestrator.testgen.e2e.generator:E2eGenerator"
_TYPESCRIPT = "orchestrator.testgen.typescript.generator:TypeScriptGenerator"
_GENERATORS: Mapping[str, str] = {
    "python": "orchestrator.testgen.python.generator:PythonGenerator",
    "typescript": _TYPESCRIPT,
    "javascript": _TYPESCRIPT,
}
LANGUAGES = tuple(_GENERATORS)
_SUFFIXES = {".ts": "typescript", ".tsx": "typescript", ".mts": "typescript", ".cts": "typescript", ".py": "python"}
_SUFFIXES |= dict.fromkeys((".js", ".jsx", ".mjs", ".cjs"), "javascript")
_INSTALLED = frozenset(("node_modules", "venv", "site-packages"))


def language_by_name(target: str) -> str | None:
    """Return the language of a file; None of a folder or of a pattern without a suffix."""
    return _SUFFIXES.get(PurePosixPath(target).suffix)


def language_of(target: str, root: str) -> str:
    """Return the language of a file by its name; of a folder or a pattern, that of most modules there, else Python."""
    known = language_by_name(target)
    if known is not None:
        return known
    folder = Path(root, re.split(r"[*?\[]", target, maxsplit=1)[0])
    counted = Counter(_modules_below(folder if folder.is_dir() else folder.parent))
    return max(LANGUAGES, key=lambda each: counted[each])


def _modules_below(folder: Path) -> Iterator[str]:
    """Yield the language of each module of a folder; what is installed or hidden is none of the project's."""
    for _, folders, names in os.walk(folder):
        folders[:] = [each for each in folders if each[0] != "." and each not in _INSTALLED]
        yield from (_SUFFIXES[ending] for name in names if (ending := os.path.splitext(name)[1]) in _SUFFIXES)


def refuse_target(root: str, target: str, *, language: str | None = None) -> None:
    """Raise NoGenerator for a kind of file that no generator is for, TaskFailed for a file that is not there.

    A `language` that was given goes before the file's ending.
    """
    place, is_glob = Path(root, target), any(each in target for each in "*?[")
    ending = PurePosixPath(target).suffix
    if place.is_dir():
        return
    if language is None and ending and ending not in _SUFFIXES:
        message = f"no generator for {ending} files"
        raise NoGenerator(message, hint="there are: Python, TypeScript/JavaScript")
    if not is_glob and not place.exists():
        message = f"there is no file {target}"
        raise TaskFailed(message, hint="a file, a folder or a glob, as seen from the repository's root")


def find_generator(language: str, test_type: str = "all") -> Generator | None:
    """Return the generator for a language, None when there is none; end-to-end tests of Node have one of their own."""
    is_node = _GENERATORS.get(language) == _TYPESCRIPT
    place = _E2E if is_node and test_type == "e2e" else _GENERATORS.get(language)
    if place is None:
        return None
    module, _, name = place.partition(":")
    return cast("Generator", getattr(importlib.import_module(module), name)())
