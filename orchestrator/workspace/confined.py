"""Open something beneath a directory, with no way out: not by `..`, not by a symbolic link, not by a race.

A check of the resolved name followed by an open leaks when a folder is swapped for a link in between. Here the
kernel resolves and opens in one step (openat2(2), Linux 5.6); without it each folder of the path is opened by itself
with O_NOFOLLOW, which confines as well and is slower.
"""

import ctypes
import errno
import os
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

Opener: TypeAlias = Callable[[int, bytes, int], int]
"""(directory, path, flags) -> file descriptor; raises OSError ELOOP or EXDEV where a link is in the way."""

_LIBC = ctypes.CDLL(None, use_errno=True)
_SYS_OPENAT2 = 437  # the same number on every architecture
_NO_MAGICLINKS = 0x02
_NO_SYMLINKS = 0x04
_BENEATH = 0x08
_RACES = 128  # EAGAIN: something above was renamed while the kernel looked


class _How(ctypes.Structure):
    _fields_ = (("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64))


def best_opener(folder: int) -> Opener:
    """Return the opener that works here; a kernel or a sandbox without openat2 gets the portable one."""
    if sys.platform != "linux":  # the number means another call there
        return open_by_steps
    try:
        os.close(open_beneath(folder, b".", os.O_RDONLY | os.O_DIRECTORY))
    except (OSError, AttributeError):
        return open_by_steps
    return open_beneath


def open_beneath(folder: int, path: bytes, flags: int) -> int:
    """Open with openat2(RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS)."""
    how = _how(flags | os.O_CLOEXEC)
    for _ in range(_RACES):
        opened = _LIBC.syscall(_SYS_OPENAT2, folder, path, ctypes.byref(how), ctypes.sizeof(how))
        if opened >= 0:
            return int(opened)
        number = ctypes.get_errno()
        if number not in (errno.EAGAIN, errno.EINTR):
            raise OSError(number, os.strerror(number))
    raise OSError(errno.ELOOP, "the folders above keep changing")


@lru_cache  # the kernel only reads it, and there are three kinds of opening
def _how(flags: int) -> _How:
    return _How(flags, 0, _BENEATH | _NO_SYMLINKS | _NO_MAGICLINKS)


def open_by_steps(folder: int, path: bytes, flags: int) -> int:
    """Open folder by folder, following no link."""
    *above, name = path.split(b"/")
    if path.startswith(b"/") or b".." in above or name == b"..":
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
    here = os.dup(folder)
    try:
        for step in above:
            below = _open_folder(here, step)
            os.close(here)
            here = below
        return os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=here)
    except NotADirectoryError as error:
        raise _link_or_file(here, name, error) from None
    finally:
        os.close(here)


def _open_folder(here: int, step: bytes) -> int:
    try:
        return os.open(step, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=here)
    except NotADirectoryError as error:
        raise _link_or_file(here, step, error) from None


def _link_or_file(here: int, step: bytes, error: OSError) -> OSError:
    """Tell a link from a file: O_DIRECTORY | O_NOFOLLOW answers ENOTDIR to both."""
    try:
        os.readlink(step, dir_fd=here)
    except OSError:
        return error
    return OSError(errno.ELOOP, os.strerror(errno.ELOOP))


def rename_to_new(temp: bytes, name: bytes, folder: int) -> None:
    """Rename within a folder; FileExistsError when the name is taken.

    renameat2(RENAME_NOREPLACE) does it in one step; a file system without it gets a hard link and an unlink.
    """
    noreplace = 1
    try:
        renamed = _LIBC.renameat2(folder, temp, folder, name, noreplace)
    except AttributeError:
        number = errno.ENOSYS
    else:
        if renamed == 0:
            return
        number = ctypes.get_errno()
    if number not in (errno.ENOSYS, errno.EINVAL, errno.EPERM):
        raise OSError(number, os.strerror(number))
    os.link(temp, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    os.unlink(temp, dir_fd=folder)
