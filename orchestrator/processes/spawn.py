"""Start one program: argv only, a session of its own, one pipe for all it prints."""

import errno
import os
import signal
import tempfile
from collections.abc import Mapping, Sequence

from msgspec import Struct

from orchestrator.errors import MissingTool, OrchestrateError, TaskFailed, Unusable
from orchestrator.processes.forking import NOTHING_ENCODED, Encoded, execute
from orchestrator.processes.starter import Starter

_EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.ENOMEM)


class Exhausted(Unusable):
    """No file descriptor, process slot or memory is left for another child; it may be when one has ended."""


class Child(Struct, frozen=True, kw_only=True):
    """A started program: `handle` is a pidfd, readable once it has ended; `output` the reading end of its pipe."""

    pid: int  # its group's and session's, too
    handle: int
    output: int

    def take_status(self) -> int | None:
        """Take the exit status away and return it, a signal as a negative number; None when there is none to take."""
        try:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
        except ChildProcessError:  # other code of this process took it
            return None
        return os.waitstatus_to_exitcode(status) if pid else None


async def start(
    argv: Sequence[str],
    *,
    program: str,
    folder: str,
    env: Mapping[str, str],
    encoded: Encoded = NOTHING_ENCODED,
    stdin: bytes | None = None,
    starter: Starter | None = None,
) -> tuple[Child, bool]:
    """Start the file `program` in `folder`; no descriptor stays open when it cannot be started.

    With a `starter` the event loop goes on meanwhile. Say also whether we were cancelled while it was started; the
    child is there all the same, and the caller's to end. Raise Exhausted when the machine has no room, MissingTool
    when the file cannot be executed.
    """
    opened: list[int] = []
    was_cancelled = False
    try:
        reading, writing = os.pipe()
        opened += (reading, writing)
        os.set_blocking(reading, False)
        source = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC) if stdin is None else _file_with(stdin)
        opened.append(source)
        if starter is None:
            pid = execute(argv, program=program, folder=folder, env=env, source=source, output=writing, encoded=encoded)
        else:
            pid, was_cancelled = await starter.execute(
                argv, program=program, folder=folder, env=env, source=source, output=writing, encoded=encoded
            )
        opened.remove(reading)
    except (OSError, ValueError) as error:
        raise _explained(error, argv, program, folder) from error
    finally:
        for descriptor in opened:
            os.close(descriptor)
    try:
        return _watched(pid, reading), was_cancelled
    except OSError as error:
        raise _explained(error, argv, program, folder) from error


def _watched(pid: int, reading: int) -> Child:
    try:
        return Child(pid=pid, handle=os.pidfd_open(pid), output=reading)
    except OSError:
        os.close(reading)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        raise


def _file_with(content: bytes) -> int:
    # A file, not a pipe: nobody has to feed it while the child runs. The pipe's own size would be the limit otherwise.
    with tempfile.TemporaryFile(buffering=0) as file:
        file.write(content)
        file.seek(0)
        return os.dup(file.fileno())


def _explained(error: OSError | ValueError, argv: Sequence[str], program: str, folder: str) -> OrchestrateError:
    name = argv[0]
    if isinstance(error, ValueError):
        return TaskFailed(f"{name} cannot be started: an argument or variable holds a NUL character")
    if error.errno in _EXHAUSTED:
        return Exhausted(
            f"{name} cannot be started: {error.strerror}",
            hint="raise the limit with `ulimit -n 4096`, or lower settings.max_parallel_tasks",
        )
    if error.errno == errno.E2BIG:
        return TaskFailed(f"{name} cannot be started: its arguments and variables are too long")
    if not os.path.isdir(folder):
        return TaskFailed(f"{name} cannot be started: the folder {folder} does not exist")
    if error.errno == errno.ENOENT and os.path.exists(program):
        return MissingTool(f"{program} cannot be started: the interpreter that its first line names does not exist")
    if error.errno == errno.ENOEXEC:
        return MissingTool(f"{program} cannot be started: it is neither a binary nor a script with a #! line")
    return MissingTool(f"{program} cannot be started: {error.strerror}")
