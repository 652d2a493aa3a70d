"""Source modules: what each is for, how large and how branched it is, and which tests are named after it.

Size and complexity come from the text with comments and strings taken out, one expression for both families of
languages: an estimate that orders modules, no measurement.
"""

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from orchestrator.edits.action import Tree
from orchestrator.surveying.facts import Kind, Language, Module
from orchestrator.surveying.naming import in_small_letters, is_source, language_of

LARGEST = 400_000  # characters; what is larger was made by a program
_PYTHON_NOISE = re.compile(
    r"'''(?:\\.|[^\\])*?'''|\"\"\"(?:\\.|[^\\])*?\"\"\"|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|#[^\n]*", re.DOTALL
)
_SCRIPT_NOISE = re.compile(
    r"/\*.*?\*/|//[^\n]*|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|`(?:\\.|[^`\\])*`", re.DOTALL
)
_PYTHON_DECISIONS = re.compile(r"\b(?:if|elif|for|while|except|and|or|case|assert)\b")
_SCRIPT_DECISIONS = re.compile(r"\b(?:if|for|while|case|catch)\b|&&|\|\||\?\?|\?(?![.:?])(?=[^:;\n]*:)")
_OF_SERVERS = frozenset(("plugins", "plugin", "hooks", "decorators"))  # of Fastify; in Python they are anything
_WORDS: Mapping[Kind, frozenset[str]] = {
    Kind.GRAPHQL: frozenset(("graphql", "resolvers", "resolver")),
    Kind.ROUTE: frozenset(
        ("routes", "route", "router", "routers", "controllers", "controller", "api", "endpoints", "views", "blueprints")
    ),
    Kind.MIDDLEWARE: frozenset(("middleware", "middlewares", *_OF_SERVERS)),
    Kind.CONFIG: frozenset(("config", "configs", "configuration", "settings", "env", "constants")),
    Kind.SERVICE: frozenset(("services", "service", "domain", "usecases", "repositories", "repository", "models")),
}
_ENTRIES = frozenset(("index", "main", "__main__", "server", "app", "cli"))
_MAKES_AN_APPLICATION = re.compile(r"\b(?:Flask|Quart|FastAPI|Starlette|Litestar|Sanic|Typer)\(")
_ROUTES_PYTHON = re.compile(r"^\s*@\w[\w.]*\.(?:get|post|put|patch|delete|route|websocket)\(", re.MULTILINE)
_ROUTES_SCRIPT = re.compile(
    r"\b(?:app|server|router|fastify|instance|api)\s*\.\s*(?:get|post|put|patch|delete|route|all)\s*(?:<[^(]*>)?\(\s*['\"`{]"
)


def find_modules(tree: Tree, paths: Iterable[str], tests: Iterable[str]) -> Iterator[Module]:
    """Yield the modules of the repository that hold code of their own, in the order of their paths."""
    by_stem = _tests_by_stem(tests)
    known = frozenset(paths)
    rivals = Counter(_subject(path) for path in known if language_of(path) is not None and is_source(path))
    for path in sorted(known):
        language = language_of(path)
        if language is None or not is_source(path):
            continue
        text = _read(tree, path)
        if text is None:
            continue
        plain = _without_noise(language, text)
        code = sum(1 for line in plain.splitlines() if line.strip())
        if not _has_behaviour(language, plain):
            continue
        yield Module(
            path=path,
            language=language,
            kind=kind_of(path, language, text),
            code=code,
            decisions=_decisions(language, plain),
            tests=tuple(
                test for test in by_stem.get(_subject(path), ()) if _belongs(test, path, rivals[_subject(path)])
            ),
            is_in_package=posixpath.join(posixpath.dirname(path), "__init__.py") in known,
        )


def kind_of(path: str, language: Language, text: str) -> Kind:
    """Return what a module is for; what it does counts more than where it stands."""
    routes = _ROUTES_PYTHON if language is Language.PYTHON else _ROUTES_SCRIPT
    stem = posixpath.basename(path).split(".")[0].lower()
    words = {*(part.lower() for part in path.split("/")[:-1]), *posixpath.basename(path).lower().split("."), stem}
    if routes.search(text) and stem not in ("fastify", "express"):
        return Kind.ROUTE
    if language is Language.PYTHON:
        words -= _OF_SERVERS
    for kind, names in _WORDS.items():
        if names & words:
            return kind
    makes_one = stem == "__init__" and _MAKES_AN_APPLICATION.search(text) is not None
    return Kind.ENTRY if stem in _ENTRIES or makes_one else Kind.LIBRARY


def _read(tree: Tree, path: str) -> str | None:
    try:
        text = tree.read_text(path)
    except (OSError, UnicodeDecodeError):
        return None
    return text if len(text) <= LARGEST else None


def _without_noise(language: Language, text: str) -> str:
    noise = _PYTHON_NOISE if language is Language.PYTHON else _SCRIPT_NOISE
    return noise.sub(lambda found: '""' + "\n" * found[0].count("\n"), text)


def _decisions(language: Language, plain: str) -> int:
    return len((_PYTHON_DECISIONS if language is Language.PYTHON else _SCRIPT_DECISIONS).findall(plain))


_PYTHON_BEHAVIOUR = re.compile(r"^\s*(?:async\s+)?def\s|\blambda\b", re.MULTILINE)
_SCRIPT_BEHAVIOUR = re.compile(r"\bfunction\b|=>|\bclass\s+\w|\)\s*(?::[^={;]+)?\{")


def _has_behaviour(language: Language, plain: str) -> bool:
    """Say whether there is anything to call: modules of types, constants or re-exports alone need no test."""
    if language is Language.PYTHON:
        return _PYTHON_BEHAVIOUR.search(plain) is not None
    without_types = re.sub(
        r"^\s*(?:export\s+)?(?:declare\s+)?(?:interface|type)\b[^\n]*(?:\{[^}]*\})?", "", plain, flags=re.M
    )
    return _SCRIPT_BEHAVIOUR.search(without_types) is not None


def _subject(path: str) -> str:
    """Return the name that a test file would share with a module: of a package of Python, its folder's."""
    folder, name = posixpath.split(path)
    name = posixpath.basename(folder) if name == "__init__.py" and folder else name
    return in_small_letters(re.sub(r"\.[cm]?[jt]sx?$|\.py$", "", name))


_COMMON = frozenset(("index", "main", "app", "__init__", "routes", "models", "views", "utils", "types", "handler"))


def _belongs(test: str, path: str, rivals: int) -> bool:
    """Say whether a test that shares a module's name is about it.

    A common name, and one that several modules have, needs the same folder as well.
    """
    if _subject(path).strip("+") not in _COMMON and rivals == 1:
        return True
    folder = posixpath.basename(posixpath.dirname(path))
    return posixpath.dirname(path) == "" or folder in ("src", "lib") or folder in test.split("/")[:-1]


def _tests_by_stem(tests: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in tests:
        stem = _subject(path)
        stem = re.sub(r"[._-](?:test|spec|tests|specs)$", "", stem)
        stem = re.sub(r"^test_|_test$", "", stem)
        found.setdefault(stem, []).append(path)
    return found
