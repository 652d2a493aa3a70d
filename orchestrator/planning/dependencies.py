"""From `depends_on` as it is written to ids of phases, groups and tasks."""

from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from orchestrator.errors import DocumentInvalid, Place, Problem
from orchestrator.planning.drafts import Draft, GroupDraft, PhaseDraft, TaskDraft
from orchestrator.planning.ids import Names, names_of
from orchestrator.planning.suggest import did_you_mean

MAX_EDGES = 1_000_000


class Dependencies(Struct, frozen=True, kw_only=True):
    """Who waits for whom, by id; `parallel_with` holds phases."""

    phases: Mapping[str, Sequence[str]]
    parallel_with: Mapping[str, Sequence[str]]
    groups: Mapping[str, tuple[str, ...]]
    tasks: Mapping[str, tuple[str, ...]]


def find_dependencies(draft: Draft) -> Dependencies:
    """Resolve every reference of the document; DocumentInvalid tells all that lead nowhere.

    A dependency on a phase or group stands for all in it. A task also depends on the tasks whose outputs it reads.
    """
    finder = _Finder(draft)
    found = Dependencies(
        phases={phase.id: finder.phases(phase, phase.phase.depends_on) for phase in draft.phases},
        parallel_with={phase.id: finder.phases(phase, phase.phase.parallel_with) for phase in draft.phases},
        groups={group.id: finder.groups(phase, group) for phase in draft.phases for group in phase.groups},
        tasks=finder.tasks(),
    )
    if finder.problems:
        raise DocumentInvalid(finder.problems)
    return found


class _Finder(Struct):
    draft: Draft
    names: Names = field(default_factory=Names)
    in_phase: dict[str, list[str]] = field(default_factory=dict)
    in_group: dict[str, list[str]] = field(default_factory=dict)
    edges: int = 0
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        phases = self.draft.phases
        groups = [group for phase in phases for group in phase.groups]
        self.names = names_of(
            [phase.id for phase in phases],
            [(group.id, group.letter) for group in groups],
            [(task.id, task.base) for group in groups for task in group.tasks],
        )
        for group in groups:  # a `foreach` over nothing leaves an id that others may still name
            for task in group.group.tasks:
                self.names.tasks.setdefault(task.id, [])
        self.in_phase = {phase.id: [group.id for group in phase.groups] for phase in phases}
        self.in_group = {group.id: [task.id for task in group.tasks] for group in groups}

    def phases(self, owner: PhaseDraft, written: Sequence[str]) -> list[str]:
        found = []
        for reference in written:
            phase = self.names.phase(reference)
            if phase is None:
                self.unknown(f"phase {owner.id}", reference)
            else:
                found.append(phase)
        return found

    def groups(self, phase: PhaseDraft, owner: GroupDraft) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for reference in owner.group.depends_on:
            groups = self.names.groups_named(reference, phase.id)
            whole = self.names.phase(reference)
            if len(groups) == 1:
                found[groups[0]] = None
            elif groups:
                self.ambiguous(f"group {owner.id}", reference, groups)
            elif whole is not None:
                found.update(dict.fromkeys(self.in_phase[whole]))
            else:
                self.unknown(f"group {owner.id}", reference)
        return tuple(found)

    def tasks(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for phase in self.draft.phases:
            for group in phase.groups:
                for task in group.tasks:
                    written = task.task.depends_on
                    if not written and not task.asks:
                        found[task.id] = ()
                        continue
                    needed: dict[str, None] = {}
                    for reference in (*written, *sorted(task.asks)):
                        needed.update(dict.fromkeys(self.task(reference, task, phase.id)))
                    self.count(len(needed))
                    found[task.id] = tuple(needed)
        return found

    def task(self, reference: str, owner: TaskDraft, phase: str) -> Sequence[str]:
        if reference in self.names.tasks:
            return self.names.tasks[reference]
        groups = self.names.groups_named(reference, phase)
        whole = self.names.phase(reference)
        if len(groups) == 1:
            return self.in_group[groups[0]]
        if groups:
            self.ambiguous(f"task {owner.id}", reference, groups, owner.place)
        elif whole is not None:
            return [task for group in self.in_phase[whole] for task in self.in_group[group]]
        else:
            self.unknown(f"task {owner.id}", reference, owner.place)
        return ()

    def count(self, edges: int) -> None:
        self.edges += edges
        if self.edges > MAX_EDGES:
            message = f"the tasks have more than {MAX_EDGES:,} dependencies"
            raise DocumentInvalid([Problem(code="E009", message=message, hint="let their groups depend on each other")])

    def unknown(self, owner: str, reference: str, place: Place | None = None) -> None:
        hint = did_you_mean(reference, list(self.names.all_ids()))
        message = f"{owner} depends on `{reference}`: there is none"
        self.problems.append(Problem(code="E203", message=message, hint=hint, place=place))

    def ambiguous(self, owner: str, reference: str, groups: Sequence[str], place: Place | None = None) -> None:
        message = f"{owner} depends on `{reference}`: several phases have such a group"
        self.problems.append(Problem(code="E206", message=message, hint=f"write {' or '.join(groups)}", place=place))
