"""What waits for a person, and what persons said."""

from collections.abc import Iterable

from orchestrator.ledger.rows import APPROVAL, TASK_WAITING, Row, to_time
from orchestrator.models.record import ApprovalRecord


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
        )
    ]
