"""Python projects and their pytest suites: pyproject.toml, setup.cfg, tox.ini, pytest.ini, packages."""

import configparser
import posixpath
import re
import tomllib
from collections.abc import Iterator, Sequence
from typing import Any

from orchestrator.edits.action import Tree
from orchestrator.surveying.facts import Language, Package, Runner, Suite
from orchestrator.surveying.naming import (
    below,
    holds_no_sources,
    is_source,
    is_test,
    is_worked_on,
    language_of,
    relative,
)
from orchestrator.surveying.reading import text_or_nothing

_MANIFESTS = ("pyproject.toml", "setup.cfg", "setup.py", "requirements.txt", "Pipfile")
_LOCKS = {"uv.lock": "uv", "poetry.lock": "poetry", "pdm.lock": "pdm", "Pipfile.lock": "pipenv"}
_REQUIREMENT = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


def read_packages(tree: Tree, paths: Sequence[str]) -> tuple[Package, ...]:
    """Return the Python projects of the repository, outermost first."""
    folders: dict[str, list[str]] = {}
    for path in paths:
        if posixpath.basename(path) in _MANIFESTS and is_worked_on(path):
            folders.setdefault(posixpath.dirname(path) or ".", []).append(path)
    found = []
    for folder in sorted(folders, key=lambda each: (each.count("/"), each != ".", each)):
        if not any(language_of(path) is Language.PYTHON and below(folder, path) for path in paths):
            continue
        found.append(_package(tree, folder, paths))
    return tuple(found)


def find_suites(tree: Tree, packages: Sequence[Package], paths: Sequence[str]) -> Iterator[Suite]:
    """Yield the suites of pytest: where it is configured, else the outermost folder of a project with tests."""
    tests = [path for path in paths if is_test(path) and language_of(path) is Language.PYTHON and is_worked_on(path)]
    folders = [posixpath.dirname(path) or "." for path in _configs(tree, paths)]
    folders += [package.folder for package in packages] or ["."]
    taken: list[str] = []
    for folder in sorted(dict.fromkeys(folders), key=lambda each: (each not in folders[:1], each.count("/"), each)):
        own = [path for path in tests if below(folder, path) and not any(below(each, path) for each in taken)]
        sources = _sources(folder, [path for path in paths if not any(below(each, path) for each in taken)])
        if not own or not sources or any(below(each, folder) for each in taken):
            continue
        taken.append(folder)
        config = next((path for path in _configs(tree, paths) if (posixpath.dirname(path) or ".") == folder), "")
        yield Suite(
            runner=Runner.PYTEST,
            folder=folder,
            sources=sources,
            tests=tuple(sorted(own)),
            excluded=_excluded(folder, paths),
            config=config,
        )


def _configs(tree: Tree, paths: Sequence[str]) -> Iterator[str]:
    """Yield the files that configure pytest, the outermost first."""
    names = {"pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg"}
    for path in sorted(paths, key=lambda each: (each.count("/"), each)):
        name = posixpath.basename(path)
        if name not in names or not is_worked_on(path):
            continue
        if name.endswith("pytest.ini"):
            yield path
        elif name == "pyproject.toml":
            if "pytest" in _toml(tree, path).get("tool", {}):
                yield path
        elif _ini_has(tree, path, "pytest" if name == "tox.ini" else "tool:pytest"):
            yield path


def _sources(folder: str, paths: Sequence[str]) -> tuple[str, ...]:
    """Return what coverage is about, seen from the folder: packages (below `src/` too) and modules beside them."""
    found: set[str] = set()
    for path in paths:
        if language_of(path) is not Language.PYTHON or not below(folder, path) or not is_worked_on(path):
            continue
        inside = relative(folder, path)
        if not is_source(inside):
            continue
        top, _, rest = inside.partition("/")
        if top == "src" and "/" in rest:
            found.add(f"src/{rest.partition('/')[0]}")
        else:
            found.add(top)
    return tuple(sorted(found))


def _excluded(folder: str, paths: Sequence[str]) -> tuple[str, ...]:
    """Return globs of what is no source although a report may have it; only for what is there."""
    found: set[str] = set()
    for path in paths:
        inside = relative(folder, path) if below(folder, path) else ""
        if not inside or language_of(path) is not Language.PYTHON or is_source(inside):
            continue
        folders = [part for part in inside.split("/")[:-1] if holds_no_sources(part)]
        found |= {f"**/{part}/**" for part in folders} or {f"**/{posixpath.basename(path)}"}
    return tuple(sorted(found))


def _package(tree: Tree, folder: str, paths: Sequence[str]) -> Package:
    def at(name: str) -> str:
        return name if folder == "." else f"{folder}/{name}"

    project = _toml(tree, at("pyproject.toml"))
    known = set(paths)
    manager = next((manager for lock, manager in _LOCKS.items() if at(lock) in known), "pip")
    name = project.get("project", {}).get("name") or project.get("tool", {}).get("poetry", {}).get("name")
    return Package(
        folder=folder,
        name=str(name or posixpath.basename(folder)),
        manager=manager,
        dependencies=frozenset(_dependencies(tree, folder, project, paths)),
    )


def _dependencies(tree: Tree, folder: str, project: dict[str, Any], paths: Sequence[str]) -> Iterator[str]:
    declared = project.get("project", {})
    texts = [*declared.get("dependencies", ())]
    for group in (*declared.get("optional-dependencies", {}).values(), *project.get("dependency-groups", {}).values()):
        texts += [text for text in group if isinstance(text, str)]
    poetry = project.get("tool", {}).get("poetry", {})
    texts += [*poetry.get("dependencies", {}), *poetry.get("dev-dependencies", {})]
    for group in poetry.get("group", {}).values():
        texts += group.get("dependencies", {})
    for path in paths:
        if posixpath.dirname(path) in (folder, "" if folder == "." else folder) and re.search(
            r"requirements[^/]*\.txt$", path
        ):
            texts += text_or_nothing(tree, path).splitlines()
    for text in texts:
        found = _REQUIREMENT.match(text)
        if found:
            yield found[1].lower()


def _toml(tree: Tree, path: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text_or_nothing(tree, path))
    except tomllib.TOMLDecodeError:
        return {}


def _ini_has(tree: Tree, path: str, section: str) -> bool:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text_or_nothing(tree, path))
    except configparser.Error:
        return False
    return parser.has_section(section)
