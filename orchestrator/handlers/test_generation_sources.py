"""Which sources decide what is generated for a module: it, and what it imports of the project, however far.

Imports are read with a pattern: a module too many makes a task run again for nothing, and that is all.
"""

import hashlib
import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache

from orchestrator.contracts import Workspace
from orchestrator.errors import OrchestrateError

_OF_JAVASCRIPT = re.compile(r"""(?:from|import|require\()\s*['"](\.[^'"]*)['"]""")
_OF_PYTHON = re.compile(r"^\s*(?:from\s+(\.*[\w.]*)\s+import\s+([\w, ]+)|import\s+([\w.]+))", re.MULTILINE)
_ENDINGS = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
_MOST = 500  # files


def hash_of_sources(workspace: Workspace, modules: Sequence[str]) -> str:
    """Return a hash of the contents of modules and of all that they import of the project."""
    digest = hashlib.sha256()
    waiting, seen = list(modules), set(modules)
    exists = cache(workspace.exists)  # the modules of a large project ask for the same names again and again
    while waiting and len(seen) <= _MOST:
        path = waiting.pop(0)
        try:
            text = workspace.read_text(path)
        except (OSError, UnicodeDecodeError, OrchestrateError):
            continue
        digest.update(f"{path}\0{text}\0".encode("utf-8", "surrogatepass"))
        for found in _imported(exists, path, text):
            if found not in seen:
                seen.add(found)
                waiting.append(found)
    return digest.hexdigest()


def _imported(exists: Callable[[str], bool], path: str, text: str) -> Iterator[str]:
    folder = posixpath.dirname(path)
    places = _python_places(exists, folder, text) if path.endswith(".py") else _javascript_places(folder, text)
    for candidates in places:
        for each in candidates:
            if not each.startswith("..") and exists(each):
                yield each
                break


def _javascript_places(folder: str, text: str) -> Iterator[tuple[str, ...]]:
    for spec in _OF_JAVASCRIPT.findall(text):
        base = posixpath.normpath(posixpath.join(folder, spec))
        bare = re.sub(r"\.[cm]?js$", "", base)
        yield (
            *([base] if base.endswith((*_ENDINGS, ".json")) else []),
            *(f"{bare}{ending}" for ending in _ENDINGS),
            *(posixpath.normpath(f"{base}/index{ending}") for ending in _ENDINGS),  # the top may be what is imported
        )


@lru_cache(maxsize=2_000)  # tasks of one project have most of their sources in common
def _imports_of_python(text: str) -> tuple[tuple[str, str, str], ...]:
    return tuple(_OF_PYTHON.findall(text))


def _python_places(exists: Callable[[str], bool], folder: str, text: str) -> Iterator[tuple[str, ...]]:
    for source, names, plain in _imports_of_python(text):
        module = source or plain
        level = len(module) - len(module.lstrip("."))
        parts = [each for each in module.lstrip(".").split(".") if each]
        above = posixpath.normpath(posixpath.join(folder, *[".."] * max(0, level - 1)))
        bases = (above,) if level else tuple(dict.fromkeys((folder, posixpath.dirname(folder), "", "src")))
        packages = [posixpath.normpath(posixpath.join(base, *parts)) for base in bases]
        if parts:
            yield _files_of(packages)
        # What is imported out of a module that is no folder is no module.
        folders = [each for each in packages if not each.startswith("..") and exists(each)] if names.strip() else []
        for name in (each.strip() for each in names.split(",")) if folders else ():
            if name:
                yield _files_of([posixpath.normpath(posixpath.join(each, name)) for each in folders])


def _files_of(modules: Sequence[str]) -> tuple[str, ...]:
    return tuple(place for each in modules for place in (f"{each}.py", f"{each}/__init__.py"))
