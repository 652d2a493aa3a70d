"""What persons decided about tasks that wait, in words; a run that nobody carries out hears of it at its resume."""

from orchestrator.models.record import ApprovalRecord, RunRecord
from orchestrator.models.status import TaskState
from orchestrator.sanitize import line


def newest_decisions(record: RunRecord) -> dict[str, ApprovalRecord]:
    """Return the decisions about those waiting tasks whose newest question has been answered."""
    waiting = {task.id for task in record.tasks if task.state is TaskState.WAITING}
    newest = {each.task: each for each in record.approvals if each.task in waiting}
    return {task: each for task, each in newest.items() if each.decision is not None}


def told(decided: ApprovalRecord) -> str:
    """Return e.g. `rejected by Ada: not yet`."""
    by = f" by {line(decided.by)}" if decided.by else ""
    note = f": {line(' '.join(decided.note.split()))}" if decided.note else ""
    return f"{line(decided.decision or 'asked')}{by}{note}"
