"""A proposed test as the explorer hands it over."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from orchestrator.testgen.results import Defect

TRYING_MUTANTS = "trying mutants"  # what the clock may end
KillPaths = tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """One observation with what pins it; texts are source. `goals` and `kills` are numbers of the module's."""

    number: int
    subject: str
    kind: str
    line: int
    arrange: tuple[str, ...]
    call: str
    is_async: bool
    expected: str
    error: Mapping[str, Any] | None  # name, message, props as (key, source)
    assertions: tuple[str, ...]
    args: tuple[tuple[str, str], ...]  # name, source
    is_simple: bool  # nothing but plain values go in: it can be a row of a table
    answers: tuple[str, ...]
    is_fault: bool
    steps: tuple[str, ...]
    imports: tuple[Mapping[str, Any], ...]
    uses: frozenset[str]
    reads_clock: bool
    shared: tuple[str, ...]  # lines that stand once above the tests of a subject
    title: str  # empty: it is made of outcome and circumstances
    goals: frozenset[int]
    kills: frozenset[int]
    cost: float
    effect: str = ""  # what a call that gives nothing back wrote: "sets read_at of the notification"
    oddness: float = 0.0
    answer: str = ""
    plainness: int = 0  # 1 shows what its subject is for as an ordinary case
    family: str = ""
    loose: Mapping[str, Any] | None = None  # what is written otherwise when the compiler minds the types of inputs
    setup: tuple[str, ...] = ()  # blocks above all tests: variables, what is done before and after each test
    objects: tuple[tuple[str, Mapping[str, str]], ...] = ()  # sources of what it is given, with the type of each
    fields: tuple[tuple[str, tuple[str, ...]], ...] = ()  # sources of what it is given, with the names that decide
    features: tuple[tuple[str, str, str], ...] = ()  # of what goes in: where it stands, its name, its source
    deciding: tuple[str, ...] | None = None  # in words, what makes the outcome another one; None: nothing was compared
    more: tuple[str, ...] = ()  # in words, in what else it differs from an ordinary case
    kill_paths: KillPaths | None = None  # of kills that only show in an object, where; None: not all were tried
    part: str = ""  # source of what is asserted of an object, where that is not all of it
    observation: str = ""  # by which the same call is known again when a person removed its test


@dataclass(frozen=True, kw_only=True, slots=True)
class Exploration:
    """What exploring one module gave; `goals` and `mutants` are (kind, line) by number."""

    candidates: tuple[Candidate, ...]
    goals: tuple[tuple[str, int], ...]
    mutants: tuple[tuple[str, int], ...]
    imported: frozenset[int]
    packages: tuple[str, ...]  # those that were doubled because the module loads them
    defects: tuple[Defect, ...]
    dropped: Mapping[str, int]
    calls: int
    cut_short: tuple[str, ...]
    shield: tuple[str, ...] = ()  # gives tests an environment of their own before the module is loaded


def read_exploration(module: Mapping[str, Any], found: Mapping[str, Any]) -> Exploration:
    """Make the exploration out of the analysis and the explorer's answer."""
    return Exploration(
        candidates=tuple(_candidate(number, each) for number, each in enumerate(found["candidates"])),
        goals=(*_places(module["goals"]), *(("outcome", 0) for _ in found["outcomes"])),
        mutants=_places(module["mutants"]),
        imported=frozenset(found["imported"]),
        packages=tuple(found["packages"]),
        defects=tuple(Defect(**each) for each in found["defects"]),
        dropped=found["dropped"],
        calls=found["calls"],
        cut_short=tuple(found["cut_short"]),
        shield=tuple(found["shield"]),
    )


def _places(found: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, int], ...]:
    return tuple((each["kind"], each["line"]) for each in found)


def _candidate(number: int, each: Mapping[str, Any]) -> Candidate:
    return Candidate(
        number=number,
        subject=each["subject"],
        kind=each["kind"],
        line=each["line"],
        arrange=tuple(each["arrange"]),
        call=each["call"],
        is_async=each["is_async"],
        expected=each["expected"],
        error=each["error"],
        assertions=tuple(each["assertions"]),
        args=tuple((name, text) for name, text in each["args"]),
        is_simple=each["simple"],
        answers=tuple(each["answers"]),
        is_fault=each["fault"],
        steps=tuple(each["steps"]),
        imports=tuple(each["imports"]),
        uses=frozenset(each["uses"]),
        reads_clock=each["clock"],
        shared=tuple(each["shared"]),
        title=each["title"],
        goals=frozenset(each["goals"]),
        kills=frozenset(each["kills"]),
        cost=each["size"],
        effect=each.get("effect", ""),
        oddness=each.get("oddness", 0.0),
        plainness=each.get("plainness", 0),
        family=f"{each['subject']} {each['kind']}",
        loose=each.get("loose"),
        setup=tuple(each.get("setup", ())),
        features=tuple((where, name, text) for where, name, text in each.get("features", ())),
        fields=tuple((source, tuple(names)) for source, names in each.get("fields", ())),
        objects=tuple((source, told) for source, told in each.get("objects", ())),
        deciding=tuple(each["conditions"]["deciding"]) if each.get("conditions") else None,
        more=tuple(each["conditions"]["others"]) if each.get("conditions") else (),
        kill_paths=_kill_paths(each.get("kill_paths")),
        observation=_observation(each),
    )


def _kill_paths(found: Sequence[tuple[int, Sequence[str]]] | None) -> KillPaths | None:
    return None if found is None else tuple((kill, tuple(paths)) for kill, paths in found)


def _observation(each: Mapping[str, Any]) -> str:
    """Return a short name for what is done, whatever comes out of it."""
    done = "\n".join([each["subject"], each["kind"], *each["arrange"], each["call"], *each["answers"]])
    return hashlib.sha256(done.encode()).hexdigest()[:16]


def loosened(each: Candidate) -> Candidate:
    """Return the same test with inputs that the compiler does not look at; itself when it has no such form."""
    if each.loose is None:
        return each
    imports = tuple(each.loose["imports"])
    return replace(each, arrange=tuple(each.loose["arrange"]), call=each.loose["call"], imports=imports, loose=None)
