"""Which modules are meant, under which names they are imported, and which interpreter runs them."""

import ast
import configparser
import fnmatch
import itertools
import os
import re
import sys
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from orchestrator.errors import TaskFailed
from orchestrator.testgen.generator import Target

_SKIPPED_FOLDERS = frozenset({"tests", "test", "migrations", "node_modules", "__pycache__", "docs", "build", "dist"})
_TEST_FOLDERS = ("tests", "test")
_SKIPPED_FILES = ("test_*.py", "*_test.py", "conftest.py", "setup.py", "__main__.py", "_version.py")
_INI_FILES = ("pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")
_MOST_LOOKED_AT = 300  # tests


@dataclass(frozen=True, kw_only=True, slots=True)
class PythonTarget(Target):
    """One module; `import_root` is the absolute folder from which `module` is imported."""

    module: str
    import_root: str

    def below(self, root: str) -> str:
        """Return the folder from which the module is imported, relative to the project's root."""
        return os.path.relpath(self.import_root, os.path.realpath(root))


def find_targets(root: str, target: str, test_file: str | None = None) -> tuple[PythonTarget, ...]:
    """Return the modules that a file, folder or glob means; TaskFailed when there is none."""
    base = Path(root)
    if any(each in target for each in "*?["):
        found = sorted(path for path in base.glob(target) if path.is_file())
    elif (base / target).is_dir():
        found = sorted((base / target).rglob("*.py"))
    else:
        found = [base / target]
    if len(found) == 1 and found[0].is_file():
        chosen = found
    else:
        chosen = [path for path in found if _is_module(path.relative_to(base))]
    if not chosen or not all(path.is_file() for path in chosen):
        message = f"{target} names no Python module"
        raise TaskFailed(message, hint="a file, a folder or a glob below the repository root")
    if test_file and len(chosen) > 1:
        message = f"{target} names {len(chosen)} modules, but `test_file` one file"
        raise TaskFailed(message, hint="leave `test_file` out, or name one module")
    return tuple(_target(base, path, test_file) for path in chosen)


def default_test_file(root: str, path: str) -> str:
    """Return where the tests of a module go: to the nearest tests around it, else to a `tests` folder beside it.

    In a folder that serves many modules the package is part of the name: pytest wants names to differ.
    """
    place = PurePosixPath(path)
    stem = place.parent.name if place.stem == "__init__" else place.stem.strip("_")
    stem = stem or place.stem.strip("_")
    for folder in place.parents:
        for name in _TEST_FOLDERS:
            if _has_tests(Path(root, folder, name)):
                between = [part for part in place.parent.relative_to(folder).parts if part != "src"]
                words = [*between, *([stem] if between[-1:] != [stem] else [])]
                return str(folder / name / f"test_{'_'.join(words)}.py")
    return str(place.parent / "tests" / f"test_{stem}.py")


def _has_tests(folder: Path) -> bool:
    return folder.is_dir() and any(folder.rglob("test_*.py"))


def find_python(root: str, path: str, find: Callable[[str], str | None], fallback: str) -> str:
    """Return the interpreter of the project: the nearest virtual environment, else `python` on the path, else ours."""
    folder = Path(root, path).parent
    for parent in [folder, *folder.parents]:
        for name in (".venv", "venv"):
            candidate = parent / name / "bin" / "python"
            if candidate.exists():
                return str(candidate)
        if parent == Path(root):
            break
    return find("python") or find("python3") or fallback


def import_mode(root: str, test_file: str) -> tuple[str, ...]:
    """Return pytest's arguments for the import mode that the project's settings ask for."""
    folder = Path(root, test_file).parent
    for parent in [folder, *folder.parents]:
        for name in _INI_FILES:
            options = _pytest_settings(parent / name)
            if options is not None:
                found = re.search(r"--import-mode[= ](\w+)", options)
                return (f"--import-mode={found.group(1)}",) if found else ()
        if parent == Path(root):
            break
    return ()


def _pytest_settings(path: Path) -> str | None:
    """Return `addopts` of a settings file, None when the file has no section for pytest."""
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".toml":
            section = tomllib.loads(text).get("tool", {}).get("pytest", {}).get("ini_options")
            if section is None:
                return None
            options = section.get("addopts", "")
            return " ".join(options) if isinstance(options, list) else str(options)
        parser = configparser.ConfigParser(interpolation=None)
        parser.read_string(text)
    except (OSError, UnicodeDecodeError, configparser.Error, tomllib.TOMLDecodeError):
        return None
    name = "tool:pytest" if path.suffix == ".cfg" else "pytest"
    if not parser.has_section(name):
        return "" if path.name in ("pytest.ini", ".pytest.ini") else None
    return parser.get(name, "addopts", fallback="")


def _is_module(path: Path) -> bool:
    if _SKIPPED_FOLDERS & set(path.parts[:-1]) or any(part.startswith(".") for part in path.parts):
        return False
    return not any(fnmatch.fnmatch(path.name, pattern) for pattern in _SKIPPED_FILES)


def _target(root: Path, path: Path, test_file: str | None) -> PythonTarget:
    folder, parts = path.parent, [path.stem]
    if path.name == "__init__.py":
        parts = []
    while ((folder / "__init__.py").exists() and folder != root.parent) or _is_named(root, folder):
        parts.insert(0, folder.name)
        folder = folder.parent
    if not parts:
        parts = [path.parent.name]
    relative = path.relative_to(root).as_posix()
    return PythonTarget(
        path=relative,
        module=".".join(parts),
        import_root=str(folder.resolve()),
        test_file=test_file or default_test_file(str(root), relative),
    )


def _is_named(root: Path, folder: Path) -> bool:
    """Say whether a folder without `__init__.py` is a package all the same: tests import from it by its name.

    It is asked only where nothing could be imported out of the folder itself: its `types.py` would hide that of Python.
    """
    if folder == root or not any(path.stem in sys.stdlib_module_names for path in folder.glob("*.py")):
        return False
    named = re.compile(rf"^\s*(?:from|import)\s+{re.escape(folder.name)}\b", re.MULTILINE)
    tests = itertools.chain.from_iterable((folder.parent / name).rglob("test_*.py") for name in _TEST_FOLDERS)
    return any(named.search(path.read_text("utf-8", "replace")) for path in itertools.islice(tests, _MOST_LOOKED_AT))


def describe(root: str, targets: Sequence[Target]) -> tuple[str, ...]:
    """Say for each module, by reading it only, what would be tried."""
    from orchestrator.testgen.python.explorer.facts import read_facts

    lines = []
    for target in targets:
        try:
            facts = read_facts(Path(root, target.path).read_text(encoding="utf-8-sig"))
        except (SyntaxError, UnicodeDecodeError) as error:
            lines.append(f"{target.path}: cannot be parsed: {error}")
            continue
        public = [name for name in facts.definitions if "." not in name and not name.startswith("_")]
        methods = sum("." in name for name in facts.definitions)
        branches = sum(
            isinstance(node, ast.If | ast.While | ast.For | ast.IfExp | ast.Match) for node in ast.walk(facts.tree)
        )
        examples = sum(map(len, facts.examples.values()))
        lines.append(
            f"{target.path}: {len(public)} functions, {len(facts.classes)} classes with {methods} methods, "
            f"{branches} branches, {examples} calls in docstrings -> {target.test_file}"
        )
    return tuple(lines)
