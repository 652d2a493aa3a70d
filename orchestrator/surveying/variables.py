"""Variables that the sources cannot do without, with the values that the project gives as an example.

Only files that are made to be shown are read: of what is called `.env` those alone that the repository itself keeps.
What has a default in the sources needs no value.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence

from orchestrator.edits.action import Tree
from orchestrator.surveying.facts import Language, Variable
from orchestrator.surveying.naming import is_source, language_of

_EXAMPLES = (".env.test", ".env.testing", ".env.example", ".env.sample", ".env.template", ".env.dist", "example.env")
_LINE = re.compile(r"^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=[ \t]*(.*?)\s*$")
_FILLED_IN_BY_HAND = re.compile(r"^<.*>$|\$\{|\$\(|`")
# How everything that is started behaves is no business of an example.
_OF_THE_SYSTEM = re.compile(
    r"^(?:PATH|HOME|SHELL|USER|TMPDIR|IFS|LD_\w+|DYLD_\w+|PYTHON\w*|NODE_OPTIONS|GIT_\w+)$", re.I
)
_ASKED_IN_PYTHON = re.compile(
    r"\benviron\s*\[\s*['\"](\w+)['\"]\s*\](?!\s*=[^=])"
    r"|\b(?:config|env(?:\.\w+)?)\(\s*['\"](\w+)['\"]\s*(?:,\s*cast\s*=[^,()]*)?\)"
)
_CLASS_OF_SETTINGS = re.compile(r"^class\s+\w+\([^)]*Settings\b", re.MULTILINE)
_SETTINGS_OF_PYTHON = re.compile(r"^[ \t]+(\w+)[ \t]*:[^=\n]*$", re.MULTILINE)
_ASKED_IN_SCRIPT = re.compile(r"\bprocess\.env\.(\w+)!|\bprocess\.env\[['\"](\w+)['\"]\]!")
_SCHEMA_OF_SCRIPT = re.compile(
    r"^[ \t]*['\"]?([A-Z][A-Z0-9_]*)['\"]?\s*:\s*\w+[.(](?!.*(?:default|optional|catch)\()", re.M
)


def find_variables(tree: Tree, paths: Sequence[str], kept: Sequence[str] = ()) -> tuple[Variable, ...]:
    """Return the variables that the sources cannot do without and that an example gives a value, by name.

    `kept` are files of settings that the repository keeps; an example goes before them.
    """
    examples = {each.name: each for each in reversed((*_examples(tree, paths), *_of_files(tree, sorted(kept))))}
    if not examples:
        return ()
    asked = {name.upper() for path in paths if is_source(path) for name in _asked(tree, path)}
    # A class of settings may put a word before the names of all of its fields.
    return tuple(
        each
        for name, each in sorted(examples.items())
        if name.upper() in asked or any(name.upper().endswith(f"_{other}") for other in asked if "_" in other)
    )


def _examples(tree: Tree, paths: Iterable[str]) -> Iterator[Variable]:
    """Yield what the examples say, the one for tests first, those nearest to the root first."""
    known = [path for path in paths if posixpath.basename(path) in _EXAMPLES]
    yield from _of_files(
        tree, sorted(known, key=lambda path: (path.count("/"), _EXAMPLES.index(posixpath.basename(path)), path))
    )


def _of_files(tree: Tree, paths: Iterable[str]) -> Iterator[Variable]:
    for path in paths:
        for row in _read(tree, path).splitlines():
            found = _LINE.match(row)
            if found is None or _OF_THE_SYSTEM.match(found[1]):
                continue
            value = _value(found[2])
            if value and not _FILLED_IN_BY_HAND.search(value):
                yield Variable(name=found[1], value=value, source=path)


def _value(text: str) -> str:
    quoted = re.match(r"(['\"])(.*?)\1\s*(?:#.*)?$", text)
    return quoted[2] if quoted else re.sub(r"(?:^|\s+)#.*$", "", text)


def _asked(tree: Tree, path: str) -> Iterator[str]:
    text = _read(tree, path)
    if language_of(path) is Language.PYTHON:
        yield from (found[1] or found[2] for found in _ASKED_IN_PYTHON.finditer(text))
        if _CLASS_OF_SETTINGS.search(text):
            yield from (found[1] for found in _SETTINGS_OF_PYTHON.finditer(text))
        return
    yield from (found[1] or found[2] for found in _ASKED_IN_SCRIPT.finditer(text))
    if re.search(r"process\.env|env-schema|envalid", text):
        yield from (found[1] for found in _SCHEMA_OF_SCRIPT.finditer(text))


def _read(tree: Tree, path: str) -> str:
    try:
        return tree.read_text(path)
    except (OSError, UnicodeDecodeError):
        return ""
