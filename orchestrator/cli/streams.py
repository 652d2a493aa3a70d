"""Standard streams that are closed, full, or that nobody reads any more."""

import errno
import io
import os
import stat
import sys
from pathlib import Path

from orchestrator.errors import ExitCode

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF})


def prepare() -> None:
    """Give closed standard streams to /dev/null, and let none fail for a character that it cannot encode."""
    # Closed ones first: the next file that is opened would get their numbers.
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number, which is this one
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - as long as the process
    if isinstance(sys.stdout, io.TextIOWrapper):  # a test may have put another one in its place
        sys.stdout.reconfigure(errors="backslashreplace")


def output_files(root: Path, *names: str | None) -> tuple[str, ...]:
    """Return the files below a root that our own output goes to: standard streams, and files that were named."""
    places = [os.path.realpath(name) for name in names if name is not None and name != "-"]
    for number in (1, 2):
        if stat.S_ISREG(os.fstat(number).st_mode):
            places.append(os.path.realpath(f"/proc/self/fd/{number}"))
    base = os.path.realpath(root)
    return tuple(os.path.relpath(place, base) for place in places if place.startswith(base + os.sep))


def forget_output() -> None:
    """Send what is still to be printed nowhere, so that the interpreter does not complain about it at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def is_lost_output(error: OSError) -> bool:
    """Say whether the error is about an output stream; files are named by the errors about them."""
    return error.filename is None and error.errno in _NO_ROOM


def tell(text: str) -> None:
    """Write to standard error, if there is somebody."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError):
        return


def tell_lost_output(error: OSError) -> ExitCode:
    """Say that the output could not be written, and return the exit code for it."""
    forget_output()
    tell(
        f"error: standard output cannot be written: {error.strerror}\n  hint: check where it goes and the free space\n"
    )
    return ExitCode.UNUSABLE


def finish(code: int) -> int:
    """Hand the output over and return the exit code: a reader that went away is no failure, lost output is."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        forget_output()
    except ValueError:  # closed by somebody
        return code
    except OSError as error:
        return tell_lost_output(error) if code == ExitCode.OK else code
    return code
