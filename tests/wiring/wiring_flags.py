"""A table of options: each is given in every spelling and by its environment twin, and the same difference is seen."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from wiring_world import Make

Look = Callable[[Make, list[str], Mapping[str, str]], Any]


@dataclass(frozen=True, kw_only=True)
class Case:
    """An option of some commands; `look` gets its arguments and environment and returns what was seen.

    Without the option it sees `otherwise`, with it `seen`.
    """

    commands: tuple[str, ...]
    spellings: tuple[str, ...]
    look: Look
    seen: Any
    otherwise: Any
    value: str | None = None
    twin: bool = True
    label: str = field(default="")

    @property
    def variable(self) -> str:
        return f"ORCHESTRATE_{self.spellings[0][2:].upper().replace('-', '_')}"

    @property
    def claims(self) -> tuple[str, ...]:
        found = [f"flag:{name} {spelling}" for name in self.commands for spelling in self.spellings]
        return (*found, *(f"twin:{name} {self.variable}" for name in self.commands if self.twin))

    def ways(self) -> Iterable[tuple[str, list[str], dict[str, str]]]:
        """Yield (name of the way, arguments, environment)."""
        for spelling in self.spellings:
            yield spelling, [spelling] if self.value is None else [spelling, self.value], {}
        if self.twin:
            yield self.variable, [], {self.variable: self.value or "1"}


def option(commands: str, spellings: str, look: Look, *, seen: Any, otherwise: Any, **more: Any) -> Case:
    """Make a case; names are parted by spaces."""
    return Case(
        commands=tuple(commands.split()),
        spellings=tuple(spellings.split()),
        look=look,
        seen=seen,
        otherwise=otherwise,
        **more,
    )


def table(cases: Iterable[Case]) -> list[Any]:
    """Return pytest params (look, arguments, environment, expected): each way of each case, and without it."""
    import pytest

    rows = []
    for case in cases:
        name = f"{'+'.join(case.commands)} {case.label}".strip()
        rows.append(pytest.param(case.look, [], {}, case.otherwise, id=f"{name} without {case.spellings[0]}"))
        rows += [pytest.param(case.look, words, env, case.seen, id=f"{name} {way}") for way, words, env in case.ways()]
    return rows
