"""Find out which tests notice which mutants: every mutant lives in a forked child of its own."""

import ast
import contextlib
import gc
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from .deafness import find_deaf, make_deaf
from .loading import ProbedModule
from .mutants import ECHO, Mutable, Mutant, find_echoes, find_gone, find_mutants
from .sandbox import Fence
from .stopwatch import queued_by
from .swapping import Swapper, rebuild_tables

_LONGEST, _LEAST = 6.0, 0.5  # seconds per mutant, however much or little time is left
_MOST_TESTS = 80
_FEW_TESTS = 10  # of those that run a line that importing runs as well
_OTHERS = 40
_MANY = 60  # calls that notice a whole function: a test can be written of some of them only
MUTANT_SEED = 7
_MOST_STEPS = 120_000  # of a test, after which it is taken for endless: twice those of a call that is observed
_MOST_ENDLESS = 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """One mutant, and the numbers of the tests that fail because of it."""

    mutant: Mutant
    killers: tuple[int, ...]
    tried: int

    def as_json(self) -> dict[str, Any]:
        """Describe the mutant and the tests that kill it."""
        return {
            "line": self.mutant.line,
            "kind": self.mutant.kind,
            "killers": self.killers,
            "tried": self.tried,
        }


Fails = Callable[[int], bool]  # whether the test of this number fails now


@dataclass(frozen=True, slots=True)
class Trial:
    """How far to go: `tests` per mutant, stopping at `enough` failures (0: never), none after `until` by the stopwatch.

    Where a mutant changes what importing the module makes, `others` are the tests that do not run its line, beside
    those of `first`. Where it `judges` the tests, mutants of whole functions are shown to all those of which nobody
    knows yet that they assert something, without an end by `enough`.
    """

    until: float
    tests: int = _MOST_TESTS
    others: int = _OTHERS
    first: frozenset[int] = frozenset()
    enough: int = 0
    judges: bool = False


class MutantRunner:
    """Try mutants of one module's source against tests that pass on the original."""

    def __init__(self, probed: ProbedModule, fence: Fence, rebuilt: Callable[[], None] = lambda: None) -> None:
        """`rebuilt` is called in a child whose module got other data."""
        self._source = probed.source
        self._path = probed.path
        self._mutable = Mutable(probed.source)
        self._namespace = vars(sys.modules[probed.name]) if probed.name in sys.modules else {}
        self._imported = _functions_run(probed.source, probed.map.lines_of(probed.import_goals))
        self._fence = fence
        self._recorder = probed.recorder
        self._stopwatch = fence.stopwatch
        self._rebuilt = rebuilt
        self._starts = _statement_starts(probed.source)
        self._swapper: Swapper | None = None
        self.cut_short = False
        self.unasked: set[int] = set()  # tests that were to be judged, and that not every mutant was shown to
        self._tests = 0

    def all(self, limit: int, *, seed: int = MUTANT_SEED) -> list[Mutant]:
        """Return the mutants of the module, a sample of `limit` beside those of whole functions."""
        found = [*find_gone(self._source), *find_deaf(self._source), *find_echoes(self._source)]
        return [*found, *find_mutants(self._source, limit=limit, seed=seed)]

    def run(
        self, mutants: Sequence[Mutant], reaches: Sequence[frozenset[int]], fails: Fails, trial: Trial
    ) -> list[Verdict]:
        """Return a verdict for each mutant; `reaches` are the source lines of each test."""
        by_line: dict[int, list[int]] = {}
        self._tests = len(reaches)
        for number, lines in enumerate(reaches):
            for line in lines:
                by_line.setdefault(line, []).append(number)
        if self._swapper is None:
            self._swapper = Swapper(self._path)
            gc.collect()
            gc.freeze()  # what stands now is shared with the children
        verdicts = []
        telling: set[int] = set()
        for mutant in mutants:
            numbers = self._relevant(mutant, by_line, trial, telling)
            if self.cut_short or self._stopwatch.now() > trial.until:
                self.cut_short = True
                self.unasked.update(numbers if trial.judges else ())
                continue
            answers = self._try(mutant, self._swapper, numbers, fails, trial) if numbers else _Answers()
            self.cut_short = self.cut_short or answers.is_cut
            if trial.judges and (answers.is_cut or _is_whole(mutant)):
                self.unasked.update(set(numbers) - answers.failed - answers.passed)
            if answers.failed or not answers.is_cut:
                verdicts.append(Verdict(mutant, tuple(sorted(answers.failed)), len(numbers)))
            telling |= answers.failed
        return verdicts

    def statement_at(self, line: int) -> tuple[int, int]:
        """Return the first and last line of the statement in which a line is."""
        return self._starts.get(line, (line, line))

    def is_imported(self, mutant: Mutant) -> bool:
        """Say whether importing the module runs a function in which the mutant is."""
        first, last = self.statement_at(mutant.line)
        return bool(self._imported.intersection(range(first, last + 1)))

    def _relevant(
        self, mutant: Mutant, by_line: dict[int, list[int]], trial: Trial, telling: Collection[int]
    ) -> list[int]:
        """Return the numbers of the tests that a mutant is shown to; `telling` ones assert something for sure."""
        if mutant.node < 0:  # a settings class need not have a line that runs
            return list(range(self._tests))
        first, last = self.statement_at(mutant.line)
        found = {number for line in range(first, last + 1) for number in by_line.get(line, ())}
        if trial.judges and _is_whole(mutant):
            return [*sorted(found.difference(telling)), *sorted(found.intersection(telling))[: trial.tests]]
        if self.is_imported(mutant) and not _is_whole(mutant):  # what it makes during the import any test may need
            others = sorted({number for numbers in by_line.values() for number in numbers} - found)
            first_of_all = [each for each in others if each in trial.first]
            return list(
                dict.fromkeys([*sorted(found)[:_FEW_TESTS], *first_of_all, *others[:: len(others) // trial.others + 1]])
            )
        return sorted(found) if _is_whole(mutant) else sorted(found)[: trial.tests]

    def _try(self, mutant: Mutant, swapper: Swapper, tests: list[int], fails: Fails, trial: Trial) -> "_Answers":
        seconds = min(_LONGEST, max(trial.until - self._stopwatch.now(), _LEAST))
        reading, writing = os.pipe()
        child = self._fence.fork()
        if child == 0:
            try:
                os.setpgid(0, 0)
                self._recorder.reset(_MOST_STEPS)
                self._make(mutant, swapper)
                self._answer(tests, fails, writing, _enough(mutant, trial))
            finally:
                _leave(0)
        os.close(writing)
        answer = _read_all(reading, child, seconds)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        self._stopwatch.forgive(child)
        os.waitpid(child, 0)
        had_its_time = seconds == _LONGEST or self._stopwatch.now() <= trial.until
        return _read_answers(answer, tests, had_its_time=had_its_time)

    def _make(self, mutant: Mutant, swapper: Swapper) -> None:
        """Put the mutant in place; one that is not valid Python changes nothing."""
        if mutant.node < 0:
            make_deaf(mutant)
            return
        try:
            swapper.apply(self._mutable.mutated(mutant))
        except (SyntaxError, ValueError):
            return
        if self.is_imported(mutant):
            rebuild_tables(self._namespace, self._mutable.whole, self._path)
            self._rebuilt()

    def _answer(self, tests: list[int], fails: Fails, writing: int, enough: int) -> None:
        """Write the numbers of tests that fail, -2 - number for those that pass, -1 at the end."""
        endless = failures = 0
        for number in tests:
            self._recorder.reset(_MOST_STEPS)
            failed = fails(number)
            os.write(writing, f"{number if failed else -number - 2},".encode())
            endless += failed and (self._recorder.is_spent or self._fence.was_slow)
            failures += failed
            # A mutant that does not end does so whoever calls it.
            if endless >= _MOST_ENDLESS or 0 < enough <= failures:
                break
        os.write(writing, b"-1,")


_leave = os._exit  # before the fence replaces it


@dataclass(frozen=True, slots=True)
class _Answers:
    """The numbers of the tests that failed and passed on a mutant; `is_cut`: others got no time."""

    failed: frozenset[int] = frozenset()
    passed: frozenset[int] = frozenset()
    is_cut: bool = False


def _read_answers(answer: bytes, tests: Sequence[int], *, had_its_time: bool) -> _Answers:
    """Return what a child told; the test at which one hung or died that had its time noticed the mutant."""
    told = [int(each) for each in answer.decode().split(",") if each.lstrip("-").isdigit()]
    failed = {number for number in told if number >= 0}
    passed = {-number - 2 for number in told if number < -1}
    if -1 not in told and had_its_time:
        failed.update([number for number in tests if number not in failed and number not in passed][:1])
    return _Answers(frozenset(failed), frozenset(passed), is_cut=-1 not in told and not had_its_time)


def _enough(mutant: Mutant, trial: Trial) -> int:
    """Return after how many failures nobody else is shown a mutant; 0 is never."""
    if mutant.kind != "gone":
        return trial.enough
    return 0 if trial.judges else max(trial.enough, _MANY)


def _is_whole(mutant: Mutant) -> bool:
    """Say whether a whole function gives something useless."""
    return mutant.kind == "gone" and mutant.change > ECHO


def _read_all(reading: int, child: int, seconds: float) -> bytes:
    """Return what a child writes within `seconds`; those that it stands in line for a processor do not count."""
    begin, data = time.monotonic(), b""
    poll = select.poll()  # `select()` knows no descriptor above 1023: explored code may have left many open
    poll.register(reading, select.POLLIN | select.POLLHUP)
    try:
        while (left := begin + seconds + queued_by(child) - time.monotonic()) > 0:
            if not poll.poll(left * 1000):
                continue
            block = os.read(reading, 1 << 16)
            if not block:
                break
            data += block
    finally:
        os.close(reading)
    return data


def _functions_run(source: str, lines: frozenset[int]) -> frozenset[int]:
    """Return the lines of functions' bodies among those that importing the module runs."""
    bodies: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            bodies.update(range(node.body[0].lineno, (node.end_lineno or node.lineno) + 1))
    return lines & bodies


def _statement_starts(source: str) -> dict[int, tuple[int, int]]:
    """Return for each line the first and last line of the head of the innermost statement that it belongs to."""
    starts: dict[int, tuple[int, int]] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            last = body[0].lineno - 1 if isinstance(body, list) and body and not is_function else node.end_lineno
            last = max(last or node.lineno, node.lineno)
            for line in range(node.lineno, last + 1):
                if line not in starts or starts[line][0] <= node.lineno:
                    starts[line] = (node.lineno, last)
    return starts
