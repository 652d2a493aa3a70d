"""Execute a program in a child: the call that `subprocess.Popen` makes, without the object around it.

That call forks with vfork, closes all other descriptors, changes the folder and makes a session, and tells us an error
of the child; `os.posix_spawn` can do neither of the last three. The object around it doubles the time of a start. The
call is not documented, and the same from Python 3.11 to 3.13; later ones get Popen until somebody has looked.
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

_IS_KNOWN = sys.version_info < (3, 14)

Encoded: TypeAlias = Mapping[tuple[str, str], bytes]
"""Variables, each as a name with its value, in the form that a program gets them."""

NOTHING_ENCODED: Encoded = MappingProxyType({})


def execute(
    argv: Sequence[str],
    *,
    program: str,
    folder: str,
    env: Mapping[str, str],
    source: int,
    output: int,
    encoded: Encoded = NOTHING_ENCODED,
) -> int:
    """Start the file `program` in `folder`, with `source` to read and `output` to write; return its process id.

    What is `encoded` of the variables, because many children get it, is not encoded again. Nobody but the caller waits
    for the process. Raise OSError when it cannot be started, ValueError for arguments that no program can get.
    Descriptors 0 to 2 have to be open.
    """
    if not _IS_KNOWN:
        return with_popen(argv, program, folder, env, source, output)
    sys.audit("subprocess.Popen", program, argv, folder, env)
    return with_fork(argv, program, folder, assignments(env, encoded), source, output)


def with_fork(argv: Sequence[str], program: str, folder: str, env: Sequence[bytes], source: int, output: int) -> int:
    """Start a program as Popen does."""
    from _posixsubprocess import fork_exec

    reading, telling = os.pipe()  # the child's end closes when the program takes over
    try:
        try:
            pid = fork_exec(
                list(argv),
                (os.fsencode(program),),
                True,  # all descriptors are closed but
                (telling,),
                folder,
                env,
                *(source, -1, -1, output, -1, output),
                *(reading, telling),
                True,  # no signal stays ignored that Python ignores
                True,  # a session of its own
                -1,  # no process group but the session's
                None,  # our own user and groups
                None,
                None,
                -1,  # our own umask
                None,  # type: ignore[arg-type]  # nothing to call in the child, so that it may be a vfork
                True,
            )
        finally:
            os.close(telling)
        told = b"".join(iter(lambda: os.read(reading, 1024), b""))
    finally:
        os.close(reading)
    if told:
        os.waitpid(pid, 0)
        raise _error(told)
    return pid


def with_popen(argv: Sequence[str], program: str, folder: str, env: Mapping[str, str], source: int, output: int) -> int:
    """Start a program with what is documented."""
    process = subprocess.Popen(
        argv,
        executable=program,
        cwd=folder,
        env=env,
        stdin=source,
        stdout=output,
        stderr=output,
        start_new_session=True,
    )
    process.returncode = 0  # as far as this object knows: so it waits for nobody, and does not complain
    return process.pid


def assignments(env: Mapping[str, str], encoded: Encoded = NOTHING_ENCODED) -> list[bytes]:
    """Return an environment as a program gets it."""
    return [encoded.get(each) or _assignment(*each) for each in env.items()]


def encode(env: Mapping[str, str]) -> Encoded:
    """Return variables that many children will get in the form that they get them in."""
    return {each: _assignment(*each) for each in env.items()}


def _assignment(name: str, value: str) -> bytes:
    return os.fsencode(f"{name}={value}")


def _error(told: bytes) -> OSError:
    """Return the error that the child met, told as `OSError:NUMBER IN HEX:…`."""
    number = int(told.split(b":")[1], 16)
    return OSError(number, os.strerror(number))
