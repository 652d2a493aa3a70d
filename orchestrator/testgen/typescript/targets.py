"""Which modules are meant, and where their tests go."""

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from orchestrator.errors import TaskFailed
from orchestrator.testgen.generator import Target
from orchestrator.testgen.typescript.collecting import collected_place, read_collected

SUFFIXES = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
_INSTALLED = frozenset(("node_modules", "dist", "build", "out", "coverage", "venv"))
_BESIDE_MODULES = frozenset(("__tests__", "__test__"))  # folders of tests that stand beside the modules
_TESTS = _BESIDE_MODULES | frozenset(("__mocks__", "test", "tests", "e2e", "fixtures", "mocks"))
SKIPPED_FOLDERS = _INSTALLED | _TESTS | {"migrations", "seeds"}
_TEST_NAME = re.compile(r"\.(test|spec)\.[cm]?[jt]sx?$")
_NOT_A_MODULE = re.compile(r"(\.d\.[cm]?ts|\.(test|spec|stories|config|setup|bench)\.[cm]?[jt]sx?)$")


@dataclass(frozen=True, kw_only=True, slots=True)
class TypeScriptTarget(Target):
    """One module, or a folder whose `files` are tested together; all paths are relative to the project's root."""

    files: tuple[str, ...] = ()

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the modules that are meant."""
        return self.files or (self.path,)


def find_targets(root: str, target: str, test_file: str | None = None) -> tuple[TypeScriptTarget, ...]:
    """Return the modules that a file, folder or glob means; TaskFailed when there is none."""
    base = Path(root)
    if any(each in target for each in "*?["):
        found = sorted(path for path in base.glob(target) if path.is_file())
    elif (base / target).is_dir():
        found = sorted(Path(folder, name) for folder, name in _files_below(base / target))
    else:
        found = [base / target]
    if len(found) == 1 and found[0].is_file() and not any(each in target for each in "*?["):
        chosen = found
    else:
        chosen = [path for path in found if _is_module(path.relative_to(base))]
    if not chosen or not all(path.is_file() and path.suffix in SUFFIXES for path in chosen):
        message = f"{target} names no TypeScript or JavaScript module"
        raise TaskFailed(message, hint="a file, a folder or a glob below the repository root")
    if test_file and len(chosen) > 1:
        message = f"{target} names {len(chosen)} modules, but `test_file` one file"
        raise TaskFailed(message, hint="leave `test_file` out, or name one module")
    paths = [path.relative_to(base).as_posix() for path in chosen]
    return tuple(
        TypeScriptTarget(path=path, test_file=test_file or default_test_file(root, path), files=(path,))
        for path in paths
    )


def find_folder(root: str, target: str, test_file: str | None = None) -> TypeScriptTarget:
    """Return what a folder's modules are together; of a module, the module alone."""
    found = find_targets(root, target)
    paths = tuple(each.path for each in found)
    if not Path(root, target).is_dir():
        return TypeScriptTarget(path=paths[0], test_file=test_file or found[0].test_file, files=paths)
    folder = PurePosixPath(target)
    entry = next((each for each in paths if PurePosixPath(each).parent == folder), paths[0])
    place = PurePosixPath(default_test_file(root, str(folder / f"integration{PurePosixPath(entry).suffix}")))
    return TypeScriptTarget(path=folder.as_posix(), test_file=test_file or place.as_posix(), files=paths)


def default_test_file(root: str, path: str) -> str:
    """Return where the tests of a module go: where the project's tests are, else a `__tests__` folder beside it.

    Where the runner would not collect that, it is a place that its settings name.
    """
    place = PurePosixPath(path)
    folder, word = test_habit(root, path)
    name = f"{place.stem}.{word}{place.suffix}"
    usual = str(place.parent / name) if folder == "" else str(place.parent / folder / name)
    return collected_place(read_collected(root, path), usual, path)


def _files_below(folder: Path) -> Iterator[tuple[str, str]]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if each not in SKIPPED_FOLDERS and not each.startswith("."))
        for name in sorted(names):
            if name.endswith(SUFFIXES):
                yield place, name


def _is_module(path: Path) -> bool:
    if SKIPPED_FOLDERS & set(path.parts[:-1]) or any(part.startswith(".") for part in path.parts):
        return False
    return path.suffix in SUFFIXES and not _NOT_A_MODULE.search(path.name)


def test_habit(root: str, path: str) -> tuple[str, str]:
    """Return the folder beside a module in which its tests stand ("" for none) and the word in their names.

    The package around the module says; where that has no tests yet, the whole project does.
    """
    for parent in PurePosixPath(path).parents:
        if str(parent) != "." and Path(root, parent, "package.json").is_file():
            found = _habit(os.path.join(root, parent))
            if found is not None:
                return found
    return _habit(root) or ("__tests__", "test")


@lru_cache(maxsize=64)
def _habit(folder: str) -> tuple[str, str] | None:
    folders: Counter[str] = Counter()
    words: Counter[str] = Counter()
    for place, names in _folders_of_tests(folder):
        for name in names:
            found = _TEST_NAME.search(name)
            if found:
                inner = [part for part in os.path.relpath(place, folder).split(os.sep) if part in _BESIDE_MODULES]
                words[found.group(1)] += 1
                folders[inner[-1] if inner else ""] += 1
    if not words:
        return None
    named = Counter({name: count for name, count in folders.items() if name})
    own = named.most_common(1)[0][0] if named else "__tests__"
    is_beside = folders[""] > named.total() and _stands_beside(folder)
    return ("" if is_beside else own, words.most_common(1)[0][0])


def _folders_of_tests(root: str) -> Iterator[tuple[str, list[str]]]:
    skipped = SKIPPED_FOLDERS - _BESIDE_MODULES - {"test", "tests"}
    for place, folders, names in os.walk(root):
        folders[:] = [each for each in folders if each not in skipped and not each.startswith(".")]
        yield place, names


def _stands_beside(root: str) -> bool:
    """Say whether tests stand in the folders of their modules, and not in a tree of their own."""
    for place, names in _folders_of_tests(root):
        known = set(names)
        for name in names:
            found = _TEST_NAME.search(name)
            if found and f"{name[: found.start()]}{PurePosixPath(name).suffix}" in known and place:
                return True
    return False


def describe(root: str, targets: Sequence[Target]) -> tuple[str, ...]:
    """Say for each module, by reading it only, what would be tried."""
    lines = []
    for target in targets:
        try:
            text = "\n".join(Path(root, path).read_text(encoding="utf-8-sig") for path in target.reads)
        except (OSError, UnicodeDecodeError) as error:
            lines.append(f"{target.path}: cannot be read: {error}")
            continue
        functions = len(re.findall(r"^export (?:default )?(?:async )?function\b", text, re.MULTILINE))
        classes = len(re.findall(r"^export (?:default )?(?:abstract )?class\b", text, re.MULTILINE))
        others = len(re.findall(r"^export (?:const|let|enum)\b", text, re.MULTILINE))
        lines.append(
            f"{target.path}: {functions} functions, {classes} classes, {others} other exports -> {target.test_file}"
        )
    return tuple(lines)
