"""What the tests of the workspace share: a ledger that keeps facts in a list, and hashes of whole trees."""

import hashlib
import os
import stat
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from orchestrator.contracts import Finished
from orchestrator.models.record import (
    AttemptEnded,
    AttemptRecord,
    AttemptStarted,
    ChangesIntended,
    ChangesRolledBack,
    Fact,
    RecordedChange,
    RunRecord,
    TaskRecord,
)
from orchestrator.models.status import RunState, TaskState

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
RUN = "run-1"


class FactList:
    """A ledger in a list; its records are made from the facts alone."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []

    def append(self, facts: Sequence[Fact]) -> "Future[None]":
        self.facts += facts
        done: Future[None] = Future()
        done.set_result(None)
        return done

    def changes(self, run: str = RUN) -> tuple[RecordedChange, ...]:
        found: list[RecordedChange] = []
        for fact in self.facts:
            if isinstance(fact, ChangesIntended) and fact.run == run:
                found += [
                    RecordedChange(
                        seq=len(found) + at,
                        task=fact.task,
                        attempt=fact.attempt,
                        change=change,
                        external=fact.external,
                    )
                    for at, change in enumerate(fact.changes)
                ]
            if isinstance(fact, ChangesRolledBack) and fact.run == run:
                found = [
                    replace(each, state="rolled_back")
                    if (each.task, each.attempt) == (fact.task, fact.attempt)
                    else each
                    for each in found
                ]
        return tuple(found)

    def read_run(self, run: str) -> RunRecord:
        started = [fact for fact in self.facts if isinstance(fact, AttemptStarted) and fact.run == run]
        ended = {(fact.task, fact.attempt) for fact in self.facts if isinstance(fact, AttemptEnded) and fact.run == run}
        tasks: dict[str, list[AttemptRecord]] = {}
        for fact in started:
            end = fact.time if (fact.task, fact.attempt) in ended else None
            tasks.setdefault(fact.task, []).append(AttemptRecord(number=fact.attempt, started=fact.time, ended=end))
        return RunRecord(
            id=run,
            kind="run",
            started=NOON,
            state=RunState.INTERRUPTED,
            command=("run",),
            plan={},
            tasks=tuple(
                TaskRecord(id=task, definition="", state=TaskState.INTERRUPTED, attempts=tuple(attempts))
                for task, attempts in tasks.items()
            ),
            changes=self.changes(run),
        )

    def unfinished_changes(self) -> tuple[tuple[str, str, int], ...]:
        ended = {(fact.run, fact.task, fact.attempt) for fact in self.facts if isinstance(fact, AttemptEnded)}
        runs = dict.fromkeys(fact.run for fact in self.facts if isinstance(fact, ChangesIntended))
        found = dict.fromkeys(
            (run, each.task, each.attempt) for run in runs for each in self.changes(run) if each.state == "made"
        )
        return tuple(each for each in found if each not in ended)


def tree_hash(root: Path) -> str:
    """Return a hash of every path below the root with its kind, mode and content, without state and git folders."""
    digest = hashlib.sha256()
    for line in sorted(listing(root)):
        digest.update(line + b"\n")
    return digest.hexdigest()


def listing(root: Path) -> list[bytes]:
    """Return one line per path below the root."""
    lines = []
    for folder, folders, files in os.walk(os.fsencode(root)):
        if os.path.samefile(folder, root):
            folders[:] = [name for name in folders if name not in (b".git", b".orchestrate")]
        for name in [*folders, *files]:
            place = os.path.join(folder, name)
            status = os.lstat(place)
            if stat.S_ISLNK(status.st_mode):
                content = b"-> " + os.readlink(place)
            elif stat.S_ISREG(status.st_mode):
                with open(place, "rb") as file:
                    content = hashlib.sha256(file.read()).hexdigest().encode()
            else:
                content = b""
            lines.append(b"%s %o %s" % (os.path.relpath(place, os.fsencode(root)), status.st_mode, content))
    return lines


def finished(code: int = 0) -> Finished:
    """Return the end of a command."""
    return Finished(exit_code=code, seconds=0.0, tail="", output_bytes=0)
