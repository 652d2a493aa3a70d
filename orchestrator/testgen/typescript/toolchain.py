"""The project's own tools: Node, its TypeScript compiler, its Jest or Vitest."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from orchestrator.contracts import Processes
from orchestrator.errors import TaskFailed

_ES_SYNTAX = re.compile(r"^(import\b(?!\s*\()|export\b)", re.MULTILINE)
_NO_GLOBALS = re.compile(r"""\binjectGlobals\\?["']?\s*[:=]\s*false|--no-injectGlobals""")
_AS_MODULES = re.compile(r"extensionsToTreatAsEsm|default-esm|DefaultEsm")
_FOR_NODE = re.compile(r'^\s*"module"\s*:\s*"node(\d+|next)"', re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Toolchain:
    """What runs the tests of a package; `folder` is relative to the project's root ("." for the root)."""

    folder: str
    node: str
    runner: str  # "jest" or "vitest"
    version: tuple[int, int]
    binary: str  # absolute path of the runner's script
    is_module: bool  # test files are ES modules: Vitest's are, Jest's when it is told so
    has_global_types: bool  # `describe` and `it` need no import
    has_globals_package: bool = True  # `@jest/globals` can be imported
    is_without_globals: bool = False  # Jest is told to define none: tests have to import them
    needs_endings: bool = False  # relative imports have to carry ".js"
    keeps_imports: bool = False  # the compiler leaves `import()` as it is, which Jest's scripts cannot carry out
    settings: str = ""  # text of the settings of Jest
    is_script: bool = False  # the modules are CommonJS in JavaScript, and so are their test files
    makes_require: bool = False  # the test files are ES modules for Node all the same: `require` has to be made

    @property
    def is_late(self) -> bool:
        """Say whether what is tested has to be imported after it was doubled: nothing moves doubles above imports."""
        return self.runner == "jest" and self.is_module

    @property
    def runs_modules(self) -> bool:
        """Say whether Jest has to be started so that it runs ES modules as they are."""
        return self.runner == "jest" and (self.is_module or self.makes_require)

    @property
    def api(self) -> str:
        """Return the name of the runner's object for doubles."""
        return "jest" if self.runner == "jest" else "vi"


def find_toolchain(root: str, path: str, processes: Processes) -> Toolchain:
    """Return the tools for a module; TaskFailed that says what to install when one is missing."""
    node = processes.find("node")
    if node is None:
        message = "tests of TypeScript and JavaScript need Node, which is not on the path"
        raise TaskFailed(message, hint="install Node 18 or later")
    folder, package = _package_of(root, path)
    runner = _runner_of(root, folder, package)
    if installed(root, folder, "typescript") is None:
        message = f"{_named(folder)} has no TypeScript compiler installed, which modules are read with"
        raise TaskFailed(message, hint="npm install --save-dev typescript")
    place = installed(root, folder, runner)
    assert place is not None  # `_runner_of` found it
    details = _read_json(place / "package.json")
    major, minor = (int(part) for part in details["version"].split(".")[:2])
    is_bare = runner == "jest" and _NO_GLOBALS.search(_jest_settings(root, folder, package)) is not None
    is_module = runner == "vitest" or _runs_modules(root, folder, path, package)
    return Toolchain(
        folder=folder,
        node=node,
        runner=runner,
        version=(major, minor),
        binary=str(place / ("bin/jest.js" if runner == "jest" else "vitest.mjs")),
        is_module=is_module,
        has_global_types=runner == "jest" and installed(root, folder, "@types/jest") is not None and not is_bare,
        has_globals_package=is_bare or installed(root, folder, "@jest/globals") is not None,
        is_without_globals=is_bare,
        needs_endings=runner == "jest" and is_module and _knows_endings(root, folder, path, package),
        settings=_jest_settings(root, folder, package) if runner == "jest" else "",
        keeps_imports=runner == "jest" and not is_module and _keeps_imports(root, folder),
        is_script=not is_module and _is_script(Path(root, path)),
        makes_require=not is_module and path.endswith(".cjs") and _runs_modules(root, folder, f"{path}.js", package),
    )


def _package_of(root: str, path: str) -> tuple[str, Mapping[str, Any]]:
    """Return the nearest folder with a package.json that names a runner or dependencies, and its contents."""
    folder = Path(root, path).parent
    for parent in [folder, *folder.parents]:
        if (parent / "package.json").is_file():
            content = _read_json(parent / "package.json")
            if (
                "scripts" in content
                or "dependencies" in content
                or "devDependencies" in content
                or parent == Path(root)
            ):
                return os.path.relpath(parent, root), content
        if parent == Path(root):
            break
    message = f"{path} belongs to no package: there is no package.json above it"
    raise TaskFailed(message, hint="npm init, then npm install --save-dev typescript jest")


def _runs_modules(root: str, folder: str, path: str, package: Mapping[str, Any]) -> bool:
    """Say whether Jest is started so that it runs ES modules as they are, which Node has to be told.

    Of JavaScript the package says what is one, of all else the settings of Jest or a preset for ES modules.
    """
    if "experimental-vm-modules" not in f"{json.dumps(package.get('scripts', {}))}{os.environ.get('NODE_OPTIONS', '')}":
        return False
    suffix = PurePosixPath(path).suffix
    if suffix in (".js", ".mjs", ".cjs"):
        return suffix == ".mjs" or (suffix == ".js" and package.get("type") == "module")
    return _AS_MODULES.search(_jest_settings(root, folder, package)) is not None


def _knows_endings(root: str, folder: str, path: str, package: Mapping[str, Any]) -> bool:
    """Say whether Jest finds a module under a name with ".js": TypeScript only when its settings take that off."""
    settings = _jest_settings(root, folder, package)
    return path.endswith("js") or "js)?$" in settings or "js$" in settings or "resolver" in settings


def _keeps_imports(root: str, folder: str) -> bool:
    """Say whether the package is compiled for Node as it is, so that `import()` stays in what becomes a script."""
    try:
        text = Path(root, folder, "tsconfig.json").read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return False
    return _FOR_NODE.search(text) is not None


def _jest_settings(root: str, folder: str, package: Mapping[str, Any]) -> str:
    found = "".join(each.read_text(errors="replace") for each in Path(root, folder).glob("jest.config.*"))
    return f"{found}{json.dumps(package)}"


def _is_script(module: Path) -> bool:
    """Say whether a module is JavaScript without `import` and `export`: nothing may be there to compile them."""
    if module.suffix not in (".js", ".jsx", ".cjs"):
        return False
    try:
        return _ES_SYNTAX.search(module.read_text(encoding="utf-8-sig")) is None
    except (OSError, UnicodeDecodeError):
        return False


def _runner_of(root: str, folder: str, package: Mapping[str, Any]) -> str:
    names = [name for name in ("jest", "vitest") if installed(root, folder, name) is not None]
    if not names:
        message = f"{_named(folder)} has neither Jest nor Vitest installed"
        raise TaskFailed(message, hint="npm ci, or npm install --save-dev jest")
    if len(names) == 1:
        return names[0]
    script = str(package.get("scripts", {}).get("test", ""))
    declared = {**package.get("dependencies", {}), **package.get("devDependencies", {})}
    return "vitest" if "vitest" in script or ("vitest" in declared and "jest" not in declared) else "jest"


def installed(root: str, folder: str, name: str) -> Path | None:
    """Return where Node finds a package from a folder of the project; None where it is not installed."""
    start = Path(os.path.normpath(os.path.join(root, folder)))
    for parent in [start, *start.parents]:
        place = parent / "node_modules" / name
        if (place / "package.json").is_file():
            return place.resolve()
    return None


def declares(root: str, folder: str, name: str) -> bool:
    """Say whether a package, or the project around it, names another one among those that it needs."""
    for each in dict.fromkeys((folder, ".")):
        place = Path(root, each, "package.json")
        package = _read_json(place) if place.is_file() else {}
        if any(name in package.get(kind, {}) for kind in ("dependencies", "devDependencies")):
            return True
    return False


def _read_json(path: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        message = f"{path} cannot be read: {error}"
        raise TaskFailed(message) from error
    return content if isinstance(content, dict) else {}


def _named(folder: str) -> str:
    return "the project" if folder == "." else folder
