"""Short ways to write facts, and a ledger with a bit of everything in it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from orchestrator.ledger.memory import MemoryLedger
from orchestrator.ledger.sqlite import SqliteLedger
from orchestrator.models.facts import (
    ApprovalGiven,
    AttemptEnded,
    AttemptStarted,
    ChangesIntended,
    ChangesRolledBack,
    ChangesUndone,
    Fact,
    FilesAdopted,
    RunEnded,
    RunResumed,
    RunStarted,
    TaskEnded,
    TaskWaiting,
)
from orchestrator.models.record import Change, Measured
from orchestrator.models.status import FailureClass, OutcomeKind, RunState, TaskState

START = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)


@dataclass(frozen=True)
class Ledgers:
    """One to write facts to, one to read them from."""

    write: MemoryLedger | SqliteLedger
    read: MemoryLedger | SqliteLedger

    def append(self, *facts: Fact) -> None:
        """Write facts and wait until they are durable."""
        self.write.append(facts).result(timeout=20)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def started(run: str = "r1", tasks: tuple[str, ...] = ("1.1", "1.2"), **fields: Any) -> RunStarted:
    named: dict[str, Any] = {
        "kind": "run",
        "time": START,
        "command": ("orchestrate", "run"),
        "plan": {"tasks": list(tasks)},
        "tasks": tuple((task, f"def {task}") for task in tasks),
    }
    return RunStarted(run=run, **{**named, **fields})


def resumed(run: str = "r1", again: tuple[str, ...] = (), tasks: tuple[tuple[str, str], ...] = ()) -> RunResumed:
    return RunResumed(run=run, time=at(100), again=again, tasks=tasks)


def ended(run: str = "r1", state: RunState = RunState.SUCCEEDED, exit_code: int = 0) -> RunEnded:
    return RunEnded(run=run, time=at(60), state=state, exit_code=exit_code, seconds=60.5)


def attempt(task: str = "1.1", number: int = 1, run: str = "r1") -> AttemptStarted:
    return AttemptStarted(run=run, task=task, attempt=number, time=at(1))


def attempt_end(
    task: str = "1.1",
    kind: OutcomeKind = OutcomeKind.CHANGED,
    number: int = 1,
    run: str = "r1",
    seconds: float = 2.5,
    **fields: Any,
) -> AttemptEnded:
    return AttemptEnded(run=run, task=task, attempt=number, time=at(3), kind=kind, seconds=seconds, **fields)


def task_end(task: str = "1.1", state: TaskState = TaskState.CHANGED, run: str = "r1", **fields: Any) -> TaskEnded:
    return TaskEnded(run=run, task=task, state=state, time=at(3), **fields)


def waits(task: str = "1.1", question: str = "deployed?", run: str = "r1") -> TaskWaiting:
    return TaskWaiting(run=run, task=task, time=at(4), question=question)


def approval(task: str = "1.1", decision: str = "approved", run: str = "r1", **fields: Any) -> ApprovalGiven:
    return ApprovalGiven(run=run, task=task, time=at(50), decision=decision, **{"by": "ada", **fields})


def change(path: str = "a.txt", before: str | None = None, after: str | None = "b" * 64, **fields: Any) -> Change:
    return Change(path=path, before=before, after=after, **fields)


def intended(*changes: Change, task: str = "1.1", number: int = 1, run: str = "r1", external: bool = False) -> Fact:
    return ChangesIntended(run=run, task=task, attempt=number, changes=changes, external=external)


def rolled_back(task: str = "1.1", number: int = 1, run: str = "r1") -> Fact:
    return ChangesRolledBack(run=run, task=task, attempt=number, time=at(5))


def undone(task: str = "1.1", run: str = "r1", by: str = "u1") -> Fact:
    return ChangesUndone(run=run, task=task, by_run=by)


def done(task: str = "1.1", run: str = "r1", state: TaskState = TaskState.CHANGED, **fields: Any) -> tuple[Fact, ...]:
    """Return the facts of a task that ran once and ended in this state."""
    return (
        attempt(task, run=run),
        attempt_end(task, OutcomeKind(state.value), run=run, **fields),
        task_end(task, state, run=run, reason=fields.get("summary", "")),
    )


def measured(run: str = "r1", **fields: Any) -> Measured:
    named: dict[str, Any] = {"scope": "phase 1", "time": at(55), "type": "coverage", "title": "lines", "ok": True}
    return Measured(run=run, **{**named, **fields})


def everything(run: str = "r1") -> tuple[Fact, ...]:
    """Return a history with at least one fact of each kind."""
    return (
        started(run, tasks=tuple(f"1.{number}" for number in range(1, 9))),
        attempt("1.1", run=run),
        intended(change(), change("b/c.txt", "a" * 64, None, folders=("b",), mode_before=0o644), run=run),
        attempt_end(
            "1.1", run=run, summary="edited", log="logs/x.log", outputs={"n": [1, {"é": None}]}, fingerprint="f"
        ),
        task_end("1.1", run=run, reason="edited"),
        attempt("1.2", run=run),
        intended(change("x", kind="link"), task="1.2", run=run, external=True),
        rolled_back("1.2", run=run),
        attempt_end(
            "1.2", OutcomeKind.FAILED, run=run, failure=FailureClass.TRANSIENT, exit_code=-9, detail="boom\udce9"
        ),
        attempt("1.2", 2, run=run),
        attempt_end("1.2", OutcomeKind.FAILED, 2, run=run, failure=FailureClass.FAILED, exit_code=1),
        task_end("1.2", TaskState.FAILED, run=run, reason="exit code 1"),
        task_end("1.3", TaskState.BLOCKED, run=run, reason="1.2 failed", cause="1.2"),
        waits("1.4", run=run),
        approval("1.4", run=run, note="looks good", evidence="shot.png"),
        task_end("1.5", TaskState.UNCHANGED, run=run, reason="up to date"),
        measured(run, value=81.5, limit=80.0, unit="%", source="coverage.json", message="fine", details={"files": 3}),
        measured(run, ok=False, message="cannot be measured"),
        FilesAdopted(run=run, time=at(56), paths=("a.txt",)),
        attempt("1.6", run=run),
        ended(run, RunState.CANCELLED, 130),
        resumed(run, again=("1.4", "1.6"), tasks=(("1.4", "newer"),)),
        *done("1.4", run, TaskState.CHANGED)[1:],
    )
