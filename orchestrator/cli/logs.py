"""`orchestrate logs`: what a task printed; without one, what failures and checkpoints that do not hold printed."""

import sys
import time
from collections import deque
from pathlib import Path
from typing import Annotated

from orchestrator.cli.options import Common, argument, option
from orchestrator.cli.options import command as as_command
from orchestrator.cli.places import STATE, find_root
from orchestrator.cli.present import look_of
from orchestrator.cli.state import chosen_run, reading, refuse_unknown_tasks
from orchestrator.errors import ExitCode, UsageError
from orchestrator.ledger.sqlite import SqliteLedger
from orchestrator.models.record import AttemptRecord, RunRecord, TaskRecord
from orchestrator.models.status import TaskState
from orchestrator.reporters.outline import CheckLine, outline_of
from orchestrator.reporters.summary import check_text
from orchestrator.sanitize import coloured, line

_LAST = 65_536  # bytes of a log that its task may have repeated
_LOOK_AGAIN = 0.2  # seconds between two looks of --follow


@as_command
def command(
    common: Common,
    task: Annotated[str | None, argument(help="a task (default: all that failed, and checkpoints)")] = None,
    run: Annotated[str | None, option("--run", value="RUN", help="the beginning of a run's id", envvar=None)] = None,
    attempt: Annotated[int | None, option("--attempt", help="this attempt (default: the newest)", min=1)] = None,
    tail: Annotated[int, option("--tail", help="only the last N lines, 0 = all", min=0, envvar=None)] = 0,
    path: Annotated[bool, option("--path", help="print the path of the log", envvar=None)] = False,
    follow: Annotated[bool, option("--follow", "-f", help="follow the log while the task runs", envvar=None)] = False,
) -> int:
    """Show logs: the bytes that a task printed, secrets masked, and below `--` what it reports about itself."""
    root = find_root(common)
    with reading(root) as ledger:
        record = chosen_run(ledger, run, kind="run")
        if run is None and task is not None:
            record = _newest_with(ledger, task, record)
    chosen = _chosen(record, task, attempt)
    unmet = _unmet(record) if task is None and not path else []
    if not chosen and not unmet:
        sys.stdout.write(f"run {record.id}: nothing failed; `orchestrate logs TASK` shows a task's output\n")
        return ExitCode.OK
    for entry, which in chosen:
        file = _file_of(root, record, entry, which)
        if path:
            sys.stdout.write(f"{file or '(no output)'}\n")
            continue
        if len(chosen) > 1 or task is None:
            sys.stdout.write(f"== {entry.id}, attempt {which.number}: {line(which.summary)}\n")
        size = _print(file, which, tail)
        _print_detail(file, which)
        if follow and task is not None:
            sys.stdout.flush()
            _follow(root, record.id, task, {file: size} if file is not None else {})
    for check in unmet:
        _print_check(check, tail)
    return ExitCode.OK


def _newest_with(ledger: SqliteLedger, task: str, newest: RunRecord) -> RunRecord:
    """Return the newest run that attempted the task and say when that is not the last run; else the last run."""
    if any(entry.id == task and entry.attempts for entry in newest.tasks):
        return newest
    for run, kind in ledger.run_kinds():
        if kind != "run" or run == newest.id:
            continue
        record = ledger.read_run(run)
        if any(entry.id == task and entry.attempts for entry in record.tasks):
            sys.stderr.write(f"the last run did not attempt {line(task)}; this is of run {record.id}\n")
            return record
    return newest


def _chosen(record: RunRecord, task: str | None, number: int | None) -> list[tuple[TaskRecord, AttemptRecord]]:
    if task is None:
        failed = [entry for entry in record.tasks if entry.state is TaskState.FAILED and entry.attempts]
        return [(entry, entry.attempts[-1]) for entry in failed]
    refuse_unknown_tasks(record, [task])
    found = next(entry for entry in record.tasks if entry.id == task)
    if not found.attempts:
        message = f"task {task} was not attempted in run {record.id}: {found.state} {found.reason}".rstrip()
        raise UsageError(message, hint=f"`orchestrate explain {task}` says why")
    wanted = [each for each in found.attempts if number is None or each.number == number]
    if not wanted:
        numbers = ", ".join(str(each.number) for each in found.attempts)
        message = f"task {task} has no attempt {number}"
        raise UsageError(message, hint=f"its attempts: {numbers}")
    return [(found, wanted[-1])]


def _unmet(record: RunRecord) -> list[CheckLine]:
    """Return the checkpoints of groups and phases that do not hold; those of a task stand in its attempt."""
    checks = outline_of(record).checks
    return [each for each in checks if not each.ok and each.scope.startswith(("group ", "phase "))]


def _print_check(check: CheckLine, tail: int) -> None:
    """Write what does not hold, and the end of what its program printed."""
    sys.stdout.write(f"== {check_text(check, look_of(sys.stdout))}\n")
    said = check.said.splitlines()[-tail:]
    sys.stdout.write(_shown("".join(f"{text}\n" for text in said)))


def _file_of(root: Path, record: RunRecord, entry: TaskRecord, attempt: AttemptRecord) -> Path | None:
    """Return where the output of an attempt lies; one that has not ended yet has not said where."""
    if attempt.log is not None:
        return root / STATE / attempt.log
    return root / STATE / "logs" / record.id / f"{entry.id}.{attempt.number}.log" if attempt.ended is None else None


def _print(file: Path | None, attempt: AttemptRecord, tail: int) -> int:
    """Write a log and return how many bytes it had; a task that printed nothing shows what it said about itself."""
    if file is None or not file.is_file():
        text = attempt.detail or attempt.summary
        if text or attempt.ended is not None:
            sys.stdout.write(_shown(f"{text}\n") if text else "(no output)\n")
        return 0
    size = 0
    last: deque[bytes] = deque(maxlen=tail or None)
    with file.open("rb") as stream:
        for row in stream:
            size += len(row)
            if tail:
                last.append(row)
            else:
                sys.stdout.write(_shown(row.decode("utf-8", "replace")))
    sys.stdout.write(_shown(b"".join(last).decode("utf-8", "replace")))
    return size


def _print_detail(file: Path | None, attempt: AttemptRecord) -> None:
    """Write what the task said about itself, unless that is what it printed last (as of a command that failed)."""
    if not attempt.detail or file is None or not file.is_file():
        return
    printed = file.read_bytes()[-_LAST:].decode("utf-8", "replace")
    said = [text for text in attempt.detail.splitlines() if text.strip() and text.strip() not in printed]
    if said:
        sys.stdout.write(_shown("".join(f"{text}\n" for text in ("--", *said))))


def _follow(root: Path, run: str, task: str, shown: dict[Path, int]) -> None:
    """Print what is added to the task's log until its attempt ends; `shown` says how far each log was printed."""
    while True:
        with reading(root) as ledger:
            record = ledger.read_run(run)
        entry = next(each for each in record.tasks if each.id == task)
        log = _file_of(root, record, entry, entry.attempts[-1])
        if log is not None and log.is_file():
            with log.open("rb") as stream:
                stream.seek(shown.get(log, 0))
                added = stream.read()
            shown[log] = shown.get(log, 0) + len(added)
            sys.stdout.write(_shown(added.decode("utf-8", "replace")))
            sys.stdout.flush()
        if entry.state is not TaskState.RUNNING:
            return
        time.sleep(_LOOK_AGAIN)


def _shown(text: str) -> str:
    """Return output for a terminal without what steers it; for a pipe as the task printed it."""
    return coloured(text) if sys.stdout.isatty() else text
