"""`orchestrate logs`: what a task printed; without a task, what the failures of a run printed."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from orchestrator.cli.options import Common, option
from orchestrator.cli.options import command as as_command
from orchestrator.cli.places import STATE, find_root
from orchestrator.cli.state import chosen_run, open_to_read
from orchestrator.errors import ExitCode, UsageError
from orchestrator.models.record import AttemptRecord, RunRecord, TaskRecord
from orchestrator.models.status import TaskState
from orchestrator.sanitize import coloured, line

_LOOK_AGAIN = 0.2  # seconds between two looks of --follow


@as_command
def command(
    common: Common,
    task: Annotated[str | None, typer.Argument(help="a task (default: all that failed)")] = None,
    run: Annotated[str | None, option("--run", help="the beginning of a run's id", envvar=None)] = None,
    attempt: Annotated[int | None, option("--attempt", help="this attempt (default: the newest)", min=1)] = None,
    tail: Annotated[int, option("--tail", help="only so many last lines, 0 = all", min=0, envvar=None)] = 0,
    path: Annotated[bool, option("--path", help="print where the log is", envvar=None)] = False,
    follow: Annotated[bool, option("--follow", "-f", help="go on while the task runs", envvar=None)] = False,
) -> int:
    """Show logs: the bytes that a task printed, secrets masked."""
    root = find_root(common)
    ledger = open_to_read(root)
    record = chosen_run(ledger, run, kind="run")
    chosen = _chosen(record, task, attempt)
    if not chosen:
        sys.stdout.write(f"run {record.id}: nothing failed; `orchestrate logs TASK` shows a task's output\n")
        return ExitCode.OK
    for entry, which in chosen:
        file = root / STATE / which.log if which.log else None
        if path:
            sys.stdout.write(f"{file or '(no output)'}\n")
            continue
        if len(chosen) > 1 or task is None:
            sys.stdout.write(f"== {entry.id}, attempt {which.number}: {line(which.summary)}\n")
        _print(file, which, tail)
    if follow and task is not None and not path:
        _follow(record.id, task, root)
    return ExitCode.OK


def _chosen(record: RunRecord, task: str | None, number: int | None) -> list[tuple[TaskRecord, AttemptRecord]]:
    if task is None:
        failed = [entry for entry in record.tasks if entry.state is TaskState.FAILED and entry.attempts]
        return [(entry, entry.attempts[-1]) for entry in failed]
    found = next((entry for entry in record.tasks if entry.id == task), None)
    if found is None:
        message = f"run {record.id} has no task {task!r}"
        raise UsageError(message, hint="`orchestrate status --all` names its tasks")
    if not found.attempts:
        message = f"task {task} was not attempted in run {record.id}: {found.state} {found.reason}".rstrip()
        raise UsageError(message, hint=f"`orchestrate explain {task}` says why")
    wanted = [each for each in found.attempts if number is None or each.number == number]
    if not wanted:
        numbers = ", ".join(str(each.number) for each in found.attempts)
        message = f"task {task} has no attempt {number}"
        raise UsageError(message, hint=f"its attempts: {numbers}")
    return [(found, wanted[-1])]


def _print(file: Path | None, attempt: AttemptRecord, tail: int) -> None:
    """Write a log; a task without one (it printed nothing) shows what it said about itself."""
    if file is None or not file.is_file():
        text = attempt.detail or attempt.summary
        sys.stdout.write(_shown(f"{text}\n") if text else "(no output)\n")
        return
    for chunk in _lines(file, tail):
        sys.stdout.write(_shown(chunk))


def _lines(file: Path, tail: int) -> Iterator[str]:
    with file.open(encoding="utf-8", errors="replace", newline="") as stream:
        if not tail:
            yield from stream
            return
        from collections import deque

        yield from deque(stream, maxlen=tail)


def _follow(run: str, task: str, root: Path) -> None:
    """Print what is added to the task's log until its attempt ends."""
    shown: dict[str, int] = {}
    while True:
        ledger = open_to_read(root)
        entry = next(each for each in ledger.read_run(run).tasks if each.id == task)
        ledger.close()
        log = root / STATE / "logs" / run / f"{task}.{len(entry.attempts)}.log"
        if log.is_file():
            with log.open("rb") as stream:
                stream.seek(shown.setdefault(str(log), log.stat().st_size))
                added = stream.read()
            shown[str(log)] += len(added)
            sys.stdout.write(_shown(added.decode("utf-8", "replace")))
            sys.stdout.flush()
        if entry.state is not TaskState.RUNNING:
            return
        time.sleep(_LOOK_AGAIN)


def _shown(text: str) -> str:
    """Return output for a terminal without what steers it; for a pipe as the task printed it."""
    return coloured(text) if sys.stdout.isatty() else text
