"""The questions of `contracts.Ledger`, answered from the ledger's file."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from orchestrator.ledger import history
from orchestrator.ledger.codec import from_json
from orchestrator.ledger.contents import Compared, Contents, KnownRun, by_run
from orchestrator.ledger.history import ATTEMPTS_THAT_COUNT, Definitions, Success, UndoneMark
from orchestrator.ledger.projection import RUN_ROWS, RunBuilder, is_told_by_its_own_rows, standing
from orchestrator.ledger.questions import questions
from orchestrator.ledger.rows import (
    APPROVAL,
    MEASURED,
    RUN_RESUMED,
    RUN_STARTED,
    TASK_WAITING,
    UNDONE,
    Row,
    measured_of,
)
from orchestrator.ledger.view import Looking
from orchestrator.models.plan import Checks
from orchestrator.models.record import ApprovalRecord, LastSuccess, Measured, RunRecord, RunSummary
from orchestrator.models.status import TaskState

T = TypeVar("T")


class Reader:
    """Reads one state of the file per question, at the same time as somebody else writes it."""

    def __init__(self, path: Path, is_alive: Callable[[str], bool]) -> None:
        self._looking = Looking(path)
        self._is_alive = is_alive
        self._compared = Compared()

    def look(self) -> None:
        """Make sure that the ledger can be read and no fact is missing, without comparing them."""
        self._ask(Contents.count)

    def find_run(self, prefix: str) -> str:
        """Return the one run whose id starts so; UsageError when it is none or several."""
        return self._ask(lambda contents: contents.run(prefix).id)

    def read_run(self, run: str) -> RunRecord:
        """Return one run, told by its id or the beginning of it."""
        return self._ask(lambda contents: self._record(contents, contents.run(run)))

    def runs(self, limit: int = 0) -> tuple[RunSummary, ...]:
        """Return the runs, newest first; 0 = all."""
        return self._ask(lambda contents: self._summaries(contents, contents.runs[-limit:]))

    def run_kinds(self) -> tuple[tuple[str, str], ...]:
        """Return the id and the kind of each run, newest first; costs little, however much they did."""
        return self._ask(lambda contents: tuple((run.id, run.kind) for run in reversed(contents.runs)))

    def last_successes(self) -> Mapping[str, LastSuccess]:
        """Return the newest success that was not undone, per task id."""
        return self._ask(_last_successes)

    def durations(self, definitions: Mapping[str, str]) -> Mapping[str, float]:
        """Return the median seconds of each task's last five good attempts, of those under this definition of it."""
        return self._ask(lambda contents: _durations(contents, definitions))

    def checkpoint_durations(self, checks: Mapping[str, Checks]) -> Mapping[str, float]:
        """Return the median seconds of each scope's checkpoint, of the last five runs that measured these checks."""
        return self._ask(lambda contents: _checkpoint_durations(contents, checks))

    def last_measurements(self) -> tuple[Measured, ...]:
        """Return what each checkpoint measured last, in a run that was carried out."""
        return self._ask(_last_measurements)

    def unfinished_changes(self) -> tuple[tuple[str, str, int], ...]:
        """Return (run, task, attempt) of attempts with intended changes and no end."""
        return self._ask(_unfinished_changes)

    def approvals(self, run: str) -> tuple[ApprovalRecord, ...]:
        """Return the questions of one run with their answers."""

        def asked(contents: Contents) -> tuple[ApprovalRecord, ...]:
            known = contents.run(run)
            contents.compare(known.first)
            rows = (
                row
                for number, row in contents.rows(TASK_WAITING, APPROVAL, first=known.first)
                if number == known.number
            )
            return questions(rows)

        return self._ask(asked)

    def check(self) -> int:
        """Compare everything; return the number of facts. Unusable says what is damaged."""

        def everything(contents: Contents) -> int:
            contents.check_structure()
            contents.compare()
            for _, row in contents.rows(RUN_STARTED, RUN_RESUMED):
                len((contents.whole(row)[6] or {}).get("plan", ()))  # a plan is read when somebody looks into it
            return contents.facts

        return self._ask(everything)

    def close(self) -> None:
        """Give the file back."""
        self._looking.close()

    def _ask(self, question: Callable[[Contents], T]) -> T:
        return self._looking.look(lambda connection: question(Contents(connection, self._compared)))

    def _record(self, contents: Contents, run: KnownRun) -> RunRecord:
        rows = contents.rows_of(run)
        undone = history.undone_at(run.id, _marks(contents, run.first))
        return RunBuilder(undone).add(rows).record(alive=self._is_alive(run.id))

    def _summaries(self, contents: Contents, chosen: tuple[KnownRun, ...]) -> tuple[RunSummary, ...]:
        if not chosen:
            return ()
        first = chosen[0].first
        contents.compare(first)
        undone = _undone_runs(contents, first)
        counts: defaultdict[int, Counter[TaskState]] = defaultdict(Counter)
        for run, kind, state, count in contents.select("standings", first=first):
            counts[run][standing(kind, state)] += count
        rows = by_run(contents.rows(*RUN_ROWS, first=first))
        return tuple(
            RunBuilder()
            .add(_telling(contents, run, rows[run.number]))
            .summary(counts[run.number], alive=self._is_alive(run.id), undone=run.id in undone)
            for run in reversed(chosen)
        )


def _telling(contents: Contents, run: KnownRun, own: list[Row]) -> Iterable[Row]:
    """Return the rows that a summary is made of; `own` are those of the run itself."""
    if is_told_by_its_own_rows(own):
        return map(contents.whole, own)
    return contents.rows_of(run)


def _marks(contents: Contents, first: int = 1) -> tuple[UndoneMark, ...]:
    ids = contents.ids()
    return history.standing_marks(
        UndoneMark(seq=row[0], run=ids[run], task=row[2] or "", by=(row[6] or {})["by"])
        for run, row in contents.rows(UNDONE, first=first)
    )


def _undone_runs(contents: Contents, first: int) -> frozenset[str]:
    marks = _marks(contents, first)
    if not marks:
        return frozenset()
    ids = contents.ids()
    return history.undone_runs(marks, ((ids[run], task) for run, task in contents.select("changed_tasks", first=first)))


def _last_successes(contents: Contents) -> Mapping[str, LastSuccess]:
    contents.compare()
    ids, marks = contents.ids(), _marks(contents)
    marked = {mark.task for mark in marks}
    found = [row for row in contents.select("newest_successes") if row[2] not in marked]
    if marked:
        found += [row for row in contents.select("marked_successes") if row[2] in marked]
    bodies = _parsed([row[5] for row in found])
    successes = [
        Success(seq, ids[run], task, attempt, state, body)
        for (seq, run, task, attempt, state, _), body in zip(found, bodies, strict=True)
    ]
    return history.last_successes(successes, marks, _definitions(contents, {row[1] for row in found}))


def _definitions(contents: Contents, runs: set[int]) -> Definitions:
    ids = contents.ids()
    first = min((run.first for run in contents.runs if run.number in runs), default=1)
    return Definitions(
        (ids[run], row[0], (contents.whole(row)[6] or {})["tasks"])
        for run, row in contents.rows(RUN_STARTED, RUN_RESUMED, first=first)
        if run in runs
    )


def _durations(contents: Contents, definitions: Mapping[str, str]) -> Mapping[str, float]:
    contents.compare()
    ids = contents.ids()
    found = [row for row in contents.select("recent_times", count=ATTEMPTS_THAT_COUNT) if row[2] in definitions]
    before = _definitions(contents, {row[1] for row in found})
    bodies = _parsed([body for *_, body in found])
    return history.medians(
        (task, body["seconds"])
        for (seq, run, task, _), body in zip(found, bodies, strict=True)
        if before.at(ids[run], task, seq) == definitions[task]
    )


def _checkpoint_durations(contents: Contents, checks: Mapping[str, Checks]) -> Mapping[str, float]:
    contents.compare()
    ids = contents.ids()
    return history.scope_medians(((ids[run], row[6] or {}) for run, row in contents.rows(MEASURED)), checks)


def _last_measurements(contents: Contents) -> tuple[Measured, ...]:
    contents.compare()
    ids = contents.ids()
    return history.last_measurements(
        measured_of(ids[run], row[5] or 0, row[6] or {}) for run, row in contents.rows(MEASURED)
    )


def _unfinished_changes(contents: Contents) -> tuple[tuple[str, str, int], ...]:
    contents.compare()
    ids = contents.ids()
    return tuple((ids[run], task, attempt) for run, task, attempt in contents.select("unfinished_changes"))


def _parsed(bodies: list[str]) -> list[Mapping[str, Any]]:
    parsed: list[Mapping[str, Any]] = from_json(f"[{','.join(bodies)}]")
    return parsed
