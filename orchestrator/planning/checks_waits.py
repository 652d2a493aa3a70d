"""Who waits for whom in a document, and which references lead nowhere.

Beyond `depends_on` there are edges that nobody writes: a sequential group keeps list order, phases keep file order, and
the end of a group or phase waits for all that is in it.
"""

from typing import NamedTuple

from orchestrator.errors import DocumentInvalid, Problem
from orchestrator.planning.nodes import Scalar
from orchestrator.planning.outline import GroupEntry, Outline, PhaseEntry, problem_at, references
from orchestrator.planning.phase_sequence import phases_before
from orchestrator.planning.suggest import did_you_mean, one_of


class Step(NamedTuple):
    """A moment that others wait for: the start or end of a task, group or phase."""

    kind: str  # task, group, phase
    id: str
    start: bool = False


class Waits:
    """Who waits for whom. An edge leads to what is waited for; `written` holds the nodes of those in the file."""

    def __init__(self, outline: Outline) -> None:
        self.problems: list[Problem] = []
        self.edges: dict[Step, list[Step]] = {}
        self.written: dict[tuple[Step, Step], Scalar] = {}
        self.reasons: dict[tuple[Step, Step], str] = {}
        self._outline = outline
        self._names = outline.names
        for phase in outline.phases:
            self._phase(phase)
        self._phase_order()

    def _phase(self, phase: PhaseEntry) -> None:
        start, end = Step("phase", phase.id, True), Step("phase", phase.id)
        self._edge(end, start)
        for group in phase.groups:
            self._edge(end, Step("group", group.id))
            self._edge(Step("group", group.id, True), start)
            self._group(group)

    def _group(self, group: GroupEntry) -> None:
        start, end = Step("group", group.id, True), Step("group", group.id)
        self._edge(end, start)
        for reference, node in references(group.node, "depends_on"):
            self._written(start, self._resolve("group", group, reference, node), node)
        before: Step | None = None
        for task in group.tasks:
            step = Step("task", task.id)
            if not task.id:
                continue
            self._edge(end, step)
            self._edge(step, start)
            if group.sequential and before is not None and before != step:
                self._edge(step, before)
                self.reasons[step, before] = f"`{task.id}` follows `{before.id}` in the sequential group {group.id}"
            before = step
            for reference, node in references(task.node, "depends_on"):
                self._written(step, self._resolve("task", group, reference, node), node)

    def _phase_order(self) -> None:
        depends_on: dict[str, list[str]] = {}
        parallel_with: dict[str, list[str]] = {}
        for phase in self._outline.phases:
            named: dict[str, list[str]] = {"depends_on": [], "parallel_with": []}
            for key, found in named.items():
                for reference, node in references(phase.node, key):
                    step = self._resolve("phase", None, reference, node)
                    if step is not None:
                        found.append(step.id)
                        if key == "depends_on":
                            self._written(Step("phase", phase.id, True), step, node)
            depends_on[phase.id], parallel_with[phase.id] = named["depends_on"], named["parallel_with"]
        ids = list(dict.fromkeys(phase.id for phase in self._outline.phases))
        for phase_id, others in _implied(ids, depends_on, parallel_with).items():
            for other in others:
                edge = (Step("phase", phase_id, True), Step("phase", other))
                if edge not in self.written:
                    self._edge(*edge)
                    self.reasons[edge] = f"phase {phase_id} follows phase {other}"

    def _edge(self, waiting: Step, awaited: Step) -> None:
        self.edges.setdefault(waiting, []).append(awaited)

    def _written(self, waiting: Step, awaited: Step | None, node: Scalar) -> None:
        if awaited is not None and (waiting, awaited) not in self.written:
            self._edge(waiting, awaited)
            self.written[waiting, awaited] = node

    def forget(self, edge: tuple[Step, Step]) -> None:
        """Take a written edge out; edges that nobody wrote stay."""
        if self.written.pop(edge, None) is not None:
            self.edges[edge[0]].remove(edge[1])

    # ------------------------------------------------------------ references

    def _resolve(self, kind: str, group: GroupEntry | None, reference: str, node: Scalar) -> Step | None:
        """Return what a reference of a phase, group or task means, or note why it means nothing."""
        names = self._names
        if kind == "task" and reference in names.tasks:
            return Step("task", reference)
        phase = names.phase(reference)
        if kind == "phase":
            if phase is None:
                self._unknown(kind, reference, node, wrong_kind=self._is_known(reference, group))
            return None if phase is None else Step("phase", phase)
        groups = names.groups_named(reference, group.phase if group else None)
        if len(groups) == 1:
            return Step("group", groups[0])
        if groups:
            options = " or ".join(f"`{option}`" for option in groups)
            self.problems.append(
                problem_at("E206", f"group `{reference}` is in several phases", node, f"write {options}")
            )
            return None
        if phase is not None:
            return Step("phase", phase)
        self._unknown(kind, reference, node, wrong_kind=reference in names.tasks)
        return None

    def _is_known(self, reference: str, group: GroupEntry | None) -> bool:
        return reference in self._names.tasks or bool(
            self._names.groups_named(reference, group.phase if group else None)
        )

    def _unknown(self, kind: str, reference: str, node: Scalar, *, wrong_kind: bool) -> None:
        takes = {"phase": "phases", "group": "groups and phases", "task": "tasks, groups and phases"}[kind]
        if wrong_kind:
            message = f"a {kind} cannot depend on `{reference[:60]}`"
            self.problems.append(problem_at("E207", message, node, f"a {kind} depends on {takes}"))
            return
        known: dict[str, None] = {}
        if kind == "task":
            known |= dict.fromkeys(self._names.tasks)
        if kind != "phase":
            known |= dict.fromkeys(self._names.letters) | dict.fromkeys(self._names.groups.values())
        known |= dict.fromkeys(self._names.phases.values())
        thing = {"phase": "phase", "group": "group or phase", "task": "task, group or phase"}[kind]
        message = f"there is no {thing} `{reference[:60]}`"
        hint = one_of(reference, known, "known") if len(known) <= 20 else did_you_mean(reference, known)
        self.problems.append(problem_at("E203", message, node, hint))


def _implied(
    ids: list[str], depends_on: dict[str, list[str]], parallel_with: dict[str, list[str]]
) -> dict[str, tuple[str, ...]]:
    """Return whom each phase waits for; nobody when `depends_on` goes in a circle, which is told as such."""
    try:
        return phases_before(ids, depends_on, parallel_with)
    except DocumentInvalid:
        return {}
