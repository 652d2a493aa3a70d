"""Start programs on a thread, so that the engine goes on while the kernel loads them.

Whoever starts a program stands still until the kernel has loaded it: a tenth of a millisecond, and many where the
processors are busy with the tasks' own work. `posix_spawn` of the C library does that outside of the interpreter's
lock, so another thread can stand still for us. Where the library cannot do all that we need, `forking` does.

Handing over costs more than an idle machine needs for the start itself; so that is measured, and a slow one gives the
next starts to the thread.
"""

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import TypeAlias

from msgspec import Struct, field

from orchestrator.processes.forking import NOTHING_ENCODED, Encoded, assignments

_NEEDED = ("posix_spawn_file_actions_addchdir_np", "posix_spawn_file_actions_addclosefrom_np")
_FLAGS = 0x04 | 0x80  # POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID
_QUICK = 0.001  # seconds; 0.2 ms on an idle machine, 5 ms and more where the processors are busy
_GIVEN = 32  # starts that the thread makes before it is tried again how long one takes
_MOST_KNOWN = 64  # ways to begin a child
_ROOM = 1024  # bytes; more than any of the library's structures has
_Memory: TypeAlias = "ctypes.Array[ctypes.c_char]"
_Texts: TypeAlias = "ctypes.Array[ctypes.c_char_p]"
_IGNORED = (signal.SIGPIPE, signal.SIGXFSZ)  # by Python; a program starts with the usual


class Starter:
    """The thread that starts programs, from the first that is started beside others."""

    def __init__(self, quick: float = _QUICK) -> None:
        """Take no longer than `quick` seconds for a start that the event loop can wait for."""
        self.quick = quick
        self._given = 0  # starts that the thread has still to make
        self._library = _Library.found()
        self._orders: SimpleQueue[_Order | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._turn = asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def turn(self) -> asyncio.Lock:
        """Return what is held while a program is started: one at a time, so that few descriptors are enough."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:  # a lock serves one loop
            self._loop, self._turn = loop, asyncio.Lock()
        return self._turn

    def took(self, seconds: float) -> None:
        """Take how long the event loop has just stood still for a start."""
        if seconds > self.quick:
            self._given = _GIVEN

    def is_wanted(self) -> bool:
        """Say whether the next start is one for the thread, which is there then."""
        if not self._given:
            return False
        self._given -= 1
        return self.is_ready()

    def is_ready(self) -> bool:
        """Begin the thread, unless it is there; False where the C library lacks something or a thread finds no room."""
        if self._thread is None and self._library is not None:
            thread = Thread(target=self._serve, name="starter", daemon=True)
            with suppress(RuntimeError):
                thread.start()
                self._thread = thread
        return self._thread is not None

    async def execute(
        self,
        argv: Sequence[str],
        *,
        program: str,
        folder: str,
        env: Mapping[str, str],
        source: int,
        output: int,
        encoded: Encoded = NOTHING_ENCODED,
    ) -> tuple[int, bool]:
        """Start a program as `forking.execute` does; return its process id, and whether we were cancelled meanwhile.

        Only for one that `is_ready`.
        """
        sys.audit("subprocess.Popen", program, argv, folder, env)
        assert self._library is not None
        order = _Order(
            program=_text(program),
            actions=self._library.actions(_text(folder), source, output),
            argv=_texts([_text(word) for word in argv]),
            env=_texts([_checked(assignment) for assignment in assignments(env, encoded)]),
        )
        self._orders.put(order)
        was_cancelled = False
        while not order.is_done:  # what was ordered is started, whoever has changed his mind
            try:
                await order.arrived
            except asyncio.CancelledError:
                was_cancelled = True
                order.arrived = order.loop.create_future()
        if order.error and was_cancelled:
            raise asyncio.CancelledError
        if order.error:
            raise OSError(order.error, os.strerror(order.error))
        return order.pid, was_cancelled

    def close(self) -> None:
        """End the thread; nothing is being started any more."""
        if self._thread is not None:
            self._orders.put(None)
            self._thread.join()
            self._thread = None
        if self._library is not None:
            self._library.forget()

    def _serve(self) -> None:
        assert self._library is not None
        while (order := self._orders.get()) is not None:
            self._library.spawn(order)
            order.loop.call_soon_threadsafe(order.arrive)


class _Order(Struct, kw_only=True, eq=False):
    """A program to start, and what came of it."""

    program: bytes
    actions: _Memory
    argv: _Texts
    env: _Texts
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    arrived: "asyncio.Future[None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    pid: int = 0
    error: int = 0
    is_done: bool = False

    def arrive(self) -> None:
        """Tell who waits."""
        self.is_done = True
        if not self.arrived.done():
            self.arrived.set_result(None)


class _Library:
    """The C library: what only prepares keeps the interpreter's lock, so that nobody has to wait for it again."""

    def __init__(self) -> None:
        self._here = ctypes.PyDLL(None)
        self._posix_spawn = ctypes.CDLL(None).posix_spawn
        self._attributes, signals = _memory(), _memory()
        self._here.posix_spawnattr_init(self._attributes)
        self._here.posix_spawnattr_setflags(self._attributes, ctypes.c_short(_FLAGS))
        self._here.sigemptyset(signals)
        for signum in _IGNORED:
            self._here.sigaddset(signals, signum)
        self._here.posix_spawnattr_setsigdefault(self._attributes, signals)
        self._known: dict[tuple[bytes, int, int], _Memory] = {}

    @classmethod
    def found(cls) -> "_Library | None":
        """Return the library, None where it lacks something (glibc has it all since 2.34)."""
        if sys.platform != "linux" or not all(hasattr(ctypes.PyDLL(None), name) for name in _NEEDED):
            return None
        return cls()

    def actions(self, folder: bytes, source: int, output: int) -> _Memory:
        """Return what happens in the child before the program: its descriptors and its folder.

        The numbers of descriptors come back all the time, so what was made for them is used again.
        """
        known = self._known.get((folder, source, output))
        if known is not None:
            return known
        here, actions = self._here, _memory()
        here.posix_spawn_file_actions_init(actions)
        for number, descriptor in ((0, source), (1, output), (2, output)):
            here.posix_spawn_file_actions_adddup2(actions, descriptor, number)
        here.posix_spawn_file_actions_addchdir_np(actions, folder)
        here.posix_spawn_file_actions_addclosefrom_np(actions, 3)
        if len(self._known) >= _MOST_KNOWN:
            self.forget()
        self._known[folder, source, output] = actions
        return actions

    def forget(self) -> None:
        """Give the memory back."""
        for actions in self._known.values():
            self._here.posix_spawn_file_actions_destroy(actions)
        self._known.clear()

    def spawn(self, order: _Order) -> None:
        """Carry an order out."""
        pid = ctypes.c_int(0)
        order.error = self._posix_spawn(
            ctypes.byref(pid), order.program, order.actions, self._attributes, order.argv, order.env
        )
        order.pid = pid.value


def _memory() -> _Memory:
    return ctypes.create_string_buffer(_ROOM)


def _text(text: str) -> bytes:
    return _checked(os.fsencode(text))


def _checked(encoded: bytes) -> bytes:
    if b"\0" in encoded:
        message = "embedded null byte"
        raise ValueError(message)
    return encoded


def _texts(texts: Sequence[bytes]) -> _Texts:
    return (ctypes.c_char_p * (len(texts) + 1))(*texts, None)
