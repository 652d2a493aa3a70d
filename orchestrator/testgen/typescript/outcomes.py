"""What comes out of a call, in the words of a title."""

import re
from collections.abc import Mapping, Sequence

from orchestrator.testgen.typescript.candidates import Candidate

_LONGEST_VALUE = 40
_SHORT = re.compile(r"""'[^'\\]*'|"[^"\\]*"|-?[\d.]+|true|false|null|\[\]|\{\}""")
_QUOTES = "'\"`"


def outcome_of(candidate: Candidate, claims: Sequence[Mapping[str, str]], parts: int = 2) -> str:
    """Return what comes out, told apart from what comes out of other calls of the same function.

    Of an object it tells so many parts.
    """
    if candidate.error is not None:
        verb = "rejects with" if candidate.is_async else "throws"
        return f"{verb} {_short(candidate.error['message'], 60) or candidate.error['name']}"
    if candidate.kind == "constant":
        return f"is {candidate.expected}" if len(candidate.expected) <= _LONGEST_VALUE else "keeps its values"
    if candidate.kind == "constructor":
        return "can be made"
    if candidate.expected == "expect.anything()":
        return "makes the same calls" if candidate.assertions else "returns something"
    verb = "resolves to" if candidate.is_async else "is" if candidate.kind.endswith("getter") else "returns"
    return f"{verb} {_described(candidate.expected, claims, parts)}"


def _described(expected: str, claims: Sequence[Mapping[str, str]], most: int) -> str:
    if len(expected) <= 30:
        return "nothing" if expected == "undefined" else expected
    if expected.startswith("["):
        return "a list"
    if expected.startswith("{"):
        parts = parts_of(expected)
        told = [(key, value) for key, value in parts.items() if value]
        own = [(key, value) for key, value in told if not all(each.get(key) == value for each in claims)]
        if told:
            return f"an object with {' and '.join(f'{key} {value}' for key, value in (own or told)[:most])}"
        return f"an object with {' and '.join([*parts][:2])}" if parts else "an object"
    return "a text" if expected[0] in "'\"" else "what is expected"


def parts_of(text: str) -> dict[str, str]:
    """Return what stands directly in an object as source: by its key the value where that is short, else ""."""
    inner = re.sub(r"^\{\s*|\s*\}$", "", text)
    parts, depth, quote, start = list[str](), 0, "", 0
    for at, one in enumerate(inner):
        if quote:
            quote = "" if one == quote and inner[at - 1] != "\\" else quote
        elif one in _QUOTES:
            quote = one
        elif one in "([{":
            depth += 1
        elif one in ")]}":
            depth -= 1
        elif one == "," and depth == 0:
            parts.append(inner[start:at])
            start = at + 1
    found = {}
    for part in (*parts, inner[start:]):
        key, _, value = (each.strip() for each in part.partition(":"))
        if re.fullmatch(r"\w+", key):
            found[key] = value if _SHORT.fullmatch(value) and len(value) <= _LONGEST_VALUE else ""
    return found


def _short(text: str, most: int) -> str:
    line = " ".join(text.split()).replace('"', "'")
    return f'"{line}"' if line and len(line) <= most else f'"{line[:most].rsplit(" ", 1)[0]} …"' if line else ""
