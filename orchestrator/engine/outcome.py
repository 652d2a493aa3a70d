"""How a whole run ended: its state and its exit code."""

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from orchestrator.engine.decision import Ended
from orchestrator.errors import ExitCode, worst
from orchestrator.models.status import RunState, TaskState


class RunResult(Struct, frozen=True, kw_only=True):
    """How a run ended. `error` is what ended it early; its message and hint are for the user."""

    state: RunState
    exit_code: ExitCode
    seconds: float
    states: Mapping[str, TaskState] = field(default_factory=dict)
    error: BaseException | None = None


class Verdicts(Struct, kw_only=True):
    """What was seen during a run that decides its exit code."""

    codes: set[ExitCode] = field(default_factory=set)  # of expected errors: Drift, MissingTool, …
    refused: set[str] = field(default_factory=set)  # scopes whose checkpoint or guards said no
    causes: set[str | None] = field(default_factory=set)  # of tasks that were blocked or cancelled

    def see(self, ended: Ended) -> None:
        """Take a task's end into account."""
        if ended.state in (TaskState.BLOCKED, TaskState.CANCELLED):
            self.causes.add(ended.cause)

    def exit_code(self, states: Iterable[TaskState], stopped: ExitCode | None) -> ExitCode:
        """Return the code of the worst thing that happened.

        A task that a checkpoint blocks is the checkpoint's doing (8), one that a failed task blocks comes with that
        task's own 1.
        """
        seen = set(states)
        codes = set(self.codes)
        if stopped is not None:
            codes.add(stopped)
        if self.refused:
            codes.add(ExitCode.REFUSED)
        if TaskState.FAILED in seen or self.causes - self.refused:
            codes.add(ExitCode.FAILED)
        if TaskState.WAITING in seen:
            codes.add(ExitCode.WAITING)
        return worst(sorted(codes))


def run_state(code: ExitCode, stopped: ExitCode | None) -> RunState:
    """Return the state that goes with an exit code."""
    if stopped is not None and code == stopped:
        return RunState.CANCELLED
    return {ExitCode.OK: RunState.SUCCEEDED, ExitCode.WAITING: RunState.WAITING}.get(code, RunState.FAILED)
