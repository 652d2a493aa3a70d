"""What waits for a person, what persons said, and what they may say."""

from collections.abc import Iterable

from orchestrator.errors import DecisionRefused
from orchestrator.ledger.rows import (
    APPROVAL,
    ATTEMPT_ENDED,
    ATTEMPT_STARTED,
    LAST_ATTEMPT_ENDED,
    TASK_ENDED,
    TASK_RESET,
    TASK_WAITING,
    Row,
    to_time,
)
from orchestrator.models.record import ApprovalRecord
from orchestrator.models.status import OutcomeKind, TaskState

# Rows that tell whether a task waits for a decision; `newest_of_task.sql` names them, too.
TELLING = frozenset(
    {ATTEMPT_STARTED, ATTEMPT_ENDED, LAST_ATTEMPT_ENDED, TASK_ENDED, TASK_RESET, TASK_WAITING, APPROVAL}
)
_HEARD = (TaskState.RUNNING, TaskState.READY)  # what a reset says after a decision; that of a resume says pending


def questions(rows: Iterable[Row]) -> tuple[ApprovalRecord, ...]:
    """Return the questions of a run with their answers, from its TASK_WAITING and APPROVAL rows."""
    asked: list[ApprovalRecord] = []
    for row in rows:
        if row[1] == TASK_WAITING:
            _ask(asked, row)
        elif row[1] == APPROVAL:
            _answer(asked, row)
    return tuple(asked)


def _ask(asked: list[ApprovalRecord], row: Row) -> None:
    """Add the question of a TASK_WAITING row; asked again without an answer it is the same question."""
    task, question = row[2] or "", (row[6] or {})["question"]
    asked[:] = [known for known in asked if known.task != task or known.decision is not None]
    asked.append(ApprovalRecord(task=task, asked=to_time(row[5] or 0), question=question))


def _answer(asked: list[ApprovalRecord], row: Row) -> None:
    """Write the decision of an APPROVAL row to the question that it answers.

    A decision may come before the question (`--approve 4.4`); it then stands for itself.
    """
    task, body = row[2] or "", row[6] or {}
    place = next(
        (place for place, known in enumerate(asked) if known.task == task and known.decision is None), len(asked)
    )
    known = asked[place] if place < len(asked) else ApprovalRecord(task=task, asked=to_time(row[5] or 0), question="")
    asked[place : place + 1] = [
        ApprovalRecord(
            task=task,
            asked=known.asked,
            question=known.question,
            decision=body["decision"],
            by=body.get("by", ""),
            note=body.get("note", ""),
            evidence=body.get("evidence"),
            where=body.get("where", ""),
        )
    ]


def refuse_unwanted(task: str, heard: str | None, newest: tuple[str, str | None] | None) -> None:
    """Raise DecisionRefused where a decision cannot be taken any more.

    `heard` is the state column of its row, None for one that was given elsewhere. `newest` is the kind and the state of
    the task's newest row, decisions included.
    """
    kind, state = newest or ("", None)
    given = kind == APPROVAL and state is None
    if heard is None:
        may = given or kind == TASK_WAITING or (kind == ATTEMPT_ENDED and state == OutcomeKind.WAITING)
    else:
        may = not given and not (kind == TASK_RESET and state in _HEARD)
    if not may:
        message = f"task {task} does not wait for a decision"
        raise DecisionRefused(message)
