"""Look at a repository once, and say what it is made of."""

import posixpath
import re
from collections.abc import Iterable, Sequence

from orchestrator.edits.action import Tree
from orchestrator.edits.kinds import DOCKERFILE, WORKFLOW, kind_of
from orchestrator.surveying import javascript, python
from orchestrator.surveying.facts import Facts, Language, Package, Suite
from orchestrator.surveying.modules import find_modules
from orchestrator.surveying.naming import holds_no_sources, is_test, is_worked_on
from orchestrator.surveying.variables import find_variables

_FRAMEWORKS = {
    "fastify": "Fastify",
    "express": "Express",
    "hono": "Hono",
    "@nestjs/core": "NestJS",
    "graphql": "GraphQL",
    "fastapi": "FastAPI",
    "flask": "Flask",
    "starlette": "Starlette",
    "django": "Django",
    "click": "click",
    "typer": "typer",
}
_LINT = re.compile(
    r"^(?:\.?eslint(?:rc|\.config)?(?:\.[cm]?[jt]s|\.json|\.ya?ml)?|biome\.jsonc?|\.?prettier(?:rc)?(?:\.config)?(?:\.[a-z]+)?"
    r"|\.oxlintrc\.json|\.flake8|\.?ruff\.toml|\.pylintrc|mypy\.ini|\.pre-commit-config\.yaml|deno\.jsonc?)$"
)
_REPORTS = ("coverage-summary.json", "coverage-final.json", "lcov.info", "coverage.json", "coverage.xml")


def survey(tree: Tree, name: str, *, kept: Sequence[str] = (), below: str = "") -> Facts:
    """Return the facts about the repository below `tree`; reads, runs nothing. `name` is for one that says none.

    `kept` are the files named `.env` that the repository keeps, `below` is where it lies in a larger one.
    """
    everything = tree.glob("**")
    paths = tuple(path for path in everything if is_worked_on(path))
    tests = tuple(sorted(path for path in paths if is_test(path)))
    scripts, pythons = javascript.read_packages(tree, paths), python.read_packages(tree, paths)
    suites = (*javascript.find_suites(tree, scripts, paths), *python.find_suites(tree, pythons, paths))
    return Facts(
        name=_named((*scripts, *pythons)) or name,
        packages=(*scripts, *pythons),
        suites=suites,
        modules=tuple(find_modules(tree, paths, tests)),
        tests=tests,
        frameworks=_frameworks((*scripts, *pythons)),
        workflows=tuple(path for path in paths if kind_of(path) == WORKFLOW and path.startswith(".github/")),
        dockerfiles=tuple(path for path in paths if kind_of(path) == DOCKERFILE and "/templates/" not in path),
        lint=tuple(path for path in paths if _LINT.match(posixpath.basename(path))),
        coverage_reports=tuple(
            path for path in everything if posixpath.basename(path) in _REPORTS and "node_modules" not in path
        ),
        variables=find_variables(tree, paths, kept),
        below=below,
        unmeasured=tuple(_unmeasured(scripts, suites, tests)),
    )


def _named(packages: Iterable[Package]) -> str:
    """Return the name that the package at the root gives itself, without its scope."""
    names = (each.name.rpartition("/")[2] for each in packages if each.folder == ".")
    return next((name for name in names if name not in ("", ".")), "")


def _frameworks(packages: Iterable[Package]) -> tuple[str, ...]:
    """Return what the sources are made with; what only examples, documentation or tests need does not count."""
    worked_on = [each for each in packages if not any(holds_no_sources(part) for part in each.folder.split("/"))]
    names = set().union(*(package.dependencies for package in worked_on))
    return tuple(word for name, word in _FRAMEWORKS.items() if name in names)


def _unmeasured(packages: Sequence[Package], suites: Sequence[Suite], tests: Sequence[str]) -> Iterable[str]:
    yield from javascript.other_runners(packages, suites)
    for suite in suites:
        if suite.needs:
            yield f"{suite.name}: coverage needs {' and '.join(suite.needs)}, which package.json does not name"
    if not suites and not tests:
        yield "there are no tests yet whose coverage could be measured (Jest, Vitest, pytest)"


def language_word(languages: Iterable[Language]) -> str:
    """Return the languages as a person names them."""
    words = {Language.PYTHON: "Python", Language.TYPESCRIPT: "TypeScript", Language.JAVASCRIPT: "JavaScript"}
    return " and ".join(words[language] for language in languages)
