"""Why a task runs or does not, and what it waits for, as a value."""

from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from orchestrator.models.freshness import up_to_date
from orchestrator.models.json import Json
from orchestrator.models.plan import Plan, PlannedTask
from orchestrator.models.record import LastSuccess, TaskRecord
from orchestrator.models.status import Execution, Priority, TaskState

LONGEST_VALUE = 60
_NOT_WELL = frozenset({TaskState.FAILED, TaskState.BLOCKED, TaskState.CANCELLED, TaskState.INTERRUPTED})
_WORDS = {TaskState.CANCELLED: "was cancelled", TaskState.INTERRUPTED: "was interrupted"}


class Verdict(StrEnum):
    """What will become of a task."""

    RUNS = "runs"
    MAY_RUN = "may run"  # its `when` is decided during the run
    UP_TO_DATE = "up to date"
    SKIPPED = "skipped"


class ReasonKind(StrEnum):
    """What a reason is about."""

    NEVER_RAN = "never ran"
    WENT_WRONG = "went wrong"  # in the last run that had it
    TAKEN_BACK = "taken back"  # by an undo
    FORCED = "forced"
    DEFINITION = "definition"
    INPUTS = "inputs"
    CONDITION = "condition"
    UP_TO_DATE = "up to date"
    DEPENDENCY = "dependency"
    ORDER = "order"
    LOCK = "lock"
    ALONE = "alone"


class Reason(Struct, frozen=True, kw_only=True):
    """One reason and what shows it: ids, paths, params before and after."""

    kind: ReasonKind
    text: str
    evidence: tuple[str, ...] = ()


class Tried(Struct, frozen=True, kw_only=True):
    """How the last run that came to a task left it; `undone_by` is the run that took its changes back since."""

    run: str
    task: TaskRecord
    undone_by: str = ""


class Explanation(Struct, frozen=True, kw_only=True):
    """Why a task runs or not (`reasons`), and what it waits for when it does (`waits`).

    `counts_as` is set where another priority than its own counts, because the run would end later otherwise.
    """

    task: str
    verdict: Verdict
    reasons: tuple[Reason, ...]
    waits: tuple[Reason, ...]
    counts_as: Priority | None = None


def explain_task(
    plan: Plan,
    task_id: str,
    *,
    last: LastSuccess | None = None,
    before: PlannedTask | None = None,
    fingerprint_now: str | None = None,
    overtaken: tuple[str, ...] = (),
    tried: Tried | None = None,
    counts_as: Priority | None = None,
    force: bool = False,
) -> Explanation:
    """Explain one task of a plan; KeyError when the plan has none of this id.

    `before` is the task as the run of its last success had planned it, to say which params have changed; `overtaken`
    says what was changed since that the task judges.
    """
    task = plan.task(task_id)
    verdict, reasons = _decide(task, last, before, fingerprint_now, overtaken, force)
    wrong = _went_wrong(tried) if verdict is Verdict.RUNS or verdict is Verdict.MAY_RUN else None
    if wrong is not None:
        reasons = [wrong, *(reason for reason in reasons if reason.kind is not ReasonKind.NEVER_RAN)]
    waits = tuple(_waits(plan, task))
    return Explanation(task=task.id, verdict=verdict, reasons=tuple(reasons), waits=waits, counts_as=counts_as)


def _decide(
    task: PlannedTask,
    last: LastSuccess | None,
    before: PlannedTask | None,
    fingerprint_now: str | None,
    overtaken: tuple[str, ...],
    force: bool,
) -> tuple[Verdict, list[Reason]]:
    if task.skip_reason is not None:
        return Verdict.SKIPPED, [Reason(kind=ReasonKind.CONDITION, text=task.skip_reason)]
    fresh = up_to_date(task, last, fingerprint_now, overtaken=overtaken, force=force)
    if fresh.up_to_date:
        return Verdict.UP_TO_DATE, [Reason(kind=ReasonKind.UP_TO_DATE, text=fresh.reason)]
    if force:
        reasons = [Reason(kind=ReasonKind.FORCED, text=fresh.reason)]
    elif last is None:
        reasons = [Reason(kind=ReasonKind.NEVER_RAN, text=fresh.reason)]
    elif last.definition != task.definition:
        evidence = changed_parts(before, task) if before is not None else ()
        text = f"its definition has changed since run {last.run}"
        reasons = [Reason(kind=ReasonKind.DEFINITION, text=text, evidence=evidence)]
    elif last.fingerprint is None:
        text = f"nothing tells what its result depends on; run {last.run} did it last"
        reasons = [Reason(kind=ReasonKind.INPUTS, text=text)]
    else:
        reasons = [Reason(kind=ReasonKind.INPUTS, text=f"since run {last.run}", evidence=fresh.reasons)]
    if task.when is None:
        return Verdict.RUNS, reasons
    condition = Reason(kind=ReasonKind.CONDITION, text=f"if `{task.when}` is true; that is decided during the run")
    return Verdict.MAY_RUN, [condition, *reasons]


def _went_wrong(tried: Tried | None) -> Reason | None:
    """Return what the last run that came to the task says of it; None when it ended well there, for good."""
    if tried is None:
        return None
    if tried.undone_by:
        text = f"was done in run {tried.run}, and taken back in run {tried.undone_by}"
        return Reason(kind=ReasonKind.TAKEN_BACK, text=text)
    if tried.task.state not in _NOT_WELL:
        return None
    task, run = tried.task, tried.run
    said = task.reason or (task.attempts[-1].summary if task.attempts else "")
    why = f" ({said})" if said else ""
    if task.state is TaskState.BLOCKED:
        text = f"was blocked by {task.cause} in run {run}" if task.cause else f"was blocked in run {run}{why}"
    else:
        text = f"{_WORDS.get(task.state, task.state.value)} in run {run}{why}; a run would try it again"
    return Reason(kind=ReasonKind.WENT_WRONG, text=text)


def changed_parts(before: PlannedTask, now: PlannedTask) -> tuple[str, ...]:
    """Return what differs between two definitions of a task: params with both values, other parts by name."""
    found = [
        f"{name}: {_shown(before.params, name)} → {_shown(now.params, name)}"
        for name in sorted({*before.params, *now.params})
        if before.params.get(name) != now.params.get(name) or (name in before.params) != (name in now.params)
    ]
    if before.handler != now.handler:
        found.insert(0, f"type: {before.handler} → {now.handler}")
    parts = ("env", "secrets", "outputs", "verify", "values")
    found += [part for part in parts if getattr(before, part) != getattr(now, part)]
    return tuple(found) or ("the version of its handler",)


def _shown(params: Json, name: str) -> str:
    text = repr(params[name]) if name in params else "nothing"
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def _waits(plan: Plan, task: PlannedTask) -> Iterator[Reason]:
    group = next(group for group in plan.groups if group.id == task.group)
    phase = next(phase for phase in plan.phases if phase.id == task.phase)
    if task.depends_on:
        yield Reason(kind=ReasonKind.DEPENDENCY, text="it depends on", evidence=task.depends_on)
    if task.satisfied:
        yield Reason(kind=ReasonKind.DEPENDENCY, text="it depends on what is done:", evidence=task.satisfied)
    if group.depends_on:
        text = f"its group {group.id} depends on"
        yield Reason(kind=ReasonKind.DEPENDENCY, text=text, evidence=group.depends_on)
    if phase.after:
        yield Reason(kind=ReasonKind.ORDER, text=f"its phase {phase.id} follows", evidence=phase.after)
    if group.execution is Execution.SEQUENTIAL and (earlier := _predecessor(plan, task)):
        text = f"its group {group.id} is sequential; it follows"
        yield Reason(kind=ReasonKind.ORDER, text=text, evidence=(earlier,))
    for path in task.targets.writes:
        if others := _writers(plan, task, path):
            text = f"one file, one writer: {path} is also written by"
            yield Reason(kind=ReasonKind.LOCK, text=text, evidence=others)
    if task.exclusive:
        yield Reason(kind=ReasonKind.ALONE, text="it is exclusive: it waits until nothing else runs")


def _predecessor(plan: Plan, task: PlannedTask) -> str | None:
    members = [other.id for other in plan.tasks if other.group == task.group]
    position = members.index(task.id)
    return members[position - 1] if position else None


def _writers(plan: Plan, task: PlannedTask, path: str) -> tuple[str, ...]:
    return tuple(
        other.id
        for other in plan.tasks
        if other.id != task.id and any(_overlap(path, written) for written in other.targets.writes)
    )


def _overlap(left: str, right: str) -> bool:
    """Say whether two targets may be the same file; one that ends with `/` is all below it."""
    if left == right:
        return True
    return (left.endswith("/") and right.startswith(left)) or (right.endswith("/") and left.startswith(right))
