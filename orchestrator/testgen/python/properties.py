"""Property tests for Hypothesis, guessed from what was observed; whether they hold is for the filters to say.

Four laws: one function takes back what another did (round trip), a second time changes nothing (idempotence), something
stays as it was (invariant), two functions give the same (equivalence). A law is proposed only when nothing that was
observed contradicts it.
"""

import ast
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from orchestrator.testgen.python.candidates import Exploration

_STRATEGIES = {
    "bool": "st.booleans()",
    "int": "st.integers()",
    "float": "st.floats(allow_nan=False, allow_infinity=False)",
    "str": "st.text()",
    "bytes": "st.binary()",
    "list": "st.lists(st.integers())",
    "dict": "st.dictionaries(st.text(), st.integers())",
}
_PAIRS = (
    ("encode", "decode"),
    ("dumps", "loads"),
    ("dump", "load"),
    ("serialize", "deserialize"),
    ("escape", "unescape"),
    ("quote", "unquote"),
    ("pack", "unpack"),
    ("compress", "decompress"),
    ("encrypt", "decrypt"),
    ("to", "from"),
    ("format", "parse"),
    ("flatten", "unflatten"),
    ("join", "split"),
)
_LEAST = 2  # observations that speak for a law
_MOST = 24


@dataclass(frozen=True, kw_only=True, slots=True)
class Function:
    """A function of one required argument, and what it was seen to do: argument to result, both as values."""

    name: str
    parameter: str
    kind: str
    seen: tuple[tuple[Any, Any], ...]

    @property
    def result(self) -> str:
        """Return the type of all results, empty when there are several."""
        kinds = {type(result).__name__ for _, result in self.seen}
        return kinds.pop() if len(kinds) == 1 else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Law:
    """One property: words for the test's name, and what is asserted about an argument."""

    name: str
    claim: str
    uses: tuple[Function, ...]


def property_tests(module: str, exploration: Exploration) -> str:
    """Return a test file of the laws that nothing observed contradicts; empty when there are none."""
    laws = list(itertools.islice(_laws(find_functions(exploration)), _MOST))
    if not laws:
        return ""
    names = sorted({each.name for law in laws for each in law.uses})
    head = "from hypothesis import given, settings\nfrom hypothesis import strategies as st\n"
    return f"{head}\nfrom {module} import {', '.join(names)}\n" + "".join(map(_written, laws))


def find_functions(exploration: Exploration) -> tuple[Function, ...]:
    """Return the public functions of one required argument whose observations are plain values."""
    seen: dict[tuple[str, str, str], list[tuple[Any, Any]]] = {}
    for each in exploration.candidates:
        if each.kind != "function" or "." in each.subject or each.subject.startswith("_") or len(each.arguments) != 1:
            continue
        [(parameter, text, required)] = each.arguments
        try:
            argument, result = ast.literal_eval(text), ast.literal_eval(each.expected)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
        kind = type(argument).__name__
        if required and kind in _STRATEGIES and each.call == f"{each.subject}({text})":
            seen.setdefault((each.subject, parameter, kind), []).append((argument, result))
    return tuple(
        Function(name=name, parameter=parameter, kind=kind, seen=tuple(pairs))
        for (name, parameter, kind), pairs in seen.items()
        if len(pairs) >= _LEAST
    )


def _laws(functions: Sequence[Function]) -> Iterator[Law]:
    by_name: dict[str, list[Function]] = {}
    for each in functions:
        by_name.setdefault(each.name, []).append(each)
    for one, other in itertools.permutations(functions, 2):
        if one.name != other.name and _are_a_pair(one.name, other.name) and one.result == other.kind:
            claim = f"{other.name}({one.name}({{x}})) == {{x}}"
            yield Law(name=f"{other.name}_takes_back_{one.name}", claim=claim, uses=(one, other))
    for each in functions:
        yield from _laws_of_one(each)
    for one, other in itertools.combinations(functions, 2):
        if one.name != other.name and one.kind == other.kind and _agree(one, other):
            claim = f"{one.name}({{x}}) == {other.name}({{x}})"
            yield Law(name=f"{one.name}_is_the_same_as_{other.name}", claim=claim, uses=(one, other))


def _laws_of_one(each: Function) -> Iterator[Law]:
    name, changes = each.name, [(a, r) for a, r in each.seen if a != r]
    known = {_key(argument): result for argument, result in each.seen}
    if changes and each.result == each.kind and all(known.get(_key(r), r) == r for _, r in changes):
        yield Law(name=f"{name}_twice_is_{name}_once", claim=f"{name}({name}({{x}})) == {name}({{x}})", uses=(each,))
    elif changes and each.result == each.kind and all(known.get(_key(r), a) == a for a, r in changes):
        yield Law(name=f"{name}_twice_changes_nothing", claim=f"{name}({name}({{x}})) == {{x}}", uses=(each,))
    if each.kind in ("str", "list", "bytes") and changes and all(_length(r) == len(a) for a, r in each.seen):
        yield Law(name=f"{name}_keeps_the_length", claim=f"len({name}({{x}})) == len({{x}})", uses=(each,))
    if each.kind == "list" and changes and all(isinstance(r, list) and _sorted(a) == _sorted(r) for a, r in each.seen):
        yield Law(name=f"{name}_keeps_the_elements", claim=f"sorted({name}({{x}})) == sorted({{x}})", uses=(each,))
    if each.result in ("int", "float") and all(result >= 0 for _, result in each.seen):
        yield Law(name=f"{name}_is_never_negative", claim=f"{name}({{x}}) >= 0", uses=(each,))


def _are_a_pair(one: str, other: str) -> bool:
    """Say whether two names are those of something and its reverse."""
    for forth, back in _PAIRS:
        if one.replace(forth, back, 1) == other and forth in one:
            return True
    left, right = one.partition("_to_"), other.partition("_to_")
    return bool(left[1] and right[1]) and (left[0], left[2]) == (right[2], right[0])


def _agree(one: Function, other: Function) -> bool:
    known = {_key(argument): result for argument, result in one.seen}
    shared = [(known[_key(a)], result) for a, result in other.seen if _key(a) in known]
    return (
        len(shared) >= _LEAST
        and all(a == b and type(a) is type(b) for a, b in shared)
        and len(set(map(repr, shared))) > 1
    )


def _written(law: Law) -> str:
    first = law.uses[0]
    parameter = first.parameter if first.parameter.isidentifier() else "value"
    claim = law.claim.replace("{x}", parameter)
    return (
        f"\n\n@settings(derandomize=True, deadline=None)\n@given({_STRATEGIES[first.kind]})\n"
        f"def test_{law.name}({parameter}):\n    assert {claim}\n"
    )


def _key(value: object) -> str:
    return f"{type(value).__name__} {value!r}"


def _length(value: object) -> int:
    return len(value) if isinstance(value, str | list | bytes) else -1


def _sorted(values: Sequence[Any]) -> list[str]:
    return sorted(map(repr, values))
