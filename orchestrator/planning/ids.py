"""The forms in which phases, groups and tasks are named: `1`, `phase_1`, `a`, `A`, `group_a`, `1.a`, `1.1`."""

from collections.abc import Iterable, Iterator

from msgspec import Struct, field

MAX_ID = 64


def phase_id(written: str) -> str:
    """Return the id of a phase as everybody sees it: `1` for `1` and `phase_1`."""
    return _without(written, "phase_")


def group_letter(written: str, phase: str) -> str:
    """Return a group's own part of its id: `a` for `a`, `A`, `group_a` and, in phase 1, for `1.a`."""
    head, dot, tail = written.partition(".")
    if dot and tail and phase_id(head).casefold() == phase.casefold():
        written = tail
    return _without(written, "group_").casefold()


class Names(Struct):
    """Everything that can be named, by the forms of its name; ids that `foreach` made answer to their base id too."""

    phases: dict[str, str] = field(default_factory=dict)  # folded id -> id
    groups: dict[str, str] = field(default_factory=dict)  # folded id "1.a" -> id
    letters: dict[str, list[str]] = field(default_factory=dict)  # "a" -> ids
    tasks: dict[str, list[str]] = field(default_factory=dict)  # id or base id -> ids

    def add_phase(self, phase: str) -> None:
        """Make a phase known by its id."""
        self.phases[phase.casefold()] = phase

    def add_group(self, group: str, letter: str) -> None:
        """Make a group known by its id and its letter."""
        self.groups[group.casefold()] = group
        self.letters.setdefault(letter, []).append(group)

    def add_task(self, task: str, base: str = "") -> None:
        """Make a task known by its id, and by the id in the document that `foreach` made it from."""
        self.tasks.setdefault(task, []).append(task)
        if base:
            self.tasks.setdefault(base, []).append(task)

    def phase(self, written: str) -> str | None:
        """Return the id of the phase that is meant."""
        return self.phases.get(phase_id(written).casefold()) or self.phases.get(written.casefold())

    def groups_named(self, written: str, phase: str | None = None) -> list[str]:
        """Return the ids of the groups that may be meant: one, or several when a letter is used in several phases.

        In a phase its own group with the letter comes first.
        """
        letter = _without(written, "group_").casefold()
        if phase is not None and (own := self.groups.get(f"{phase.casefold()}.{letter}")):
            return [own]
        for head, tail in _cuts(written):
            full = f"{phase_id(head)}.{_without(tail, 'group_')}".casefold()
            if full in self.groups:
                return [self.groups[full]]
        return self.letters.get(letter, [])

    def all_ids(self) -> Iterator[str]:
        """Yield every name, for hints."""
        yield from self.phases.values()
        yield from self.groups.values()
        yield from self.letters
        yield from self.tasks


def names_of(phases: Iterable[str], groups: Iterable[tuple[str, str]], tasks: Iterable[tuple[str, str]]) -> Names:
    """Return the names of phases (id), groups (id, letter) and tasks (id, base id or "")."""
    names = Names()
    for phase in phases:
        names.add_phase(phase)
    for group, letter in groups:
        names.add_group(group, letter)
    for task, base in tasks:
        names.add_task(task, base)
    return names


def _without(written: str, prefix: str) -> str:
    folded = written[: len(prefix)].casefold()
    return written[len(prefix) :] if folded == prefix and len(written) > len(prefix) else written


def _cuts(written: str) -> Iterator[tuple[str, str]]:
    """Yield every way to part a text at one of its dots: `1.a` may be group a of phase 1."""
    position = written.find(".")
    while position != -1:
        if 0 < position < len(written) - 1:
            yield written[:position], written[position + 1 :]
        position = written.find(".", position + 1)
