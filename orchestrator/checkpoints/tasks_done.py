"""``type: tasks_done``: are the tasks of the phase or group really done? A skipped one is not."""

from typing import Annotated

from pydantic import Field

from orchestrator.contracts import CheckContext, Checkpoint, Measurement, Params
from orchestrator.models.status import DONE, Priority, TaskState


class TasksDoneParams(Params):
    """Which tasks count, and which states count as done."""

    priority: Annotated[Priority, Field(strict=False)] | None = Field(
        default=None, description="only tasks of this priority and above"
    )
    states: list[Annotated[TaskState, Field(strict=False)]] = Field(
        default=[state for state in TaskState if state in DONE],
        min_length=1,
        max_length=len(TaskState),
        description="which states count as done",
    )


class TasksDone(Checkpoint[TasksDoneParams]):
    """Count the tasks of the scope that are done."""

    type = "tasks_done"
    params_model = TasksDoneParams

    def title(self, params: TasksDoneParams) -> str:
        """Say which tasks."""
        return (
            f"every task of priority {params.priority} and above is done" if params.priority else "every task is done"
        )

    async def measure(self, params: TasksDoneParams, context: CheckContext) -> Measurement:
        """Compare the states of the tasks with the accepted ones; no task at all measures nothing."""
        tasks = [
            task for task in context.tasks if params.priority is None or task.priority.rank <= params.priority.rank
        ]
        if not tasks:
            which = f" of priority {params.priority} and above" if params.priority else ""
            return Measurement(
                ok=False, message=f"cannot be measured: {context.scope} has no task{which}", source=context.scope
            )
        states = {task.id: context.states.get(task.id, TaskState.PENDING) for task in tasks}
        missing = [f"{task} ({state})" for task, state in states.items() if state not in params.states]
        return Measurement(
            ok=not missing,
            message=f"not done: {', '.join(missing)}" if missing else f"{len(tasks)} of {len(tasks)} done",
            value=float(len(tasks) - len(missing)),
            limit=float(len(tasks)),
            unit="tasks",
            source=context.scope,
            details={"states": states},
        )
