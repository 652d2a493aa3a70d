"""Where a run begins: anew, in the middle of an earlier one, or as the undo of one."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from orchestrator.cli.wiring import Beginning, new_run_id
from orchestrator.contracts import Answer, Ledger, answers_of
from orchestrator.models.facts import RunResumed, RunStarted, TaskEnded
from orchestrator.models.plan import Plan
from orchestrator.models.plan_text import PlanText
from orchestrator.models.record import AttemptRecord, RunRecord
from orchestrator.models.status import DONE, WELL, OutcomeKind, TaskState
from orchestrator.planning.plan_json import plan_to_text

GONE = "no longer in the document"


def begin_anew(plan: Plan, command: Sequence[str], *, undoes: str | None = None) -> Beginning:
    """Return the beginning of a new run; with `undoes` it is the undo of that run."""
    run, now = new_run_id(), datetime.now(UTC)

    def started() -> tuple[RunStarted]:
        return (
            RunStarted(
                run=run,
                kind="run" if undoes is None else "undo",
                time=now,
                command=tuple(command),
                plan=PlanText(lambda: plan_to_text(plan).decode(), json.loads),
                tasks=tuple((task.id, task.definition) for task in plan.tasks),
                undoes=undoes,
            ),
        )

    return Beginning(run=run, facts=started)


def begin_again(record: RunRecord, plan: Plan) -> Beginning:
    """Return the beginning of the rest of a run: what is done stays done, everything else is tried again."""
    changed = changed_since(record, plan)
    done = {task.id: task.state for task in record.tasks if task.state in DONE and task.id not in changed}
    planned = {task.id for task in plan.tasks}
    resumed = RunResumed(
        run=record.id,
        time=datetime.now(UTC),
        again=tuple(task.id for task in record.tasks if task.id not in done and task.id in planned),
        tasks=tuple((task.id, task.definition) for task in plan.tasks),
    )
    left_out = tuple(
        TaskEnded(run=record.id, task=task, state=TaskState.SKIPPED, time=resumed.time, reason=GONE)
        for task in gone_since(record, plan)
    )
    return Beginning(
        run=record.id,
        facts=lambda: (resumed, *left_out),
        done={task: state for task, state in done.items() if task in planned},
        passed=_passed(record),
        tries={task.id: max((each.number for each in task.attempts), default=0) for task in record.tasks},
        outputs={task.id: task.outputs for task in record.tasks if task.outputs},
        decisions={task: answer for task, answer in _decided(record).items() if task in planned},
        waiting=tuple(task.id for task in record.tasks if task.state is TaskState.WAITING and task.id in planned),
    )


def on_record(beginning: Beginning, ledger: Ledger) -> Beginning:
    """Record that a run goes on before anything else where somebody may be deciding, and take what was decided last.

    From then on the ledger refuses decisions about these tasks. Raise OrchestrateError when it takes no more facts.
    """
    if not beginning.waiting:
        return beginning
    ledger.append(beginning.facts()).result()
    said = answers_of(ledger.approvals(beginning.run))
    newest = {task: said[task] for task in beginning.waiting if task in said}
    return replace(beginning, facts=tuple, decisions={**beginning.decisions, **newest})


def changed_since(record: RunRecord, plan: Plan) -> frozenset[str]:
    """Return the tasks that the run has as done and whose definition is another one in the plan."""
    now = {task.id: task.definition for task in plan.tasks}
    done = (task for task in record.tasks if task.state in DONE)
    return frozenset(task.id for task in done if now.get(task.id, task.definition) != task.definition)


def gone_since(record: RunRecord, plan: Plan) -> tuple[str, ...]:
    """Return the tasks that have not ended well in the run and that the plan does not have any more."""
    now = {task.id for task in plan.tasks}
    return tuple(task.id for task in record.tasks if task.state not in WELL and task.id not in now)


def _decided(record: RunRecord) -> dict[str, Answer]:
    """Return what was decided about tasks that did not come to an end with it."""
    said = answers_of(record.approvals)
    asked = {each.task: each.asked for each in record.approvals}
    return {
        task.id: said[task.id]
        for task in record.tasks
        if task.id in said
        and (task.state is TaskState.CANCELLED or not task.state.is_final)
        and not any(_used(attempt, asked[task.id]) for attempt in task.attempts)
    }


def _used(attempt: AttemptRecord, asked: datetime) -> bool:
    """Say whether an attempt that ended after the question was asked had its answer: neither put off nor stopped."""
    after = attempt.ended is not None and attempt.ended >= asked
    return after and attempt.kind not in (OutcomeKind.WAITING, OutcomeKind.CANCELLED)


def _passed(record: RunRecord) -> tuple[str, ...]:
    """Return the scopes whose newest measurements all passed."""
    newest = {(each.scope, each.type, each.title): each for each in record.measurements}
    failed = {each.scope for each in newest.values() if not each.ok}
    return tuple(sorted({each.scope for each in newest.values()} - failed))
