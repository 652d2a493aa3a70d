"""Fences around foreign code: limits of the kernel, an audit hook, a time limit per call, no way to end the process.

An audit hook is a seat belt, not a wall: native code passes it by. Where the kernel allows, the whole process also has
a network namespace of its own (the parent sees to that). What holds in any case: the parent ends what is left.
"""

import builtins
import contextlib
import faulthandler
import os
import signal
import sys
import threading
import time
import types
from collections.abc import Iterator
from typing import Any, NoReturn

from .in_vain import grant_in_vain
from .limits import bound_memory, memory_limits, set_memory_limits
from .stopwatch import Stopwatch

_FORBIDDEN = frozenset(
    [
        "socket.connect",
        "socket.bind",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "socket.sendto",
        "subprocess.Popen",
        "os.system",
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "os.kill",
        "os.killpg",
        "pty.spawn",
        "signal.pthread_kill",
        "webbrowser.open",
        "urllib.Request",
        "ftplib.connect",
        "smtplib.connect",
        "syslog.openlog",
        "fcntl.lockf",
        "resource.setrlimit",
        "sys.addaudithook",
    ]
)
# The first arguments are paths or open files; allowed below the temporary folder.
_PATHS = frozenset(
    [
        "os.remove",
        "os.rename",
        "os.rmdir",
        "os.mkdir",
        "os.truncate",
        "shutil.rmtree",
        "shutil.move",
        "shutil.copyfile",
        "os.utime",
        "os.chmod",
        "os.chown",
        "os.link",
        "os.symlink",
    ]
)
_PAIRS = frozenset(["os.rename", "os.link", "os.symlink", "shutil.move", "shutil.copyfile"])
_NAMES = (int, str, bytes, os.PathLike)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_WAITING = 3
_TELLING = 0.2  # seconds until the parent is told again how long this process stood in line
_IMPORT_SECONDS = 60.0
_SLEEP = 0.05  # seconds that a call may sleep where sleeping is no part of a test


class Blocked(BaseException):
    """The code under test tried what a unit test must not do. Not an Exception, so that few handlers swallow it."""


class TooSlow(BaseException):
    """A call took longer than its limit."""


class Fence:
    """What is forbidden while `is_up`; `attempts` are the events that were refused."""

    def __init__(self, writable: str, stopwatch: Stopwatch) -> None:
        self.stopwatch = stopwatch
        self.is_up = False
        self.was_slow = False  # what ran inside it last, by its seconds
        self.is_importing = False  # a module may make its database beside the others, a call may not
        self.attempts: list[str] = []
        self._writable = os.path.realpath(writable) + os.sep
        self._clock = False
        self._until = 0.0  # by the stopwatch
        self._slept = 0.0
        self.fork = os.fork  # ours, for mutants

    def install(self) -> None:
        """Put the audit hook and the limits of the process in place; they stay."""
        sys.addaudithook(self._audit)
        signal.signal(signal.SIGALRM, self._on_alarm)
        signal.signal(signal.SIGPROF, self._on_spent)
        os._exit = _refuse_to_exit  # it raises no audit event
        grant_in_vain(
            lambda: self.is_up and self.is_importing, lambda: self.is_up and not self.is_importing, self._may_write
        )
        faulthandler.disable()

    def refuse_sleep(self) -> None:
        """End a call as too slow once it asks to sleep, instead of waiting for it."""
        sleep, main = time.sleep, threading.main_thread()

        def asleep(seconds: Any) -> None:
            if self.is_up and not self.is_importing and threading.current_thread() is main:
                self._slept += seconds
                if self._slept > _SLEEP:
                    raise TooSlow
            sleep(seconds)

        time.sleep = asleep

    @contextlib.contextmanager
    def importing(self) -> Iterator[None]:
        """Keep the fence up while a module is imported."""
        before, self.is_importing = self.is_importing, True
        try:
            with self.raised(_IMPORT_SECONDS):
                yield
        finally:
            self.is_importing = before

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.is_up:
            return
        if event == "open":
            path, mode, flags = (*arguments, None, None)[:3]
            writes = bool(set("wax+") & set(mode)) if isinstance(mode, str) else bool((flags or 0) & _WRITING)
            if writes and not self._may_write(path):
                self._refuse("writing a file")
        elif event in _PATHS:
            named = arguments[: 2 if event in _PAIRS else 1]
            if not all(self._may_change(path) for path in named if isinstance(path, _NAMES)):
                self._refuse(event)
        elif event == "sqlite3.connect":
            if arguments[0] != ":memory:" and not (self.is_importing and self._may_write(arguments[0])):
                self._refuse(event)
        elif event in _FORBIDDEN:
            self._refuse(event)

    def _may_change(self, path: object) -> bool:
        """Say whether a file may get another name, mode or length: not a device, nor what came here as open."""
        if isinstance(path, int):
            try:
                path = os.readlink(f"/proc/self/fd/{int(path)}")
            except OSError:  # not open: the call fails by itself
                return True
        return os.fsdecode(path) != os.devnull and self._may_write(path)  # type: ignore[arg-type]  # one of _NAMES

    def _may_write(self, path: object) -> bool:
        if isinstance(path, int):
            return True
        try:
            text = os.fsdecode(path)  # type: ignore[arg-type]  # whatever is no path raises
        except (TypeError, ValueError):
            return True
        return text == os.devnull or (os.path.realpath(text) + os.sep).startswith(self._writable)

    def _refuse(self, event: str) -> NoReturn:
        self.attempts.append(event)
        if self.is_importing:  # libraries try out what there is, and live without it
            raise PermissionError(event)
        raise Blocked(event)

    def _on_spent(self, _signum: int, _frame: types.FrameType | None) -> None:
        if self._clock:
            self.was_slow = True
            raise TooSlow

    def _on_alarm(self, _signum: int, _frame: types.FrameType | None) -> None:
        now = self.stopwatch.now()  # asked in any case: that tells the parent how long this process stood in line
        if self._clock and now >= self._until:
            self.was_slow = True
            raise TooSlow

    @contextlib.contextmanager
    def raised(self, seconds: float) -> Iterator[None]:
        """Keep the fence up and the clock running; an interruption that is swallowed comes again.

        `seconds` are those of the processor, so that a busy machine changes nothing; whoever only waits gets three
        times as long by the stopwatch. Inside a fence that is up already nothing changes. What takes more memory than
        a test should gets a MemoryError at once.
        """
        if self.is_up:
            yield
            return
        self.attempts = []
        self.was_slow = False
        self._slept = 0.0
        self._until = self.stopwatch.now() + seconds * _WAITING
        limits = memory_limits() if self.is_importing else bound_memory()
        self._clock = self.is_up = True
        signal.setitimer(signal.ITIMER_PROF, seconds, 0.05)
        _, every = signal.setitimer(signal.ITIMER_REAL, min(seconds * _WAITING, _TELLING), 0.05)
        try:
            yield
        finally:
            self._clock = self.is_up = False
            set_memory_limits(limits)
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.setitimer(signal.ITIMER_REAL, every, every)


def _refuse_to_exit(status: int = 0) -> NoReturn:
    message = f"os._exit({status})"
    raise Blocked(message)


class Surroundings:
    """What calls of foreign code may have changed for everybody, and how to put it back."""

    def __init__(self) -> None:
        self._builtins = dict(vars(builtins))
        self._environ = dict(os.environ)
        self._raw = dict(os.environ._data)  # type: ignore[attr-defined]  # the bytes behind it
        self._folder = os.getcwd()
        self._path = list(sys.path)
        self._recursion = sys.getrecursionlimit()
        self._threads = set(threading.enumerate())
        self._signals = {
            number: signal.getsignal(number)
            for number in (signal.SIGALRM, signal.SIGPROF, signal.SIGINT, signal.SIGTERM)
        }

    def restore(self) -> bool:
        """Put everything back; False when threads are left that were not there before."""
        present = vars(builtins)
        if present != self._builtins:
            for name in set(present) - set(self._builtins):
                del present[name]
            present.update(self._builtins)
        if os.environ._data != self._raw:  # type: ignore[attr-defined]  # comparing the mapping itself is slow
            os.environ.clear()
            os.environ.update(self._environ)
        if sys.path != self._path:
            sys.path[:] = self._path
        with contextlib.suppress(OSError):
            if os.getcwd() != self._folder:
                os.chdir(self._folder)
        sys.setrecursionlimit(self._recursion)
        for number, handler in self._signals.items():
            if signal.getsignal(number) is not handler:
                signal.signal(number, handler)
        if threading.active_count() == len(self._threads):
            return True
        left = [thread for thread in threading.enumerate() if thread not in self._threads]
        for thread in left:  # one that is about to end may do so
            thread.join(0.1)
        alive = {thread for thread in left if thread.is_alive()}
        self._threads |= alive  # told once: it is neither waited for again nor blamed on the next call
        return not alive
