"""Expressions to try for each kind of value, the most telling first."""

import ast
import datetime
import functools
import inspect
import random
import re
from collections.abc import Iterator
from typing import Any

from .base_values import BASE
from .facts import ModuleFacts, literals_of
from .instances import Instances
from .keywords import any_keywords
from .kind_tables import Kind
from .names import Names
from .operators import BINARY
from .regexes import matching_texts
from .subjects import Parameter, Subject
from .words import numbers_for, words_for

_BESIDE = 3
_MOMENTS = (datetime.datetime, datetime.date, datetime.timedelta)
_TIMES = ("datetime", "date", "timedelta")
_LEARNED = 120  # expressions kept per subject
_INSTANCES = 10
_DEEPEST = 3
_PASSED_ON = frozenset({"str", "bytes", "dict", "list", "tuple"})
_RESULTS, _RESULTS_TAKEN, _LONGEST_RESULT = 60, 12, 160
_BEFORE_RESULTS = 4
_OF_CHARACTERS = frozenset({"ord", "chr", "unicodedata"})
_SCRIPTS = ("αβγ", "אבג", "ابج", "٣٤", "۳۴", "日本", "ひらがな", "अनु", "a\u0301", "straße", "ABC", "a1")
_MOST_CHARACTERS = 40


class Pools:
    """Make and remember the expressions for each parameter."""

    def __init__(self, names: Names, facts: ModuleFacts, rng: random.Random) -> None:
        self._names = names
        self._facts = facts
        self._rng = rng
        self.instances = Instances()
        self.fixtures: dict[str, str] = {}  # parameter name → name of a fixture of the project
        self.places: dict[tuple[str, str], tuple[str, ...]] = {}  # subject, parameter → paths in a temporary folder
        self._learned: dict[str, dict[str, Kind]] = {}
        self._results: dict[str, dict[str, str]] = {}  # class → expression → who made it
        self._made: dict[tuple[str, str], tuple[tuple[int, int, int], list[tuple[str, Kind]]]] = {}
        self._from_patterns = list(dict.fromkeys([*self._pattern_texts(), *_texts_of_code_points(facts)]))

    def learn(self, subject: Subject, value: object) -> None:
        """Remember a value that the code of a subject was seen to compare with something."""
        learned = self._learned.setdefault(subject.name, {})
        for each in _neighbours(value):
            text = repr(each)
            if len(learned) < _LEARNED and len(text) < 200:
                learned.setdefault(text, _kind_of(each))

    def note_result(self, subject: Subject, value: object, text: str) -> None:
        """Remember what a call gave: what one function makes another takes."""
        known = self._results.setdefault(type(value).__name__, {})
        if len(known) < _RESULTS and len(text) < _LONGEST_RESULT and text not in known:
            known[text] = subject.name

    def is_result(self, text: str) -> bool:
        """Say whether a call was seen to give this."""
        return any(text in known for known in self._results.values())

    def _results_for(self, kind: Kind, subject: Subject) -> list[str]:
        word = kind if isinstance(kind, str) else kind[0]
        known = self._results.get(word, {})
        others = [text for text, maker in known.items() if maker != subject.name]
        return sorted(others, key=len)[-_RESULTS_TAKEN:] if word in _PASSED_ON else []

    def learned_texts(self, subject: Subject) -> list[str]:
        """Return the texts that were seen in comparisons or stand in the subject's source, as expressions."""
        seen = [text for text, kind in self._learned.get(subject.name, {}).items() if kind == "str"]
        return list(dict.fromkeys([*seen, *map(repr, subject.literals.texts), *map(repr, self._from_patterns)]))

    def expressions(self, subject: Subject, parameter: Parameter) -> list[tuple[str, Kind]]:
        """Return what to try for a parameter with the kind of each, the most telling first, each once."""
        results = sum(map(len, self._results.values()))
        state = len(self._learned.get(subject.name, ())), self.instances.count, results
        known = self._made.get((subject.name, parameter.name))
        if known is None or known[0] != state:
            known = state, self._expressions(subject, parameter)
            self._made[subject.name, parameter.name] = known
        return known[1]

    def _expressions(self, subject: Subject, parameter: Parameter) -> list[tuple[str, Kind]]:
        found: dict[str, Kind] = {}
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            return [(text, "dict") for text in any_keywords([each.name for each in subject.parameters])]
        if parameter.name in self.fixtures:
            found[self.fixtures[parameter.name]] = "fixture"
        kind_of_places: Kind = "path" if "path" in parameter.weights else "str"
        found |= dict.fromkeys(self.places.get((subject.name, parameter.name), ()), kind_of_places)
        found.update((repr(each), "str") for each in parameter.choices)
        for text, kind in self._learned.get(subject.name, {}).items():
            if kind in parameter.weights:
                found.setdefault(text, kind)
        found |= {text: kind for kind in _kinds_above(subject) for text in BASE[kind][:_BESIDE]}
        for kind, _ in sorted(parameter.weights.items(), key=lambda pair: -pair[1]):
            if kind == "str":
                found.update(dict.fromkeys(map(repr, words_for(parameter.name)), kind))
            elif kind == "bytes":
                found.update((repr(word.encode()), kind) for word in words_for(parameter.name) if word.isascii())
            elif kind == ("list", "str"):
                words = words_for(parameter.name)
                found.update(dict.fromkeys((repr(list(words[:count])) for count in (2, 1) if words), kind))
            for number, text in enumerate(self.of_kind(kind, subject, parameter)):
                found.setdefault(text, kind)
                if number == _BEFORE_RESULTS:
                    found.update((each, kind) for each in self._results_for(kind, subject) if each not in found)
        for kind in self._beside(subject):
            found.update((text, kind) for text in BASE[kind][:_BESIDE] if text not in found)
        if parameter.default is None:
            found.setdefault("None", "none")
        return list(found.items())

    def _beside(self, subject: Subject) -> list[str]:
        """Return the kinds of plain values that an operator may take, as the object holds such."""
        if subject.short not in BINARY or subject.owner is None:
            return []
        held = [each for each in self.instances.kinds_within(subject.owner) if each in BASE]
        return [*held, *_TIMES] if set(held) & set(_TIMES) else held

    def of_kind(self, kind: Kind, subject: Subject, parameter: Parameter | None = None, depth: int = 0) -> list[str]:
        """Return the expressions of one kind."""
        if isinstance(kind, tuple):
            return list(self._of_shape(kind, subject, depth))
        texts = list(BASE.get(kind, ()))
        literals, everywhere = subject.literals, self._facts.module_literals
        if kind == "str":
            mined = [*map(repr, literals.texts), *map(repr, self._from_patterns)]
            return [*texts[:2], *subject.documented, *mined, *texts[2:], *map(repr, everywhere.texts[:40])]
        if kind == "int":
            near = {repr(n + d) for n in literals.numbers if type(n) is int for d in (0, -1, 1)}
            more = [repr(n) for n in everywhere.numbers[:20] if type(n) is int]
            usual = map(repr, numbers_for(parameter.name) if parameter is not None else ())
            return [*texts[:3], *usual, *sorted(near, key=lambda each: (len(each), each)), *texts[3:], *more]
        if kind == "float":
            return [*texts[:2], *(repr(float(n)) for n in literals.numbers), *texts[2:]]
        if kind == "file" and parameter is not None:
            words = [word for word in words_for(parameter.name) if "\\" not in repr(word)]
            return [
                *(f"io.BytesIO({word.encode()!r})" for word in words[:3]),
                *(f"io.StringIO({word!r})" for word in words[:3]),
                *texts,
            ]
        if kind == "dict" and parameter is not None and parameter.keys:
            return [*self._dicts_with(parameter.keys, subject), *texts]
        if kind == "list" and literals.texts:
            return [*texts, f"[{', '.join(map(repr, literals.texts[:3]))}]"]
        return texts

    def _dicts_with(self, keys: tuple[str, ...], subject: Subject) -> Iterator[str]:
        """Yield mappings with the keys that the code looks up, each value one that the code knows."""
        values = [repr(text) for text in subject.literals.texts if text not in keys] or ["'x'", "1"]
        yield "{" + ", ".join(f"{key!r}: {values[i % len(values)]}" for i, key in enumerate(keys)) + "}"
        for key in keys:
            for value in [*values[:12], "''", "'invalid'"]:
                yield f"{{{key!r}: {value}}}"
        for _ in range(12):
            chosen = [key for key in keys if self._rng.random() < 0.6]
            yield "{" + ", ".join(f"{key!r}: {self._rng.choice(values)}" for key in chosen) + "}"

    def _of_shape(self, kind: tuple[Any, ...], subject: Subject, depth: int) -> Iterator[str]:
        if kind[0] == "one":
            yield from kind[1]
        elif kind[0] == "class":
            yield from self.instances.of(kind[1])[:_INSTANCES]
        elif depth <= _DEEPEST and kind[0] in ("list", "set"):
            yield from self._collections(kind, subject, depth)
        elif depth <= _DEEPEST and kind[0] == "dict":
            keys, values = (self.of_kind(each, subject, None, depth + 1) for each in kind[1:])
            for count in (1, 2, 3):
                pairs = zip(keys[:count], values[:count], strict=False)
                yield "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"
            yield "{}"
        elif depth <= _DEEPEST and kind[0] == "tuple":
            pools = [self.of_kind(each, subject, None, depth + 1) or ["None"] for each in kind[1]]
            for position in range(6):
                items = [pool[position % len(pool)] for pool in pools]
                yield f"({', '.join(items)}{',' if len(items) == 1 else ''})"

    def _collections(self, kind: tuple[Any, ...], subject: Subject, depth: int) -> Iterator[str]:
        inner = self.of_kind(kind[1], subject, None, depth + 1)
        if kind[1] == "str":
            inner = ["'ada'", "'ben'", "'cleo'", *inner]
        left, right = ("[", "]") if kind[0] == "list" else ("{", "}")
        for count in (3, 1, 2, 5):
            for start in (0, 2, 5):
                part = inner[start : start + count]
                if part:
                    yield f"{left}{', '.join(part)}{right}"
        if isinstance(kind[1], tuple) and kind[1][:1] == ("list",):  # pairs: what is to be replaced by what
            first, second = (*self.of_kind(kind[1][1], subject, None, depth + 1)[2:4], "'a'", "'b'")[:2]
            yield f"[({first}, {second})]"
        yield "[]" if kind[0] == "list" else "set()"
        for _ in range(6 if inner else 0):
            yield f"{left}{', '.join(self._rng.choice(inner) for _ in range(self._rng.randint(1, 6)))}{right}"

    def _pattern_texts(self) -> Iterator[str]:
        patterns = dict.fromkeys(self._facts.patterns, 0)
        for value in vars(self._names.module).values():
            for each in value if isinstance(value, list | tuple) else [value]:
                part = each[0] if isinstance(each, tuple) and each else each
                if isinstance(part, re.Pattern) and isinstance(part.pattern, str):
                    patterns[part.pattern] = part.flags
        for pattern, flags in list(patterns.items())[:30]:
            yield from matching_texts(pattern, self._rng, 3, flags)


def _kinds_above(subject: Subject) -> list[str]:
    """Return the plain kinds below which an operator's class is: they go with it."""
    above = subject.owner.__mro__[1:] if subject.short in BINARY and subject.owner is not None else ()
    return [each.__name__ for each in above if each.__name__ in BASE]


def _texts_of_code_points(facts: ModuleFacts) -> Iterator[str]:
    """Yield texts of the characters that the code knows by their numbers, and of some scripts."""
    if not any(
        isinstance(node, ast.Name | ast.alias) and _name(node) in _OF_CHARACTERS for node in ast.walk(facts.tree)
    ):
        return
    yield from _SCRIPTS
    numbers = [n for n in literals_of([facts.tree]).numbers if type(n) is int and 0x7F < n < 0x20000]
    for number in [n for n in numbers if not 0xD800 <= n < 0xE000][:_MOST_CHARACTERS]:
        yield chr(number)
        yield f"a{chr(number)}b"


def _name(node: ast.Name | ast.alias) -> str:
    return node.id if isinstance(node, ast.Name) else node.name


@functools.lru_cache(maxsize=500)
def _texts_of(pattern: str, flags: int) -> list[object]:
    return list(matching_texts(pattern, random.Random(1), 1, flags))  # noqa: S311 - no secret


def _kind_of(value: object) -> Kind:
    return type(value).__name__ if type(value).__name__ in BASE else "any"


def _neighbours(value: object) -> list[object]:
    """Return the value, and what lies next to a number; the first items of a container."""
    if isinstance(value, bool) or value is None:
        return []
    if type(value) is int:
        return [value, value + 1, value - 1] if abs(value) < 10**12 else []
    if type(value) in (str, float, bytes):
        return [value] if value == value and len(repr(value)) < 120 else []  # noqa: PLR0124 - NaN
    if type(value) in _MOMENTS:
        return [value] if getattr(value, "tzinfo", None) is None else []
    if type(value) in (list, tuple, set, frozenset, dict):
        items = sorted(value, key=repr) if isinstance(value, set | frozenset) else list(value)  # type: ignore[call-overload]
        return [each for item in items[:12] for each in (_neighbours(item) if type(item) in (str, int, float) else [])]
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        return _texts_of(value.pattern, value.flags)
    return []
