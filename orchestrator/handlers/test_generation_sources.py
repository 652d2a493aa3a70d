"""Which sources decide what is generated for a module: it, and what it imports of the project, however far.

Imports are read with a pattern: a module too many makes a task run again for nothing, and that is all.
"""

import hashlib
import posixpath
import re
from collections.abc import Iterator, Sequence

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
    while waiting and len(seen) <= _MOST:
        path = waiting.pop(0)
        try:
            text = workspace.read_text(path)
        except (OSError, UnicodeDecodeError, OrchestrateError):
            continue
        digest.update(f"{path}\0{text}\0".encode("utf-8", "surrogatepass"))
        for found in _imported(workspace, path, text):
            if found not in seen:
                seen.add(found)
                waiting.append(found)
    return digest.hexdigest()


def _imported(workspace: Workspace, path: str, text: str) -> Iterator[str]:
    folder = posixpath.dirname(path)
    places = _python_places(folder, text) if path.endswith(".py") else _javascript_places(folder, text)
    for candidates in places:
        for each in candidates:
            if not each.startswith("..") and workspace.exists(each):
                yield each
                break


def _javascript_places(folder: str, text: str) -> Iterator[tuple[str, ...]]:
    for spec in _OF_JAVASCRIPT.findall(text):
        base = posixpath.normpath(posixpath.join(folder, spec))
        bare = re.sub(r"\.[cm]?js$", "", base)
        yield (
            *([base] if base.endswith((*_ENDINGS, ".json")) else []),
            *(f"{bare}{ending}" for ending in _ENDINGS),
            *(f"{base}/index{ending}" for ending in _ENDINGS),
        )


def _python_places(folder: str, text: str) -> Iterator[tuple[str, ...]]:
    for source, names, plain in _OF_PYTHON.findall(text):
        module = source or plain
        level = len(module) - len(module.lstrip("."))
        parts = [each for each in module.lstrip(".").split(".") if each]
        above = posixpath.normpath(posixpath.join(folder, *[".."] * max(0, level - 1)))
        bases = (above,) if level else (folder, posixpath.dirname(folder), "", "src")
        wanted = [parts, *([*parts, each.strip()] for each in names.split(",") if each.strip())]
        for each in wanted:
            joined = [posixpath.normpath(posixpath.join(base, *each)) for base in bases] if each else []
            yield tuple(place for base in joined for place in (f"{base}.py", f"{base}/__init__.py"))
