"""What the operating system said no with, in the words of the product.

A full disk, a read-only tree or a broken device stops the whole run (`Unusable`, exit code 10); a symbolic link in
the way is a path that we refuse; "not there" and "there already" stay what they are, the caller knows what they mean.
"""

import errno
import os

from orchestrator.errors import PathRefused, Unusable

_REMEDIES = {  # with which it goes on
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "the disk quota is used up: free some space",
    errno.EROFS: "mount the file system writable",
    errno.EACCES: "give yourself permission (`ls -ld` the path and its folder)",
    errno.EPERM: "look for an immutable flag (`lsattr`) or another owner",
}
_ADVICE = {
    errno.EIO: "the device reports an error: check `dmesg` and the disk before going on",
    errno.EMFILE: "raise the limit of open files (`ulimit -n`) or lower `max_parallel_tasks`",
    errno.ENFILE: "the machine has no file handles left: end other programs",
}
_LINK_IN_THE_WAY = frozenset({errno.ELOOP, errno.EXDEV})


class translated:  # noqa: N801 - reads as the verb that it is; a generator would cost more than what it guards
    """Turn an OSError of the block into ours; `doing` completes "cannot … PATH"."""

    __slots__ = ("_doing", "_path")

    def __init__(self, path: str, doing: str) -> None:
        self._path = path
        self._doing = doing

    def __enter__(self) -> None:
        """Begin the block."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Raise ours when the block ended with an OSError."""
        if isinstance(error, OSError):
            raise our_error(error, self._path, self._doing) from error


def our_error(error: OSError, path: str, doing: str) -> Exception:
    """Return what is raised instead of this OSError."""
    number = error.errno or 0
    if number in (errno.ENOENT, errno.ENOTDIR):  # below a file there is nothing
        return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    if number == errno.EEXIST:
        return FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)
    if number in _LINK_IN_THE_WAY:
        return PathRefused(
            f"{path!r} is or goes through a symbolic link",
            hint="name the file that the link stands for",
        )
    if number == errno.EISDIR:
        return PathRefused(f"{path!r} is a folder")
    name = errno.errorcode.get(number, str(number))
    return Unusable(
        f"cannot {doing} {path}: {os.strerror(number)} ({name})", hint=what_helps(number, "`orchestrate resume`")
    )


def what_helps(number: int, then: str) -> str | None:
    """Return what to do about the number of an error, and what `then`; None where there is no more to say."""
    return f"{_REMEDIES[number]}, then {then}" if number in _REMEDIES else _ADVICE.get(number)
