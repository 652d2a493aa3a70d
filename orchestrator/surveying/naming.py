"""What a file is by its name alone: source, test, or neither."""

import posixpath
import re

from orchestrator.surveying.facts import Language

LANGUAGES = {
    ".py": Language.PYTHON,
    ".ts": Language.TYPESCRIPT,
    ".tsx": Language.TYPESCRIPT,
    ".mts": Language.TYPESCRIPT,
    ".cts": Language.TYPESCRIPT,
    ".js": Language.JAVASCRIPT,
    ".jsx": Language.JAVASCRIPT,
    ".mjs": Language.JAVASCRIPT,
    ".cjs": Language.JAVASCRIPT,
}
# Folders whose files are made, brought, or shown, not worked on.
NOT_WORKED_ON = frozenset(
    (
        *("node_modules", "bower_components", "vendor", "third_party", "site-packages", ".venv", "venv"),
        *("dist", "build", "out", "coverage", "htmlcov", "public", "static", ".next", ".nuxt", ".turbo", ".cache"),
        *("__pycache__", ".git", ".orchestrate", ".tox", ".nox", ".mypy_cache", ".pytest_cache", ".yarn"),
    )
)
_NOT_SOURCES = frozenset(
    (
        *(
            "docs",
            "doc",
            "examples",
            "example",
            "samples",
            "demos",
            "demo",
            "benchmarks",
            "benchmark",
            "bench",
            "scripts",
            "script",
        ),
        *("migrations", "alembic", "seeds", "fixtures", "e2e", "cypress", "playground", "website", "tools", ".github"),
        *("deployment", "deploy-recipes", "stories", "__mocks__", "__fixtures__", "templates", "bin"),
    )
)
_TEST_FOLDERS = frozenset(("test", "tests", "__tests__", "__test__", "testing", "spec"))
_TEST_NAME = re.compile(r"(?:^|[._-])(?:test|spec|tests|specs)\.[cm]?[jt]sx?$|^test_.*\.py$|_test\.py$|^tests\.py$")
_SET_UP = re.compile(
    r"\.d\.[cm]?ts$|\.test-d\.[cm]?ts$|(?:^|[._-])mocks?\.[cm]?[jt]s$|\.(?:config|setup|conf|stories|bench)\.[cm]?[jt]sx?$|^\.|rc\.[cm]?js$"
    r"|^(?:setup|conftest|noxfile|fabfile|manage|wsgi|asgi|gulpfile|gruntfile|knexfile)\.(?:py|[cm]?[jt]s)$"
)
# Of those who work here, where they stand at the top: Invoke's tasks, the house's own rules of ESLint.
_SET_UP_AT_THE_TOP = re.compile(r"^tasks\.py$|^eslint-.*\.[cm]?[jt]s$")


def language_of(path: str) -> Language | None:
    """Return the language of a file by its suffix."""
    return LANGUAGES.get(posixpath.splitext(path)[1].lower())


def is_worked_on(path: str) -> bool:
    """Say whether a file belongs to the people who work here: not built, installed, or cached."""
    return NOT_WORKED_ON.isdisjoint(path.split("/")[:-1])


def is_test(path: str) -> bool:
    """Say whether a file holds tests."""
    return language_of(path) is not None and _TEST_NAME.search(posixpath.basename(path)) is not None


def is_source(path: str) -> bool:
    """Say whether tests should reach a file: no test, no set-up, no declaration, nothing made for show."""
    folders = path.split("/")[:-1]
    name = posixpath.basename(path)
    return (
        language_of(path) is not None
        and not is_test(path)
        and _SET_UP.search(name.lower()) is None
        and (bool(folders) or _SET_UP_AT_THE_TOP.search(name) is None)
        and _NOT_SOURCES.isdisjoint(folder.lower() for folder in folders)
        and _TEST_FOLDERS.isdisjoint(folder.lower() for folder in folders)
        and ".min." not in name
    )


def holds_no_sources(folder: str) -> bool:
    """Say whether a folder's name says that it holds tests or what is made for show."""
    return folder.lower() in _NOT_SOURCES or folder.lower() in _TEST_FOLDERS


def below(folder: str, path: str) -> bool:
    """Say whether a path lies in a folder; "." holds everything."""
    return folder in (".", path) or path.startswith(f"{folder}/")


def relative(folder: str, path: str) -> str:
    """Return a path as seen from a folder that holds it."""
    return path if folder == "." else path[len(folder) + 1 :]


def in_small_letters(name: str) -> str:
    """Return a name as Python spells files: `price_service` for `PriceService`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").lower()


def joined(folder: str, path: str) -> str:
    """Return a path below a folder as seen from the root."""
    return path if folder == "." else folder if path == "." else f"{folder}/{path}"
