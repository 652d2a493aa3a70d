"""A proposed test as the explorer hands it over, and the result that it stands in."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from orchestrator.testgen.python.variables import Variables, read_variables
from orchestrator.testgen.results import Defect

_ANSWERS = frozenset(("None", "True", "False"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """One observation with the assertion that pins it; `goals` are what its call reaches, `kills` mutants by number."""

    number: int
    subject: str
    kind: str
    line: int
    lines: tuple[str, ...]
    call: str
    label: str = ""
    fixtures: tuple[str, ...] = ()  # that it needs without naming them
    more: str = ""  # words that tell it from others of the same label
    table: str = ""
    columns: tuple[str, ...] = ()
    row: tuple[str, ...] = ()
    expected: str = ""
    wide: str = ""  # the claim with `**options`
    options: str = ""  # as a dictionary
    arguments: tuple[tuple[str, str, bool], ...] = ()  # name, expression, whether it is required
    changes: tuple[tuple[str, str], ...] = ()  # (module, global) of data that it changes
    variables: tuple[str, ...] = ()  # of the environment that the call reads
    goals: frozenset[int] = frozenset()
    kills: frozenset[int] = frozenset()
    cost: float = 0.0
    oddness: float = 0.0
    is_example: bool = False  # the call stands in a docstring
    plainness: int = 0  # with which it shows what its subject is for: 1 an ordinary case, 2 a person's example
    is_judged: bool = True  # it was shown to every mutant that tells whether it asserts something
    is_accident: bool = False  # it pins an error that nobody meant
    source: str = ""  # the whole function, when somebody proposed it as text

    @property
    def place(self) -> tuple[int, str, int, float, int]:
        """Return where it stands in a file: with the others of its subject, the plain ones before the special ones."""
        return self.line, self.subject, -self.plainness, self.cost, self.number

    @property
    def family(self) -> str:
        """Return what it has in common with those that stand in one table with it."""
        return f"{self.subject} {self.table or self.number}"

    @property
    def answer(self) -> str:
        """Return what it expects as a row of a table; empty for an answer of few, such as None."""
        return "" if self.expected in _ANSWERS else self.expected

    @property
    def verdict(self) -> str:
        """Return `True` or `False` where the claim is that a call answers so."""
        said = {"returns_true": "True", "returns_false": "False", "not": "False"}.get(self.label, self.expected)
        is_bare = not said and len(self.lines) > 0 and self.lines[-1] == f"assert {self.call}"
        return "True" if is_bare else said if said in ("True", "False") else ""

    @property
    def options_given(self) -> tuple[str, ...]:
        """Return the names of the optional parameters that are given."""
        return tuple(name for name, _, is_required in self.arguments if not is_required)

    def given(self, option: str) -> tuple[str, ...]:
        """Return what is given for an optional parameter; nothing when it is left out."""
        return tuple(text for name, text, is_required in self.arguments if name == option and not is_required)

    @property
    def with_options(self) -> "Candidate":
        """Return it as a row of a table in which each row has its own options."""
        optional = {name for name, _, is_required in self.arguments if not is_required}
        kept = [
            (name, text) for name, text in zip(self.columns, self.row, strict=True) if name.rstrip("_") not in optional
        ]
        columns, row = (*(name for name, _ in kept), "options"), (*(text for _, text in kept), self.options)
        return replace(self, table=self.wide, columns=columns, row=row)

    @property
    def observation(self) -> str:
        """Return what is called with which preparations: the same whatever the result or the test's name."""
        before = itertools.takewhile(lambda line: self.call not in line, self.lines)
        return "\n".join((*before, self.call))


@dataclass(frozen=True, kw_only=True, slots=True)
class Exploration:
    """What exploring one module gave. Goals map to lines; `mutants` are (line, kind, how many tests were tried)."""

    candidates: tuple[Candidate, ...]
    statements: Mapping[int, int]
    branches: Mapping[int, int]
    imported: frozenset[int]
    mutants: tuple[tuple[int, str, int], ...]
    names: Mapping[str, str]
    helpers: Mapping[str, str]
    fixtures: Mapping[str, str]
    project_fixtures: frozenset[str]
    defects: tuple[Defect, ...]
    subjects: int
    calls: int
    start: float = 0.0  # seconds that importing the module takes
    kinds: Mapping[str, int] = field(default_factory=dict)
    cut_short: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # what no value could be made for
    variables: Variables = field(default_factory=Variables)
    stand_ins: tuple[str, ...] = ()  # for fixtures that every test of the project has, and that cannot be had


def read_exploration(content: Mapping[str, Any]) -> Exploration:
    """Make the exploration out of the explorer's JSON."""
    kills: dict[int, set[int]] = {}
    for number, mutant in enumerate(content["mutants"]):
        for killer in mutant["killers"]:
            kills.setdefault(killer, set()).add(number)
    return Exploration(
        candidates=tuple(
            _candidate(number, each, kills.get(number, ())) for number, each in enumerate(content["candidates"])
        ),
        statements={int(goal): line for goal, line in content["statements"].items()},
        branches={int(goal): line for goal, line in content["branches"].items()},
        imported=frozenset(content["imported"]),
        mutants=tuple((each["line"], each["kind"], each["tried"]) for each in content["mutants"]),
        names=content["names"],
        helpers=content["helpers"],
        fixtures=content["fixtures"],
        stand_ins=tuple(content["stand_ins"]),
        variables=read_variables(content["variables"]),
        project_fixtures=frozenset(content["project_fixtures"]),
        defects=tuple(Defect(**each) for each in content["defects"]),
        start=content["start"],
        subjects=content["subjects"],
        calls=content["calls"],
        kinds=content["kinds"],
        cut_short=tuple(content["cut_short"]),
        notes=tuple(content["notes"]),
    )


def _candidate(number: int, each: Mapping[str, Any], kills: "set[int] | Sequence[int]") -> Candidate:
    return Candidate(
        number=number,
        subject=each["subject"],
        kind=each["kind"],
        line=each["line"],
        lines=tuple(each["lines"]),
        call=each["call"],
        label=each["label"],
        more=each["more"],
        fixtures=tuple(each["fixtures"]),
        table=each["table"],
        columns=tuple(each["columns"]),
        row=tuple(each["row"]),
        expected=each["expected"],
        wide=each["wide"],
        options=each["options"],
        arguments=tuple((name, text, required) for name, text, required in each["arguments"]),
        changes=tuple((module, name) for module, name in each["changes"]),
        variables=tuple(each["variables"]),
        goals=frozenset(each["goals"]),
        kills=frozenset(kills),
        cost=each["cost"],
        oddness=each["oddness"],
        is_example=each["is_example"],
        plainness=each["plainness"],
        is_judged=each["is_judged"],
        is_accident=each["is_accident"],
    )
