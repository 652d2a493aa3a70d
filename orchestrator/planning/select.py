"""Which part of a plan is to be run, and whether what it needs is done."""

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet

from msgspec import Struct
from msgspec.structs import replace

from orchestrator.errors import NothingSelected, UsageError
from orchestrator.models.plan import Plan, PlannedTask
from orchestrator.planning.restrict import restrict
from orchestrator.planning.selectors import Selectors
from orchestrator.planning.waits import Graph

MOST_NAMED = 8


class Selection(Struct, frozen=True, kw_only=True):
    """What the flags ask for.

    A selector is an id in any accepted form, a name, a range (`1..3`) or a pattern (`2.*`); `+2.7` adds what it depends
    on, `2.7+` what depends on it. The values of one flag add up, different flags narrow each other: phase 2 with group
    c is group c of phase 2. What is skipped (`skip`), and what the tasks of `only` depend on, is taken as given.
    `failed` holds the ids of the tasks that failed in the last run, None = not asked for.
    """

    phases: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    start: str | None = None
    until: str | None = None
    failed: tuple[str, ...] | None = None
    with_deps: bool = False

    @property
    def is_everything(self) -> bool:
        """Say whether no flag narrows the plan."""
        named = self.phases or self.groups or self.tasks or self.only or self.tags or self.skip
        return not (named or self.start or self.until or self.failed is not None)


def select(plan: Plan, selection: Selection, done: AbstractSet[str] | Mapping[str, object] = frozenset()) -> Plan:
    """Return the selected part of a whole plan; `done` holds the ids of the tasks that the ledger has as done.

    UsageError for a selector that matches nothing and for dependencies that are neither selected nor done;
    NothingSelected when nothing is left.
    """
    if selection.is_everything:
        if not plan.tasks:
            message = "the document has no tasks"
            raise NothingSelected(message, hint="a `foreach` that matches no files makes none")
        return plan
    selectors = Selectors(plan)
    chosen = _chosen(plan, selection, selectors)
    if not chosen:
        raise NothingSelected(_why_nothing(selection), hint="`orchestrate plan` shows every task")
    if not selection.only:
        missing = _missing(plan, chosen, selectors.graph, done) - _skipped(selection, selectors)
        if missing and not selection.with_deps:
            raise _needs(plan, chosen, missing)
        chosen |= missing
    return _part(plan, {plan.tasks[number].id for number in chosen}, done)


def _chosen(plan: Plan, selection: Selection, selectors: Selectors) -> set[int]:
    chosen = selectors.named(selection.phases, selection.groups, selection.tasks)
    if chosen is None:
        chosen = set(range(len(plan.tasks)))
    if selection.only:
        chosen &= set[int]().union(*(selectors.anything(selector, "--only") for selector in selection.only))
    if selection.failed is not None:
        chosen &= {number for number in map(selectors.graph.number.get, selection.failed) if number is not None}
    if selection.tags:
        chosen &= set[int]().union(*(selectors.tag(tag) for tag in selection.tags))
    if selection.start is not None:
        first = min(selectors.anything(selection.start, "--from"))
        chosen = {number for number in chosen if number >= first}
    if selection.until is not None:
        last = max(selectors.anything(selection.until, "--until"))
        chosen = {number for number in chosen if number <= last}
    return chosen - _skipped(selection, selectors)


def _skipped(selection: Selection, selectors: Selectors) -> set[int]:
    """Return what a person decided to leave out: whatever needs it takes it as given."""
    return set[int]().union(*(selectors.anything(selector, "--skip") for selector in selection.skip))


def _missing(plan: Plan, chosen: set[int], graph: Graph, done: AbstractSet[str] | Mapping[str, object]) -> set[int]:
    """Return what the chosen tasks need and is neither chosen nor done; a task that is skipped anyway is not needed."""
    return {
        number
        for number in graph.before(chosen) - chosen
        if plan.tasks[number].id not in done and plan.tasks[number].skip_reason is None
    }


def _needs(plan: Plan, chosen: Collection[int], missing: Collection[int]) -> UsageError:
    wanted, needed = _listed(plan, chosen), _listed(plan, missing)
    many = len(missing) != 1
    message = f"{wanted} {'need' if len(chosen) != 1 else 'needs'} {needed}, which {'are' if many else 'is'} not done"
    what, them = (f"these {len(missing)} tasks", "them") if many else ("it", "it")
    hint = f"--with-deps adds {what}; --only takes {them} as given"
    return UsageError(message, hint=hint)


def _listed(plan: Plan, numbers: Collection[int]) -> str:
    ids = [plan.tasks[number].id for number in sorted(numbers)]
    if len(ids) <= MOST_NAMED:
        return ", ".join(ids)
    return f"{', '.join(ids[: MOST_NAMED - 1])}, … {ids[-1]} ({len(ids)} tasks)"


def _why_nothing(selection: Selection) -> str:
    if selection.failed is not None and not selection.failed:
        return "no task failed in the last run"
    return "the selection is empty: its parts have no task in common"


def _part(plan: Plan, kept: AbstractSet[str], done: AbstractSet[str] | Mapping[str, object]) -> Plan:
    """Return the plan of these tasks; where something between two of them is left out, they stay in order.

    The checkpoint of a group or phase says that all of it is done, so it stands only where nothing of it is missing.
    """
    edges = restrict({task.id: task.depends_on for task in plan.tasks}, kept)
    tasks = tuple(_rewired(task, edges[task.id], kept, done) for task in plan.tasks if task.id in kept)
    in_groups = {task.group for task in tasks}
    in_phases = {task.phase for task in tasks}
    unfinished = [task for task in plan.tasks if task.id not in kept and task.id not in done and not task.skip_reason]
    partial = {task.group for task in unfinished} | {task.phase for task in unfinished}
    groups = restrict({group.id: group.depends_on for group in plan.groups}, in_groups)
    phases = restrict({phase.id: phase.after for phase in plan.phases}, in_phases)
    return replace(
        plan,
        phases=tuple(
            replace(phase, after=phases[phase.id], checkpoint=() if phase.id in partial else phase.checkpoint)
            for phase in plan.phases
            if phase.id in in_phases
        ),
        groups=tuple(
            replace(group, depends_on=groups[group.id], checkpoint=() if group.id in partial else group.checkpoint)
            for group in plan.groups
            if group.id in in_groups
        ),
        tasks=tasks,
    )


def _rewired(
    task: PlannedTask,
    depends_on: tuple[str, ...],
    kept: AbstractSet[str],
    done: AbstractSet[str] | Mapping[str, object],
) -> PlannedTask:
    satisfied = tuple(needed for needed in task.depends_on if needed not in kept and needed in done)
    if depends_on == task.depends_on and not satisfied:
        return task
    return replace(task, depends_on=depends_on, satisfied=satisfied)
