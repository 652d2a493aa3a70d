"""What comes out of a call, in the words of a title."""

import re
from collections.abc import Iterable, Mapping, Sequence

from orchestrator.testgen.typescript.candidates import Candidate
from orchestrator.testgen.typescript.echoes import carried_in, is_echo
from orchestrator.testgen.typescript.lists import list_in_words
from orchestrator.testgen.typescript.sources import LONGEST_VALUE, object_in, parts_of, sources_in

_MESSAGES = (32, 45, 60)  # characters of an error, where so many parts are told
_SENTENCE = re.compile(r"['\"]\w+(?: [^ ]+)+['\"]")  # says more than a flag beside it
_QUOTES = "'\"`"
_TIME = re.compile(r"[12]\d{12}")
_FAR = re.compile(r"'\d{4}-\d\d-\d\dT.*'|\{\}")  # says nothing down in an object
_COUNT = re.compile(r"\d+|true")
_LITTLE = re.compile(r"\{\}|\[\]|null|'\d{4}-\d\d-\d\dT.*'")  # says little of what was done


def outcome_of(
    candidate: Candidate, claims: Sequence[Mapping[str, str]], parts: int = 2, *, is_void: bool = False
) -> str:
    """Return what comes out, told apart from what comes out of other calls of the same function.

    Of an object it tells so many parts, of none the one that is shortest to tell, of an error less with fewer; of a
    function that never gives anything back what it did.
    """
    if candidate.error is not None:
        verb = "rejects with" if candidate.is_async else "throws"
        return f"{verb} {_short(candidate.error['message'], _MESSAGES[parts]) or candidate.error['name']}"
    if candidate.kind == "constant":
        return f"is {candidate.expected}" if len(candidate.expected) <= LONGEST_VALUE else "keeps its values"
    if candidate.kind == "constructor":
        return "can be made"
    if candidate.expected == "expect.anything()":
        return "makes the same calls" if candidate.assertions else "returns something"
    if candidate.expected == "undefined" and candidate.effect:
        return candidate.effect
    if candidate.expected == "undefined" and candidate.is_async and is_void:
        return "resolves"
    verb = "resolves to" if candidate.is_async else "is" if candidate.kind.endswith("getter") else "returns"
    if candidate.effect and _COUNT.fullmatch(candidate.expected):
        return f"{candidate.effect} and {verb} {candidate.expected}"
    if candidate.effect and (told := _parts(candidate)) and not _telling(candidate, told):
        return candidate.effect
    return f"{verb} {_described(candidate, claims, parts)}"


def _described(candidate: Candidate, claims: Sequence[Mapping[str, str]], most: int) -> str:
    expected = candidate.expected
    is_text = expected[0] in _QUOTES or expected.startswith("new ")
    if not candidate.part and len(expected) <= (LONGEST_VALUE if is_text else 30):
        return "nothing" if expected == "undefined" else expected
    if expected.startswith("["):
        return list_in_words(candidate)
    if not (whole := object_in(expected)):
        return "a text" if expected[0] in "'\"" else "what is expected"
    told = _parts(candidate)
    names = _apart(told, claims) or _made(candidate, told)
    if not names and expected in candidate.answers:
        return "what was found"
    if not _telling(candidate, told) and (carried := carried_in(whole, candidate)):
        return f"an object with {carried}"
    names = names or _chosen(candidate, told)
    fresh = _fresh(candidate, told, names) or _telling(candidate, told)
    near = [key for key in fresh if "." not in key or not _FAR.fullmatch(told[key])]
    names = sorted(near or fresh or names, key=lambda key: not _SENTENCE.fullmatch(told[key]))
    if names:
        chosen = names[:most] or [min(names, key=lambda key: len(f"{key} {told[key]}"))]
        return f"an object with {' and '.join(_claim(key, told[key]) for key in told if key in chosen)}"
    if told:
        return f"an object with {' and '.join(f'{key} {value}' for key, value in [*told.items()][: most or 1])}"
    keys = [*sources_in(whole)]
    return f"an object with {' and '.join(keys[:2])}" if keys else "an object"


def _parts(candidate: Candidate) -> dict[str, str]:
    """Return what a test asserts of an object that is short to tell."""
    whole = candidate.part or object_in(candidate.expected)
    return {key: value for key, value in parts_of(whole).items() if value} if whole else {}


def _fresh(candidate: Candidate, told: Mapping[str, str], names: Iterable[str]) -> list[str]:
    """Return which parts of an object are no echo of what went in."""
    return [key for key in names if not is_echo(key, told[key], candidate)]


def _telling(candidate: Candidate, told: Mapping[str, str]) -> list[str]:
    """Return which parts of an object are no echo and say something."""
    return [key for key in _fresh(candidate, told, told) if not _LITTLE.fullmatch(told[key])]


def _claim(key: str, value: str) -> str:
    """Return a part of an object in words; a time in milliseconds says nothing to a reader."""
    return key if _TIME.fullmatch(value) else f"{key} {value}"


def _apart(told: Mapping[str, str], claims: Sequence[Mapping[str, str]]) -> list[str]:
    """Return in what an object differs from others: from the one most like it first, then from any."""
    unlike = [[key for key in told if each.get(key) != told[key]] for each in claims]
    nearest = min((each for each in unlike if each), key=len, default=[])
    return [*nearest, *(key for key in told if key not in nearest and any(key in each for each in unlike))]


def _made(candidate: Candidate, told: Mapping[str, str]) -> list[str]:
    """Return which parts of an object did not go in under their names: these are what the function is for."""
    given = {(name, text) for _, name, text in candidate.features}
    return [key for key, value in told.items() if given.isdisjoint(((key.rpartition(".")[2], value), ("", value)))]


def _chosen(candidate: Candidate, told: Mapping[str, str]) -> list[str]:
    """Return which parts of an object are not as they were found; else those that were chosen from several values."""
    given: dict[str, set[str]] = {}
    found: dict[str, set[str]] = {}
    for where, name, text in candidate.features:
        for texts in (given, found) if where.startswith("answer") else (given,):
            texts.setdefault(name, set()).add(text)
    names = {key: key.rpartition(".")[2] for key in told}
    changed = [key for key, name in names.items() if name in found and told[key] not in found[name]]
    return changed or [key for key, name in names.items() if len(given.get(name, ())) > 1]


def _short(text: str, most: int) -> str:
    line = " ".join(text.split()).replace('"', "'")
    return f'"{line}"' if line and len(line) <= most else f'"{line[:most].rsplit(" ", 1)[0]} …"' if line else ""
