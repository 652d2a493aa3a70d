"""npm packages and their test suites: package.json, workspaces, lock files, Jest, Vitest."""

import json
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
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

_LOCKS = {
    "pnpm-lock.yaml": "pnpm",
    "yarn.lock": "yarn",
    "bun.lockb": "bun",
    "bun.lock": "bun",
    "package-lock.json": "npm",
}
_CONFIGS = {
    Runner.JEST: re.compile(r"^jest\.config\.(?:[cm]?[jt]s|json)$"),
    Runner.VITEST: re.compile(r"^vite(?:st)?\.(?:config|workspace)\.[cm]?[jt]s$"),
}
_USES = {Runner.JEST: re.compile(r"\bjest\b"), Runner.VITEST: re.compile(r"\bvitest\b")}
_NODE_OPTIONS = re.compile(
    r"""\bNODE_OPTIONS=(?:'([^']*)'|\\?"([^"\\]*)\\?"|(\S+))|\bnode\s+((?:--\S+\s+)+)\S*node_modules/"""
)
_PROVIDERS = ("@vitest/coverage-v8", "@vitest/coverage-istanbul")
_OTHER_RUNNERS = {"tap": "tap", "mocha": "Mocha", "ava": "AVA", "c8": "node:test", "uvu": "uvu", "jasmine": "Jasmine"}


def read_packages(tree: Tree, paths: Sequence[str]) -> tuple[Package, ...]:
    """Return every package of the repository, the root first."""
    manifests = sorted(
        (path for path in paths if posixpath.basename(path) == "package.json" and is_worked_on(path)),
        key=lambda path: (path.count("/"), path),
    )
    locks = {path for path in paths if posixpath.basename(path) in _LOCKS}
    found = []
    for path in manifests:
        content = _read_json(tree, path)
        if content is None:
            continue
        folder = posixpath.dirname(path) or "."
        found.append(_package(folder, content, _manager(folder, content, locks)))
    return tuple(found)


def find_suites(tree: Tree, packages: Sequence[Package], paths: Sequence[str]) -> Iterator[Suite]:
    """Yield the suites of Jest and Vitest; one that runs the packages below it stands for them."""
    taken: set[str] = set()
    for package in packages:
        if package.folder in taken:
            continue
        within = [each.folder for each in packages if each is not package and below(package.folder, each.folder)]
        suite = _suite_of(tree, package, within, packages, paths)
        if suite is not None:
            yield suite
            taken |= {each for each in within if any(below(each, test) for test in suite.tests)}


def other_runners(packages: Iterable[Package], suites: Sequence[Suite]) -> Iterator[str]:
    """Yield sentences about packages whose tests are run by something else."""
    for package in packages:
        if any(below(suite.folder, package.folder) for suite in suites if suite.runner is not Runner.PYTEST):
            continue
        script = package.scripts.get("test", "")
        names = [word for name, word in _OTHER_RUNNERS.items() if re.search(rf"\b{name}\b", script)]
        names += ["node:test"] if re.search(r"\bnode\b.*--test\b|tsx\b.*--test\b", script) and not names else []
        if names:
            where = "package.json" if package.folder == "." else f"{package.folder}/package.json"
            yield f"{where}: its tests are run by {names[0]}; coverage is measured with Jest and Vitest only"


def _suite_of(
    tree: Tree, package: Package, within: Sequence[str], packages: Sequence[Package], paths: Sequence[str]
) -> Suite | None:
    inside = [path for path in paths if below(package.folder, path)]
    own = [path for path in inside if not any(below(folder, path) for folder in within)]
    chosen = _runner(package, own)
    if chosen is None:
        return None
    runner, config = chosen
    others = _run_by_themselves(tree, runner, config, package, within, inside)
    covered = [path for path in inside if not any(below(folder, path) for folder in others)]
    tests = tuple(sorted(path for path in covered if is_test(path) and language_of(path) is not Language.PYTHON))
    sources = _source_globs(package.folder, covered)
    if not tests or not sources:
        return None
    return Suite(
        runner=runner,
        folder=package.folder,
        sources=sources,
        tests=tests,
        excluded=_excluded(covered),
        config=config,
        needs=_missing(runner, package, packages),
        installed=_installed(tree, runner, package.folder),
        node_options=_node_options(runner, package),
    )


def _run_by_themselves(
    tree: Tree, runner: Runner, config: str, package: Package, within: Sequence[str], inside: Sequence[str]
) -> Sequence[str]:
    """Return the packages below that have a suite of their own.

    A config that names projects runs all of them; any other config runs those that have none of their own.
    """
    if _spans_workspaces(tree, runner, config, package):
        return ()
    if not config:
        return within
    return [
        folder for folder in within if any(_is_config(relative(folder, path)) for path in inside if below(folder, path))
    ]


def _is_config(name: str) -> bool:
    return any(pattern.match(name) for pattern in _CONFIGS.values())


def _runner(package: Package, own: Sequence[str]) -> tuple[Runner, str] | None:
    """Return the runner of a package with its config file, "" when there is none; a config decides before scripts."""
    top = {relative(package.folder, path): path for path in own}
    for runner in (Runner.JEST, Runner.VITEST):
        config = next((path for name, path in sorted(top.items()) if _CONFIGS[runner].match(name)), "")
        named = runner in package.dependencies or any(_USES[runner].search(text) for text in package.scripts.values())
        if named or (config and "vitest" in config) or (config and runner is Runner.JEST):
            return runner, config
    return None


def _spans_workspaces(tree: Tree, runner: Runner, config: str, package: Package) -> bool:
    """Say whether the suite at the root runs the tests of the packages below it, too."""
    if not config:
        return runner is Runner.VITEST and "workspace" in package.scripts.get("test", "")
    text = text_or_nothing(tree, config)
    return re.search(r"\bprojects\s*:|\bworkspace\s*:|defineWorkspace", text) is not None


def _source_globs(folder: str, paths: Sequence[str]) -> tuple[str, ...]:
    """Return the globs of the sources, seen from the package: its folders that hold some, and its own files."""
    sources = [relative(folder, path) for path in paths if _is_script(path) and is_source(path)]
    found: dict[str, set[str]] = {}
    for path in sources:
        top, _, rest = path.partition("/")
        found.setdefault(f"{top}/**/*" if rest else "*", set()).add(posixpath.splitext(path)[1][1:])
    return tuple(f"{stem}.{_braces(kinds)}" for stem, kinds in sorted(found.items()))


def _excluded(paths: Sequence[str]) -> tuple[str, ...]:
    """Return globs of what is no source although it lies among sources; only for what is there."""
    found = {"**/node_modules/**", "**/*.d.ts"}
    for path in paths:
        if not _is_script(path) or is_source(path):
            continue
        if is_test(path):
            found.add("**/*.{test,spec}.*")
        found |= {f"**/{folder}/**" for folder in path.split("/")[:-1] if holds_no_sources(folder)}
    return tuple(sorted(found))


def _braces(kinds: set[str]) -> str:
    names = sorted(kinds)
    return names[0] if len(names) == 1 else "{" + ",".join(names) + "}"


def _is_script(path: str) -> bool:
    return language_of(path) in (Language.TYPESCRIPT, Language.JAVASCRIPT)


def _missing(runner: Runner, package: Package, packages: Sequence[Package]) -> tuple[str, ...]:
    if runner is not Runner.VITEST:
        return ()
    known = package.dependencies | next((each.dependencies for each in packages if each.folder == "."), frozenset())
    return () if any(name in known for name in _PROVIDERS) else (_PROVIDERS[0],)


def _node_options(runner: Runner, package: Package) -> str:
    """Return what the script that runs the tests tells Node: without it ES modules do not run in Jest."""
    scripts = [package.scripts.get("test", ""), *package.scripts.values()]
    for script in scripts:
        found = _NODE_OPTIONS.search(script) if _USES[runner].search(script) else None
        given = next((each for each in found.groups() if each), "") if found else ""
        if given and "$" not in given:
            return given.strip()
    return ""


def _installed(tree: Tree, runner: Runner, folder: str) -> bool:
    """Say whether the runner is there; packages of a workspace find it further up."""
    at = folder
    while True:
        if tree.exists(posixpath.normpath(f"{at}/node_modules/{runner}/package.json")):
            return True
        if at in ("", "."):
            return False
        at = posixpath.dirname(at) or "."


def _package(folder: str, content: Mapping[str, Any], manager: str) -> Package:
    scripts = content.get("scripts")
    names: set[str] = set()
    for key in ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies"):
        names |= set(_map(content.get(key)))
    return Package(
        folder=folder,
        name=str(content.get("name") or posixpath.basename(folder)),
        manager=manager,
        scripts={str(key): str(value) for key, value in _map(scripts).items()},
        dependencies=frozenset(map(str, names)),
    )


def _manager(folder: str, content: Mapping[str, Any], locks: set[str]) -> str:
    """Return the package manager: what package.json names, else the nearest lock file upward, else npm."""
    at = folder
    while True:
        for name, manager in _LOCKS.items():
            if (name if at == "." else f"{at}/{name}") in locks:
                return manager
        if at == ".":
            break
        at = posixpath.dirname(at) or "."
    named = str(content.get("packageManager", "")).split("@")[0]
    return named or "npm"


def _read_json(tree: Tree, path: str) -> Mapping[str, Any] | None:
    try:
        content = json.loads(tree.read_text(path))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
