"""Titles of tests: what comes out, and for which inputs."""

import re
from collections import Counter

from orchestrator.testgen.typescript.candidates import Candidate

_LONGEST = 90
_LONGEST_VALUE = 40
_PLAIN = re.compile(r"""[{,] (\w+): ('[^'\\]*'|"[^"\\]*"|-?[\d.]+|true|false|null)(?=[,\s])""")


class Namer:
    """Give each test of a `describe` a title of its own; `taken` are titles that somebody else gave."""

    def __init__(self, taken: frozenset[str] = frozenset()) -> None:
        self._used: Counter[str] = Counter()
        self._taken = taken

    def single(self, candidate: Candidate) -> str:
        """Return the title of a test of one call."""
        title = candidate.title or f"{_outcome(candidate)}{_circumstances(candidate)}"
        return self._unique(title if len(title) <= _LONGEST else title[:_LONGEST].rsplit(" ", 1)[0])

    def table(self, candidates: list[Candidate]) -> str:
        """Return the title of a table of calls; everything before the first `%` is of this table alone."""
        names = " and ".join(dict.fromkeys(name for name, _ in candidates[0].args))
        places = ", ".join("%j" for _ in candidates[0].args)
        verb = "refuses" if candidates[0].error else "maps"
        end = "" if candidates[0].error else " to %j"
        while True:
            self._used[f"{verb} {names}"] += 1
            count = self._used[f"{verb} {names}"]
            begin = f"{verb} {names}{'' if count == 1 else f' ({count})'} "
            if not any(each.startswith(begin) for each in self._taken):
                return f"{begin}{places}{end}"

    def _unique(self, title: str) -> str:
        while True:
            self._used[title] += 1
            unique = title if self._used[title] == 1 else f"{title} ({self._used[title]})"
            if unique not in self._taken:
                return unique


def _outcome(candidate: Candidate) -> str:
    if candidate.error is not None:
        verb = "rejects with" if candidate.is_async else "throws"
        return f"{verb} {_short(candidate.error['message'], 60) or candidate.error['name']}"
    if candidate.kind == "constant":
        return "is what it was"
    if candidate.kind == "constructor":
        return "can be made"
    if candidate.expected == "expect.anything()":
        return "makes the same calls" if candidate.assertions else "returns something"
    verb = "resolves to" if candidate.is_async else "is" if candidate.kind.endswith("getter") else "returns"
    return f"{verb} {_described(candidate.expected)}"


def _described(expected: str) -> str:
    if len(expected) <= 30:
        return "nothing" if expected == "undefined" else expected
    if expected.startswith("["):
        return "a list"
    if expected.startswith("{"):
        told = [f"{key} {value}" for key, value in _PLAIN.findall(expected) if len(value) <= _LONGEST_VALUE]
        if told and expected.count("{") == 1:
            return f"an object with {' and '.join(told[:2])}"
        keys = re.findall(r"[{,] (\w+):", expected)
        return f"an object with {' and '.join(keys[:2])}" if keys else "an object"
    return "a text" if expected[0] in "'\"" else "what is expected"


def _circumstances(candidate: Candidate) -> str:
    parts = []
    if candidate.is_fault:
        parts.append(" when a query fails")
    elif candidate.answers:
        empty = all(each in ("undefined", "[]", "null") for each in candidate.answers)
        parts.append(" when nothing is found" if empty else "")
    if candidate.steps:
        parts.append(f" after {' and '.join(dict.fromkeys(candidate.steps))}")
    shown = [
        f"{name} {text}"
        for name, text in candidate.args
        if len(text) <= 24 and not text.endswith("…") and text != "{…}"
    ]
    if shown and len(candidate.args) <= 4:
        parts.append(f" for {', '.join(shown[:3])}")
    return "".join(parts)


def _short(text: str, most: int) -> str:
    line = " ".join(text.split())
    return f'"{line}"' if line and len(line) <= most else f'"{line[:most].rsplit(" ", 1)[0]} …"' if line else ""
