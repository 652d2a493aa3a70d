"""Carry out one call of the code under test inside the fence, and note how it went."""

import contextlib
import decimal
import io
import linecache
import os
import re
import sys
import types
from dataclasses import dataclass, field
from typing import Any

from .clock import ClockWatch
from .names import Names
from .probes import Recorder
from .read_variables import ReadVariables
from .sandbox import Blocked, Fence, Surroundings, TooSlow
from .settling import settle
from .standing_clock import NO_CLOCK, StandingClock
from .state import KeptData, modules_below
from .stumbling import is_stumble

_CALL_SECONDS = 0.5  # for code without probes; what the probes see is bounded in steps
_MOST_STEPS = 60_000
_WAITING_SECONDS = 0.9
# What the standard library raises about a value that does not fit: pinned also when the project did not raise it.
_ORDINARY = (ValueError, OverflowError, KeyError, StopIteration, StopAsyncIteration, decimal.InvalidOperation)


@dataclass(frozen=True, slots=True)
class Program:
    """Statements, then one expression whose result is observed."""

    call: str
    setup: tuple[str, ...] = ()


@dataclass(slots=True)
class Outcome:
    """How a call went.

    `kind` is value, raised, slow, blocked or ended (it tried to exit). `how` says what had to be done to get the value:
    "" as it is, await, list, collect, lists or collects (of several), with. `is_explicit` tells a raise statement of
    the project from a crash.
    """

    kind: str
    value: Any = None
    how: str = ""
    error: BaseException | None = None
    is_explicit: bool = False
    is_crash: bool = False  # nobody who calls expects this error
    is_program: bool = False  # exiting is one of its ways to end
    is_before: bool = False  # the error came of the steps before the call
    stumbles: bool = False  # the error stands for another one that nobody meant
    printed: str = ""
    what: str = ""
    goals: frozenset[int] = frozenset()
    compared: list[tuple[int, object, object]] = field(default_factory=list)
    left_threads: bool = False
    changed: tuple[tuple[str, str], ...] = ()  # (module, global) whose data the call changed
    variables: tuple[str, ...] = ()  # of the environment that were read

    @property
    def is_usable(self) -> bool:
        """Say whether a test could pin this."""
        is_meant = self.is_explicit or isinstance(self.error, _ORDINARY)
        is_raised = self.kind == "raised" and is_meant and not (self.is_crash or self.is_before or self.stumbles)
        is_exit = self.kind == "ended" and self.is_program and isinstance(self.error, SystemExit)
        return not self.left_threads and (self.kind == "value" or is_raised or is_exit)


class Caller:
    """Run programs with the names of one module."""

    def __init__(
        self, names: Names, fence: Fence, recorder: Recorder, reads: ReadVariables, project: str, clock: StandingClock
    ) -> None:
        self.names, self._reads = names, reads
        self.count = 0
        self.stopwatch = fence.stopwatch
        self._fence = fence
        self._recorder = recorder
        self._watch = ClockWatch(project)
        self.clock = clock
        self._project = os.path.realpath(project) + os.sep
        self._surroundings = Surroundings()
        self._kept = KeptData(modules_below(project))
        self._codes: dict[tuple[str, str], types.CodeType] = {}

    def observe(self, program: Program) -> Outcome:
        """Run a program with its goals and comparisons recorded; once more when seconds tell that it was slow.

        A machine that stalls for a moment, as when a library is read for the first time, does not do so twice.
        """
        self.count += 1
        outcome = self._recorded(program)
        if outcome.kind == "slow" and self._fence.was_slow and not self._recorder.is_spent:
            outcome = self._recorded(program)
        self._recorder.most = 0
        return outcome

    def _recorded(self, program: Program) -> Outcome:
        self._recorder.reset(_MOST_STEPS)
        self._recorder.is_on = True
        self._reads.taken()
        begin = self.stopwatch.now()
        outcome = self._guarded(program, self.names.namespace())
        if self.stopwatch.now() - begin > _WAITING_SECONDS:  # a test must not wait
            self._fence.was_slow, outcome = True, Outcome("slow")
        self._recorder.is_on = False
        outcome.goals = frozenset(self._recorder.goals)
        outcome.compared, outcome.variables = self._recorder.seen, self._reads.taken()
        outcome.left_threads = not self._surroundings.restore()
        outcome.changed = self._kept.restore()
        return outcome

    def keep_anew(self) -> None:
        """Take the data that the project's modules hold now for what they hold between calls."""
        self._kept = KeptData(modules_below(self._project))

    def copyable(self, outcome: Outcome) -> list[tuple[str, str]]:
        """Return (module, global) of the data that a test of this has to put back."""
        return self._kept.copyable(outcome.changed) if outcome.changed else []

    def repeat(self, program: Program) -> Outcome:
        """Run a program again, without recording anything."""
        outcome = self._guarded(program, self.names.namespace())
        self._put_back()
        return outcome

    def reads_clock(self, lines: tuple[str, ...], *, standing: bool = False) -> bool:
        """Say whether the project's code asks for the time when these lines run, of the clock that stands or goes."""
        with self._watch.watching():
            self._run(lines, self.clock if standing else NO_CLOCK)
        return self._watch.was_read

    def check(self, lines: tuple[str, ...], *, seconds: float = 2.0) -> BaseException | None:
        """Run the lines of a test; return what it raised, None when it passed."""
        namespace = {**self.names.namespace(), "capsys": _Captured()}
        try:
            code = self._compile("\n".join(lines), "exec")
            with _quiet(), self.clock.stands(), self._fence.raised(seconds):
                exec(code, namespace)  # noqa: S102 - running tests is what this is for
        except BaseException as error:  # any way of not passing is one
            return error
        finally:
            self._put_back()
        return None

    def run(self, lines: tuple[str, ...]) -> dict[str, Any] | None:
        """Run lines and return the namespace that they leave, None when they fail."""
        return self._run(lines, self.clock)

    def _run(self, lines: tuple[str, ...], clock: StandingClock) -> dict[str, Any] | None:
        namespace = self.names.namespace()
        try:
            with _quiet(), clock.stands(), self._fence.raised(2.0):
                exec(self._compile("\n".join(lines), "exec"), namespace)  # noqa: S102 - as above
        except BaseException:  # any way of failing is one
            return None
        finally:
            self._put_back()
        return namespace

    def _guarded(self, program: Program, namespace: dict[str, Any]) -> Outcome:
        printed, is_before = io.StringIO(), True
        try:
            try:
                with _quiet(printed), self.clock.stands(), self._fence.raised(_CALL_SECONDS):
                    for statement in program.setup:
                        exec(self._compile(statement, "exec"), namespace)  # noqa: S102 - as above
                    is_before = False
                    result = eval(self._compile(program.call, "eval"), namespace)  # noqa: S307 - as above
                    value, how = settle(result)
            except TooSlow:
                return Outcome("slow")
            except Blocked as error:
                return Outcome("blocked", what=str(error))
            except (SystemExit, KeyboardInterrupt) as error:
                return Outcome("ended", error=error, printed=printed.getvalue())
            except BaseException as error:  # whatever foreign code raises is an observation
                explicit, stumbles = self._is_explicit(error), is_stumble(error)
                error.__traceback__ = error.__cause__ = error.__context__ = None
                if self._fence.attempts:
                    return Outcome("blocked", what=self._fence.attempts[0])
                if isinstance(error, MemoryError) and not explicit:  # of ours, or of a machine that has no more
                    return Outcome("slow")
                return Outcome("raised", error=error, is_explicit=explicit, is_before=is_before, stumbles=stumbles)
        except TooSlow:  # it came a moment late
            return Outcome("slow")
        if self._fence.attempts:
            return Outcome("blocked", what=self._fence.attempts[0])
        return Outcome("value", value=value, how=how, printed=printed.getvalue())

    def _put_back(self) -> None:
        self._surroundings.restore()
        self._kept.restore()

    def _compile(self, text: str, mode: str) -> types.CodeType:
        code = self._codes.get((text, mode))
        if code is None:
            code = compile(text, "<test>", mode, dont_inherit=True)
            if len(self._codes) < 20_000:
                self._codes[text, mode] = code
        return code

    def _is_explicit(self, error: BaseException) -> bool:
        """Say whether a raise statement in the project's own files raised this."""
        trace = error.__traceback__
        if trace is None or isinstance(error, AssertionError):
            return False
        while trace.tb_next is not None:
            trace = trace.tb_next
        file = trace.tb_frame.f_code.co_filename
        if not os.path.realpath(file).startswith(self._project) or "site-packages" in file[len(self._project) :]:
            return False
        line = linecache.getline(file, trace.tb_lineno).strip()
        return re.match(r"(raise|else: raise|.*:\s*raise)\b", line) is not None or _continues_raise(
            file, trace.tb_lineno
        )


def _continues_raise(file: str, line: int) -> bool:
    """Say whether a line belongs to a raise statement of several lines."""
    for back in range(1, 8):
        text = linecache.getline(file, line - back).strip()
        if text.startswith("raise ") and text.count("(") > text.count(")"):
            return True
        if not text or text.endswith(":"):
            return False
    return False


class _NoInput(io.TextIOBase):
    """A standard input that nobody types into."""

    def read(self, *_: object) -> str:
        message = "reading from stdin"
        raise OSError(message)

    readline = readlines = __next__ = read  # type: ignore[assignment]  # each of them is refused


class _Captured:
    """What was printed, in the way of pytest's `capsys`."""

    def readouterr(self) -> types.SimpleNamespace:
        texts = []
        for stream in (sys.stdout, sys.stderr):
            texts.append(stream.getvalue() if isinstance(stream, io.StringIO) else "")
            if isinstance(stream, io.StringIO):
                stream.seek(stream.truncate(0))
        return types.SimpleNamespace(out=texts[0], err=texts[1])


@contextlib.contextmanager
def _quiet(printed: io.StringIO | None = None) -> Any:
    before = sys.stdin, sys.stdout, sys.stderr, sys.argv
    sys.stdin, sys.stdout, sys.stderr = _NoInput(), printed or io.StringIO(), io.StringIO()
    sys.argv = ["program"]
    try:
        yield
    finally:
        sys.stdin, sys.stdout, sys.stderr, sys.argv = before
