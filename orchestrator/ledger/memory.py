"""A ledger that lasts as long as the process: dry runs and tests."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from heapq import merge
from threading import Lock

from orchestrator.errors import DecisionRefused
from orchestrator.ledger import history
from orchestrator.ledger.drafts import drafts
from orchestrator.ledger.history import ATTEMPTS_THAT_COUNT, GOOD, Definitions, Success, UndoneMark
from orchestrator.ledger.projection import (
    RUN_ROWS,
    STANDING_ROWS,
    RunBuilder,
    anybody,
    is_told_by_its_own_rows,
    standing,
)
from orchestrator.ledger.questions import TELLING, questions, refuse_unwanted
from orchestrator.ledger.rows import (
    APPROVAL,
    ATTEMPT_STARTED,
    ENDINGS,
    FENCED,
    MEASURED,
    RUN_RESUMED,
    RUN_STARTED,
    UNDONE,
    Draft,
    FactRefused,
    Row,
    measured_of,
)
from orchestrator.models.facts import Fact
from orchestrator.models.plan import Checks
from orchestrator.models.record import ApprovalRecord, LastSuccess, Measured, RunRecord, RunSummary
from orchestrator.models.status import OutcomeKind


class MemoryLedger:
    """Keeps the rows in lists; the contract is that of `contracts.Ledger`."""

    def __init__(self, is_alive: Callable[[str], bool] = anybody) -> None:
        self._is_alive = is_alive
        self._lock = Lock()
        self._seq = 0
        self._rows: dict[str, list[Row]] = {}
        # Per run and task the attempts that are recorded, two bits each: sets of tuples cost ten times as much.
        self._fences: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
        # One future serves every append that went well: nobody can change it any more.
        self._done: Future[None] = Future()
        self._done.set_result(None)

    def append(self, facts: Sequence[Fact]) -> "Future[None]":
        """Keep facts in this order, all or none; the future raises FactRefused, and DecisionRefused for a decision."""
        with self._lock:
            try:
                self._keep(list(drafts(facts)))
            except (FactRefused, DecisionRefused) as error:
                refused: Future[None] = Future()
                refused.set_exception(error)
                return refused
        return self._done

    def read_run(self, run: str) -> RunRecord:
        """Return one run, told by its id or the beginning of it; UsageError when there is none."""
        run = history.match_run(run, self._rows)
        undone = history.undone_at(run, self._marks())
        return RunBuilder(undone).add(self._rows[run]).record(alive=self._is_alive(run))

    def find_run(self, prefix: str) -> str:
        """Return the one run whose id starts so; UsageError when it is none or several."""
        return history.match_run(prefix, self._rows)

    def runs(self, limit: int = 0) -> tuple[RunSummary, ...]:
        """Return the runs, newest first; 0 = all."""
        changed = ((success.run, success.task) for success in self._successes(OutcomeKind.CHANGED))
        undone = history.undone_runs(self._marks(), changed)
        newest = list(reversed(self._rows))[: limit or None]
        return tuple(self._summary(run, run in undone) for run in newest)

    def run_kinds(self) -> tuple[tuple[str, str], ...]:
        """Return the id and the kind of each run, newest first; costs little, however much they did."""
        return tuple((run, (rows[0][6] or {})["kind"]) for run, rows in reversed(self._rows.items()))

    def last_successes(self) -> Mapping[str, LastSuccess]:
        """Return the newest success that was not undone, per task id."""
        return history.last_successes(self._good(), self._marks(), self._definitions())

    def durations(self, definitions: Mapping[str, str]) -> Mapping[str, float]:
        """Return the median seconds of each task's last five good attempts, of those under this definition of it."""
        before = self._definitions()
        found: defaultdict[str, deque[Success]] = defaultdict(lambda: deque(maxlen=ATTEMPTS_THAT_COUNT))
        for success in self._good():
            if self._fences[success.run][success.task] & _bit(ATTEMPT_STARTED, success.attempt):
                found[success.task].append(success)
        return history.medians(
            (task, each.body["seconds"])
            for task, last in found.items()
            for each in last
            if before.at(each.run, task, each.seq) == definitions.get(task)
        )

    def checkpoint_durations(self, checks: Mapping[str, Checks]) -> Mapping[str, float]:
        """Return the median seconds of each scope's checkpoint, of the last five runs that measured these checks."""
        return history.scope_medians(((run, row[6] or {}) for run, row in self._log() if row[1] == MEASURED), checks)

    def last_measurements(self) -> tuple[Measured, ...]:
        """Return what each checkpoint measured last, in a run that was carried out."""
        return history.last_measurements(
            measured_of(run, row[5] or 0, row[6] or {}) for run, row in self._log() if row[1] == MEASURED
        )

    def unfinished_changes(self) -> tuple[tuple[str, str, int], ...]:
        """Return (run, task, attempt) of attempts with intended changes and no end."""
        return history.unfinished((row[1], run, row[2] or "", row[3] or 0) for run, row in self._log())

    def approvals(self, run: str) -> tuple[ApprovalRecord, ...]:
        """Return the questions of one run with their answers."""
        return questions(self._rows[history.match_run(run, self._rows)])

    def close(self) -> None:
        """Nothing is waiting to be written."""

    def _keep(self, rows: Sequence[Draft]) -> None:
        self._check(rows)
        for run, kind, task, attempt, state, time, body in rows:
            self._seq += 1
            self._rows.setdefault(run, []).append((self._seq, kind, task, attempt, state, time, body))
            if kind in FENCED:
                self._fences[run][task or ""] |= _bit(kind, attempt or 0)

    def _check(self, rows: Sequence[Draft]) -> None:
        started: set[str] = set()
        fenced: set[tuple[str, str, int]] = set()
        for place, (run, kind, task, attempt, state, *_) in enumerate(rows):
            known = run in self._rows or run in started
            if kind == RUN_STARTED:
                if known:
                    raise FactRefused.because_known(run)
                started.add(run)
            elif not known:
                raise FactRefused.because_unknown(run)
            if kind == APPROVAL:
                refuse_unwanted(task or "", state, self._newest(run, task, rows[:place]))
            if kind in FENCED:
                bit = _bit(kind, attempt or 0)
                if (run, task or "", bit) in fenced or self._fences[run][task or ""] & bit:
                    raise FactRefused.because_known(run, task, attempt)
                fenced.add((run, task or "", bit))

    def _newest(self, run: str, task: str | None, before: Sequence[Draft]) -> tuple[str, str | None] | None:
        """Return kind and state of what was written of a task last; `before` comes with it."""
        for draft in reversed(before):
            if draft[0] == run and draft[2] == task and draft[1] in TELLING:
                return draft[1], draft[4]
        rows = self._rows.get(run, ())
        return next(((row[1], row[4]) for row in reversed(rows) if row[2] == task and row[1] in TELLING), None)

    def _log(self) -> Iterator[tuple[str, Row]]:
        """Yield every row with its run, in the order in which they were written."""
        runs = [[(run, row) for row in rows] for run, rows in self._rows.items()]
        return merge(*runs, key=lambda pair: pair[1][0])

    def _successes(self, *states: str) -> Iterator[Success]:
        for run, (seq, kind, task, attempt, state, _time, body) in self._log():
            if kind in ENDINGS and state in states:
                yield Success(seq=seq, run=run, task=task or "", attempt=attempt or 0, state=state, body=body or {})

    def _good(self) -> Iterator[Success]:
        """Yield the attempts that did what the plan asks for; an undo is none of them."""
        runs = {run for run, rows in self._rows.items() if (rows[0][6] or {})["kind"] == "run"}
        return (success for success in self._successes(*GOOD) if success.run in runs)

    def _marks(self) -> tuple[UndoneMark, ...]:
        return history.standing_marks(
            UndoneMark(seq=row[0], run=run, task=row[2] or "", by=(row[6] or {})["by"])
            for run, rows in self._rows.items()
            for row in rows
            if row[1] == UNDONE
        )

    def _definitions(self) -> Definitions:
        return Definitions(
            (run, row[0], (row[6] or {})["tasks"])
            for run, rows in self._rows.items()
            for row in rows
            if row[1] in (RUN_STARTED, RUN_RESUMED)
        )

    def _summary(self, run: str, undone: bool) -> RunSummary:
        rows = self._rows[run]
        states = {row[2]: standing(row[1], row[4]) for row in rows if row[1] in STANDING_ROWS}
        own = [row for row in rows if row[1] in RUN_ROWS]
        builder = RunBuilder().add(own if is_told_by_its_own_rows(own) else rows)
        return builder.summary(Counter(states.values()), alive=self._is_alive(run), undone=undone)


def _bit(kind: str, attempt: int) -> int:
    return 1 << (2 * attempt + (kind != ATTEMPT_STARTED))
