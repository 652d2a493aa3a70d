"""Find and end processes, whatever they did to get away: own groups, own sessions, double forks, ignored signals.

A process that loses its parent falls to the nearest *subreaper* above it. Supervisor and engine are both one, so
every process of a run stays below them, and walking down from there finds it. This file is used by the
supervisor, so it imports neither asyncio nor anything else that is large.
"""

import ctypes
import os
import signal
import time
from collections.abc import Callable, Collection, Iterator

from msgspec import Struct

TASK_TAG = "ORCHESTRATE_TASK"  # run/task/attempt, in the environment of every child
ROOT_TAG = "ORCHESTRATE_ROOT"  # the repository that the child works for

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_PATIENCE = 5.0  # seconds; only a process that hangs in the kernel outlives SIGKILL for longer
_ROUND = 0.002
_PF_EXITING = 0x4  # of the kernel's flags of a process


class Standing(Struct, frozen=True, kw_only=True):
    """What `/proc/PID/stat` says; `started` (clock ticks since boot) tells two users of one pid apart.

    `is_ending` from the moment when its exit begins: its environment cannot be read any more, and it is not dead yet.
    """

    state: str
    parent: int
    group: int
    session: int
    started: int
    is_ending: bool

    @property
    def is_dead(self) -> bool:
        """Say whether only its exit status is left."""
        return self.state in ("Z", "X")


def become_subreaper() -> bool:
    """Make orphaned descendants fall to this process; False where the kernel cannot."""
    return _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def end_with_parent(signum: int) -> bool:
    """Have the kernel send `signum` to this process when the thread that forked it ends."""
    return _prctl(_PR_SET_PDEATHSIG, signum)


def _prctl(option: int, value: int) -> bool:
    call = getattr(ctypes.CDLL(None, use_errno=True), "prctl", None)
    return call is not None and call(option, value, 0, 0, 0) == 0


def standing(pid: int) -> Standing | None:
    """Return how a process stands, None when there is none."""
    text = _read(f"/proc/{pid}/stat")
    if not text:
        return None
    # The name in parentheses may hold anything, also ") ".
    fields = text[text.rindex(b")") + 2 :].split()
    return Standing(
        state=fields[0].decode(),
        parent=int(fields[1]),
        group=int(fields[2]),
        session=int(fields[3]),
        started=int(fields[19]),
        is_ending=bool(int(fields[6]) & _PF_EXITING),
    )


def children(pid: int) -> list[int]:
    """Return the children of a process, dead ones that nobody has waited for included."""
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return []
    found: list[int] = []
    for thread in threads:
        found += map(int, _read(f"/proc/{pid}/task/{thread}/children").split())
    return found


def descendants(root: int, spare: Collection[int] = ()) -> list[int]:
    """Return everything below a process, parents before children; nothing at or below `spare`."""
    found: list[int] = []
    todo = [root]
    while todo:
        for child in children(todo.pop()):
            if child not in spare:
                found.append(child)
                todo.append(child)
    return found


def end_descendants(root: int, *, spare: Collection[int] = (), patience: float = _PATIENCE) -> int:
    """Kill everything below `root` until nothing is left and return how many that were.

    Children of the caller are waited for. Give up after `patience` seconds.
    """
    return kill_until_none(lambda: descendants(root, spare), patience)


def end_abandoned(root: str, *, patience: float = _PATIENCE) -> int:
    """Kill the processes of earlier runs in this repository whose supervisor and engine were both killed.

    Only for the holder of the repository's lock: whoever else carries the repository's tag is abandoned then.
    """
    return kill_until_none(lambda: tagged(root), patience)


def tagged(root: str) -> list[int]:
    """Return the processes that runs in this repository started, without our own; abandoned ones if no run goes on."""
    mark = f"{ROOT_TAG}={root}"
    ours = {os.getpid(), *_ancestors()}
    return [pid for pid in _all_processes() if pid not in ours and has_variable(pid, mark)]


def kill_until_none(find: Callable[[], list[int]], patience: float = _PATIENCE) -> int:
    """Kill what `find` returns until it returns nothing, `patience` seconds at most; return how many that were."""
    # New processes may be forked between looking and killing: one look is not enough.
    deadline = time.monotonic() + patience
    ended: set[int] = set()
    while alive := [pid for pid in find() if not reap(pid)]:
        for pid in alive:
            status = standing(pid)
            if status is not None and not status.is_ending and send(pid, signal.SIGKILL):
                ended.add(pid)
        if time.monotonic() > deadline:
            break
        time.sleep(_ROUND)
    return len(ended)


def has_variable(pid: int, assignment: str) -> bool:
    """Say whether a process was started with `NAME=value` in its environment."""
    return b"\0%b\0" % os.fsencode(assignment) in b"\0" + _read(f"/proc/{pid}/environ") + b"\0"


def send(pid: int, signum: int) -> bool:
    """Signal a process; False when it is gone or not ours."""
    try:
        os.kill(pid, signum)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def reap(pid: int) -> bool:
    """Take a dead child's exit status away; False when it lives or is no child of ours."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return False


def _all_processes() -> Iterator[int]:
    for name in os.listdir("/proc"):
        if name.isdigit():
            yield int(name)


def _ancestors() -> Iterator[int]:
    pid = os.getppid()
    while pid > 1:
        yield pid
        status = standing(pid)
        pid = status.parent if status is not None else 0


def _read(path: str) -> bytes:
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        content = b""
        while block := os.read(file, 1 << 16):
            content += block
    except OSError:  # the process ended while we read
        return b""
    finally:
        os.close(file)
    return content
