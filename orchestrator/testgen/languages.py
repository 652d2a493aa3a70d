"""Which generator writes tests for which files; a generator is imported when it is asked for."""

import importlib
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import cast

from orchestrator.testgen.generator import Generator

_E2E = "orchestrator.testgen.e2e.generator:E2eGenerator"
_TYPESCRIPT = "orchestrator.testgen.typescript.generator:TypeScriptGenerator"
_GENERATORS: Mapping[str, str] = {
    "python": "orchestrator.testgen.python.generator:PythonGenerator",
    "typescript": _TYPESCRIPT,
    "javascript": _TYPESCRIPT,
}
_SUFFIXES = {".ts": "typescript", ".tsx": "typescript", ".mts": "typescript", ".cts": "typescript", ".py": "python"}
_SUFFIXES |= dict.fromkeys((".js", ".jsx", ".mjs", ".cjs"), "javascript")


def language_of(target: str) -> str:
    """Return the language of a file by its name; of folders and globs without a suffix it is Python."""
    return _SUFFIXES.get(PurePosixPath(target).suffix, "python")


def find_generator(language: str, test_type: str = "all") -> Generator | None:
    """Return the generator for a language, None when there is none; end-to-end tests of Node have one of their own."""
    is_node = _GENERATORS.get(language) == _TYPESCRIPT
    place = _E2E if is_node and test_type == "e2e" else _GENERATORS.get(language)
    if place is None:
        return None
    module, _, name = place.partition(":")
    return cast("Generator", getattr(importlib.import_module(module), name)())
