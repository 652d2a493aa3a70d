"""Where the tests of a module go: as the project does it already, and never over a file that is there."""

import posixpath
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from orchestrator.surveying.facts import Facts, Language, Module, Package, Runner, Suite
from orchestrator.surveying.naming import below, in_small_letters, joined, relative

_TEST_FOLDERS = ("tests", "test")
_INSIDE_FOLDERS = ("__tests__", "__test__")  # beside the modules that they hold the tests of
_BESIDE, _INSIDE, _MIRRORED = "beside", "inside", "mirrored"
_FEWEST_MIRRORED = 2  # folders of tests that stand for folders of the package
_DUNDER = re.compile(r"__(\w+)__")


@dataclass(frozen=True, kw_only=True, slots=True)
class Habits:
    """How a project places its tests: per folder of sources the folders of the tests there are, and its packages."""

    homes: Mapping[str, Counter[str]]
    packages: tuple[str, ...]  # their folders, the innermost first

    @classmethod
    def of(cls, facts: Facts) -> Self:
        """Learn them from what there is."""
        homes: dict[str, Counter[str]] = {}
        for module in facts.modules:
            homes.setdefault(posixpath.dirname(module.path), Counter()).update(map(posixpath.dirname, module.tests))
        folders = sorted({each.folder for each in facts.packages}, key=lambda folder: -_depth(folder))
        return cls(homes=homes, packages=tuple(folders))

    def package_around(self, path: str) -> str:
        """Return the innermost package that a file lies in, "." for the root."""
        return next((folder for folder in self.packages if below(folder, path)), ".")

    def home(self, module: Module, within: str, *, around: bool) -> str | None:
        """Return where the tests of a module or its neighbours lie; `around`: also those of the folders around it."""
        folder = posixpath.dirname(module.path)
        asked = [Counter(map(posixpath.dirname, module.tests)), self.homes.get(folder, Counter())]
        while around and folder:
            folder = posixpath.dirname(folder)
            asked.append(self.homes.get(folder, Counter()))
        for each in asked:
            fitting = [home for home in each if below(within, home or ".")]
            if fitting:
                return min(fitting, key=lambda home: (-each[home], len(home), home))
        return None

    def mirrored(self, tests: Sequence[str], inside: str, within: str) -> str | None:
        """Return the folder of tests that stands for the module's own, where those of a suite mirror its package."""
        folders = {posixpath.dirname(path) for path in tests} - {""}
        deep = [folder for folder in folders if "/" in folder and folder.split("/")[0] in _TEST_FOLDERS]
        sources = [relative(within, each) for each in self.homes if below(within, each or ".") and each != within]
        found: Counter[tuple[str, str]] = Counter()
        for folder in deep:
            top, _, rest = folder.partition("/")
            found.update((top, each.removesuffix(f"/{rest}")) for each in sources if each.endswith(f"/{rest}"))
        for (top, package), number in found.most_common(1):
            if number >= _FEWEST_MIRRORED and number * 2 >= len(deep) and inside.startswith(f"{package}/"):
                return f"{top}/{posixpath.dirname(inside[len(package) + 1 :])}".rstrip("/")
        return None


def test_file_for(module: Module, suite: Suite | None, present: Collection[str], habits: Habits) -> str:
    """Return the path of the test file for a module."""
    of_language = _python if module.language is Language.PYTHON else _script
    path = of_language(module, suite, present, habits)
    return path if path not in present else _another(path, present)


def _python(module: Module, suite: Suite | None, present: Collection[str], habits: Habits) -> str:
    """Return `tests/test_NAME.py` below the suite; with the package in the name where two modules share one."""
    folder = suite.folder if suite else "."
    inside = relative(folder, module.path)
    parts = [_plain(part) for part in posixpath.splitext(inside)[0].split("/") if part != "src"]
    if len(parts) > 1 and inside.endswith("/__init__.py"):
        del parts[-1]
    taken = {posixpath.basename(path) for path in present}
    short = f"test_{parts[-1]}.py"
    name = short if short not in taken else f"test_{'_'.join(parts[-2:])}.py"
    home = habits.home(module, folder, around=False)
    if home is None:
        tests = [relative(folder, path) for path in suite.tests] if suite else []
        around, mirrored = habits.home(module, folder, around=True), habits.mirrored(tests, inside, folder)
        home = joined(folder, _python_home(tests, module, inside, around, mirrored))
    return f"{home}/{name}" if home not in ("", ".") else name


def _plain(part: str) -> str:
    """Return a part of a module's name as it stands in the name of a test: `main` of `__main__`, in small letters."""
    return in_small_letters(_DUNDER.sub(r"\1", part))


def _python_home(tests: Sequence[str], module: Module, inside: str, around: str | None, mirrored: str | None) -> str:
    """Return the folder of tests nearest to the module; `tests/` beside it where every package has its own.

    A script in a folder that is no package can only be imported by tests that lie beside it. `around` is where the
    tests of the packages around it lie, `mirrored` where they would where tests stand in the order of the sources.
    """
    folders = Counter(posixpath.dirname(path) for path in tests)
    own = {part for part in posixpath.dirname(inside).split("/") if part}
    near = [folder for folder in folders if own & set(folder.split("/"))]
    if own - {"src"} and not near and not module.is_in_package:
        return posixpath.dirname(inside)
    if mirrored is not None:
        return mirrored
    if not near and around is not None:
        return around or "."
    top = [folder for folder in folders if folder.split("/")[0] in _TEST_FOLDERS or not folder]
    best = sorted(
        near or top, key=lambda folder: (-len(own & set(folder.split("/"))), -folders[folder], len(folder), folder)
    )
    if best:
        return best[0] or "."
    return f"{posixpath.dirname(inside)}/tests".lstrip("/") if folders else "tests"


def _script(module: Module, suite: Suite | None, _present: Collection[str], habits: Habits) -> str:
    """Return the path as the package of the module does it, or else as most of the suite's tests do it."""
    package = habits.package_around(module.path)
    tests = {path: habits.package_around(path) for path in (suite.tests if suite else ())}
    own = [relative(package, path) for path, folder in tests.items() if folder == package]
    tests_seen = own or [relative(folder, path) for path, folder in tests.items()]
    inside = relative(package, module.path)
    home, name = posixpath.split(inside)
    stem, suffix = posixpath.splitext(name)
    word = "spec" if sum(".spec." in path for path in tests_seen) * 2 > len(tests_seen) else "test"
    file = f"{stem}.{word}{suffix}"
    learned = habits.home(module, package, around=False)
    if learned is not None:
        return f"{learned}/{file}".lstrip("/")
    style, top = _style(tests_seen)
    if style == _BESIDE:
        where = home
    elif style == _INSIDE:
        where = f"{home}/{top}".lstrip("/")
    else:
        within = home.removeprefix("src").removeprefix("lib").lstrip("/")
        where = f"{top}/{within}".rstrip("/")
    return joined(package, f"{where}/{file}" if where else file)


def _style(tests: Sequence[str]) -> tuple[str, str]:
    """Return how the project places its tests, by majority, and the folder beside modules or that mirrors them."""
    styles: Counter[tuple[str, str]] = Counter()
    for path in tests:
        parts = path.split("/")
        inner = next((part for part in parts[:-1] if part in _INSIDE_FOLDERS), None)
        if inner:
            styles[_INSIDE, inner] += 1
        elif parts[0] in _TEST_FOLDERS:
            unit = f"{parts[0]}/unit" if len(parts) > 2 and parts[1] == "unit" else parts[0]
            styles[_MIRRORED, unit] += 1
        else:
            styles[_BESIDE, ""] += 1
    return styles.most_common(1)[0][0] if styles else (_BESIDE, "")


def _another(path: str, present: Collection[str]) -> str:
    """Return a name beside a file that is there: a person's tests stay as they are."""
    stem, suffix = re.fullmatch(r"(.*?)((?:\.(?:test|spec))?\.\w+)", path).groups()  # type: ignore[union-attr]  # every name has a suffix
    joint = "_" if suffix == ".py" else "."
    number = 1
    while True:
        found = f"{stem}{joint}more{number if number > 1 else ''}{suffix}"
        if found not in present:
            return found
        number += 1


_PYTHON_MANAGERS = frozenset(("pip", "uv", "poetry", "pdm", "pipenv"))


def new_suite(module: Module, packages: Sequence[Package]) -> Suite | None:
    """Return the suite that a project without tests begins with; None when no runner of its language is there.

    A project of Python can have pytest; JavaScript has the runner that a package.json around the module names.
    """
    around = [each for each in packages if below(each.folder, module.path)]
    for each in sorted(around, key=lambda package: -_depth(package.folder)):
        is_python = each.manager in _PYTHON_MANAGERS
        if module.language is Language.PYTHON and is_python:
            return Suite(runner=Runner.PYTEST, folder=each.folder, sources=(), tests=())
        runner = next((runner for runner in (Runner.JEST, Runner.VITEST) if runner in each.dependencies), None)
        if module.language is not Language.PYTHON and runner is not None:
            return Suite(runner=runner, folder=each.folder, sources=(), tests=())
    return None


def _depth(folder: str) -> int:
    return 0 if folder == "." else 1 + folder.count("/")


def suite_of(module: Module, suites: Sequence[Suite]) -> Suite | None:
    """Return the suite that the tests of a module would run in: of its language, the innermost around it."""
    is_python = module.language is Language.PYTHON
    fitting = [
        suite for suite in suites if (suite.runner == "pytest") is is_python and below(suite.folder, module.path)
    ]
    return max(fitting, key=lambda suite: len(suite.folder) if suite.folder != "." else 0, default=None)
