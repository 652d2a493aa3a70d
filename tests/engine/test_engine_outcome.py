"""State and exit code of a whole run."""

import pytest

from orchestrator.engine.decision import Ended
from orchestrator.engine.outcome import Verdicts, run_state
from orchestrator.engine.stop import Stopping
from orchestrator.errors import ExitCode
from orchestrator.models.status import RunState, TaskState

CHANGED, FAILED, BLOCKED, WAITING = TaskState.CHANGED, TaskState.FAILED, TaskState.BLOCKED, TaskState.WAITING


def blocked_by(cause: str) -> Ended:
    return Ended(task="x", state=BLOCKED, cause=cause)


@pytest.mark.parametrize(
    ("states", "ends", "verdicts", "stopped", "expected"),
    [
        ([], [], Verdicts(), None, ExitCode.OK),
        ([CHANGED, TaskState.UNCHANGED, TaskState.SKIPPED], [], Verdicts(), None, ExitCode.OK),
        ([CHANGED, FAILED], [], Verdicts(), None, ExitCode.FAILED),
        ([CHANGED, BLOCKED], [blocked_by("1")], Verdicts(), None, ExitCode.FAILED),
        ([CHANGED, BLOCKED], [blocked_by("group 1.a")], Verdicts(refused={"group 1.a"}), None, ExitCode.REFUSED),
        ([CHANGED], [], Verdicts(refused={"group 1.a"}), None, ExitCode.REFUSED),
        ([CHANGED, WAITING, TaskState.PENDING], [], Verdicts(), None, ExitCode.WAITING),
        ([WAITING], [], Verdicts(refused={"group 1.a"}), None, ExitCode.REFUSED),
        ([WAITING, FAILED], [], Verdicts(), None, ExitCode.FAILED),
        ([FAILED], [], Verdicts(codes={ExitCode.DRIFT}), None, ExitCode.DRIFT),
        ([FAILED], [], Verdicts(codes={ExitCode.MISSING_TOOL, ExitCode.UNUSABLE}), None, ExitCode.UNUSABLE),
        ([FAILED, WAITING], [], Verdicts(), ExitCode.SIGINT, ExitCode.SIGINT),
        ([TaskState.CANCELLED], [Ended(task="x", state=TaskState.CANCELLED)], Verdicts(), None, ExitCode.FAILED),
    ],
)
def test_the_worst_thing_that_happened_is_reported(
    states: list[TaskState],
    ends: list[Ended],
    verdicts: Verdicts,
    stopped: ExitCode | None,
    expected: ExitCode,
) -> None:
    for ended in ends:
        verdicts.see(ended)
    assert verdicts.exit_code(states, stopped) is expected


@pytest.mark.parametrize(
    ("code", "stopped", "expected"),
    [
        (ExitCode.OK, None, RunState.SUCCEEDED),
        (ExitCode.WAITING, None, RunState.WAITING),
        (ExitCode.FAILED, None, RunState.FAILED),
        (ExitCode.REFUSED, None, RunState.FAILED),
        (ExitCode.SIGTERM, ExitCode.SIGTERM, RunState.CANCELLED),
        (ExitCode.INTERNAL, None, RunState.FAILED),
    ],
)
def test_the_state_follows_from_the_code(code: ExitCode, stopped: ExitCode | None, expected: RunState) -> None:
    assert run_state(code, stopped) is expected


def test_a_signal_without_a_code_of_its_own_ends_like_a_termination() -> None:
    hurried: list[bool] = []
    stopping = Stopping(lambda: hurried.append(True))
    assert stopping.ask(12) is True
    assert stopping.code is ExitCode.SIGTERM
    assert hurried == []
    assert stopping.ask(2) is False
    assert hurried == [True]
    assert (stopping.code, stopping.at_once) == (ExitCode.SIGTERM, True)
