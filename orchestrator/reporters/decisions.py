"""What persons decided about tasks that wait, in words; a run that nobody carries out hears of it at its resume."""

from orchestrator.models.record import ApprovalRecord, RunRecord, newest_decisions
from orchestrator.models.status import TaskState
from orchestrator.sanitize import line


def not_heard_yet(record: RunRecord) -> dict[str, ApprovalRecord]:
    """Return the decisions about tasks that wait all the same."""
    waiting = {task.id for task in record.tasks if task.state is TaskState.WAITING}
    return {task: each for task, each in newest_decisions(record.approvals).items() if task in waiting}


def told(decided: ApprovalRecord) -> str:
    """Return e.g. `rejected by Ada at the terminal of the run: not yet`."""
    by = f" by {line(decided.by)}" if decided.by else ""
    by += " at the terminal of the run" if decided.where == "terminal" else ""
    note = f": {line(' '.join(decided.note.split()))}" if decided.note else ""
    return f"{line(decided.decision or 'asked')}{by}{note}"
