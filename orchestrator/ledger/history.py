"""Questions about all runs together: what is done, how long it takes, what is unfinished, what was undone."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from msgspec import Struct

from orchestrator.errors import UsageError
from orchestrator.ledger.rows import (
    CHANGE,
    ENDINGS,
    ROLLED_BACK,
)
from orchestrator.models.plan import Checks
from orchestrator.models.record import LastSuccess, Measured
from orchestrator.models.status import OutcomeKind

ATTEMPTS_THAT_COUNT = 5  # the median of so many attempts is the expected time of a task
GOOD = frozenset({OutcomeKind.CHANGED.value, OutcomeKind.UNCHANGED.value})


class Definitions:
    """Under which definition an attempt ran: a resume may have brought a newer one since."""

    def __init__(self, given: Iterable[tuple[str, int, Iterable[tuple[str, str]]]]) -> None:
        """Take (run, number of the row, (task, definition) pairs), oldest first."""
        self._given: defaultdict[str, list[tuple[int, dict[str, str]]]] = defaultdict(list)
        for run, seq, tasks in given:
            self._given[run].append((seq, dict(tasks)))  # pairs come as lists out of JSON

    def at(self, run: str, task: str, seq: int) -> str:
        """Return the newest definition of the task that was given before row `seq`; "" when there is none."""
        for given, tasks in reversed(self._given[run]):
            if given < seq and task in tasks:
                return tasks[task]
        return ""


class Success(NamedTuple):
    """An attempt that ended well, in the words of its row; a tuple, for there are as many as tasks."""

    seq: int
    run: str
    task: str
    attempt: int
    state: str
    body: Mapping[str, Any]


class UndoneMark(Struct, frozen=True, kw_only=True):
    """Row `seq` says that run `by` took the changes of `task` in `run` back."""

    seq: int
    run: str
    task: str
    by: str


def standing_marks(marks: Iterable[UndoneMark]) -> tuple[UndoneMark, ...]:
    """Return the marks that hold: an undo that was undone itself takes nothing back."""
    holding: dict[tuple[str, str], UndoneMark] = {}
    kept = []
    for mark in sorted(marks, key=lambda mark: -mark.seq):
        if (mark.by, mark.task) in holding:
            continue
        holding.setdefault((mark.run, mark.task), mark)
        kept.append(mark)
    return tuple(reversed(kept))


def undone_at(run: str, marks: Iterable[UndoneMark]) -> dict[str, UndoneMark]:
    """Return, per task of the run, the last mark that took its changes back."""
    return {mark.task: mark for mark in marks if mark.run == run}


def undone_runs(marks: Iterable[UndoneMark], changed: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Return the runs of which no change is left; `changed` holds (run, task) of attempts that changed something."""
    taken_back = {(mark.run, mark.task) for mark in marks}
    if not taken_back:
        return frozenset()
    left = {run for run, task in changed if (run, task) not in taken_back}
    return frozenset(run for run, _ in taken_back) - left


def last_successes(
    successes: Iterable[Success], marks: Iterable[UndoneMark], definitions: Definitions
) -> dict[str, LastSuccess]:
    """Return the newest success that holds, per task.

    `successes` come in the order of their rows, those of tasks with a mark all of them. An undo takes the success
    of its run away, and with it the later ones that found everything as it should be: it is so no longer.
    """
    by_task: defaultdict[str, deque[UndoneMark]] = defaultdict(deque)
    for mark in marks:
        by_task[mark.task].append(mark)
    standing: defaultdict[str, list[Success]] = defaultdict(list)
    for success in successes:
        waiting, kept = by_task.get(success.task), standing[success.task]
        if waiting is None:
            kept[:] = [success]
            continue
        while waiting and waiting[0].seq < success.seq:
            _take_away(kept, waiting.popleft().run)
        kept.append(success)
    for task, waiting in by_task.items():
        for mark in waiting:
            _take_away(standing[task], mark.run)
    return {task: _last(kept[-1], definitions) for task, kept in standing.items() if kept}


def _take_away(successes: list[Success], run: str) -> None:
    kept: list[Success] = []
    fallen = False
    for success in successes:
        if success.state == OutcomeKind.CHANGED:
            fallen = success.run == run
        if not fallen and success.run != run:
            kept.append(success)
    successes[:] = kept


def _last(success: Success, definitions: Definitions) -> LastSuccess:
    said = success.body.get
    return LastSuccess(
        task=success.task,
        run=success.run,
        definition=definitions.at(success.run, success.task, success.seq),
        fingerprint=said("fingerprint"),
        seconds=said("seconds"),
        outputs=said("outputs", {}),
        seq=success.seq,
    )


def medians(times: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Return the median per task of its last `ATTEMPTS_THAT_COUNT` times; times come oldest first."""
    last: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=ATTEMPTS_THAT_COUNT))
    for task, seconds in times:
        last[task].append(seconds)
    return {task: _median(found) for task, found in last.items()}


def scope_medians(measured: Iterable[tuple[str, Mapping[str, Any]]], checks: Mapping[str, Checks]) -> dict[str, float]:
    """Return, per scope, the median of what its whole checkpoint took in the last runs that measured just these checks.

    `measured` are runs with the bodies of their measurements, oldest first; what a run measured twice counts once.
    """
    times: dict[tuple[str, str], dict[tuple[str, str], float]] = {}
    for run, body in measured:
        if "seconds" in body:
            times.setdefault((body["scope"], run), {})[body["type"], body["title"]] = body["seconds"]
    return medians(
        (scope, sum(each.values())) for (scope, _), each in times.items() if each.keys() == checks.get(scope)
    )


def last_measurements(measured: Iterable[Measured]) -> tuple[Measured, ...]:
    """Return the newest measurement of each check of a group or phase; `measured` comes oldest first."""
    newest = {(each.scope, each.type, each.title): each for each in measured}
    return tuple(each for each in newest.values() if each.scope.startswith(("group ", "phase ")))


def _median(times: Iterable[float]) -> float:
    """Return the middle of some times. Not `statistics.median`: importing that takes longer than `status`'s answer."""
    ordered = sorted(times)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def unfinished(rows: Iterable[tuple[str, str, str, int]]) -> tuple[tuple[str, str, int], ...]:
    """Return the attempts that intended changes and have no end; rows are (kind, run, task, attempt) in order."""
    intended: dict[tuple[str, str, int], None] = {}
    ended: set[tuple[str, str, int]] = set()
    for kind, run, task, attempt in rows:
        if kind == CHANGE:
            intended[run, task, attempt] = None
        elif kind in ENDINGS or kind == ROLLED_BACK:
            ended.add((run, task, attempt))
    return tuple(attempt for attempt in intended if attempt not in ended)


def match_run(prefix: str, runs: Iterable[str]) -> str:
    """Return the one run whose id starts so; UsageError names the candidates or the nearest."""
    known = list(runs)
    if prefix in known:
        return prefix
    found = [run for run in known if run.startswith(prefix)] if prefix else []
    if len(found) == 1:
        return found[0]
    if found:
        message = f'"{prefix}" stands for {len(found)} runs: {", ".join(found[:5])}'
        raise UsageError(message, hint="type more of the id")
    from difflib import get_close_matches

    near = get_close_matches(prefix, known, n=1, cutoff=0.5)
    hint = f'did you mean "{near[0]}"?' if near else "`orchestrate history` lists the runs"
    message = f'there is no run "{prefix}"'
    raise UsageError(message, hint=hint)
