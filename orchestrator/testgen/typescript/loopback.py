"""Runs a command in a network of its own in which this machine can reach itself: `python loopback.py COMMAND …`.

A new network has no way to itself until its first interface is switched on. Tests of servers ask the one that they
start; nothing else is there. It is run as a script, by whichever Python runs us, so it imports nothing of ours.
"""

import contextlib
import fcntl
import os
import socket
import struct
import sys

_READ_FLAGS, _WRITE_FLAGS = 0x8913, 0x8914  # SIOCGIFFLAGS and SIOCSIFFLAGS of linux/sockios.h
_UP = 1


def switch_on(name: str) -> None:
    """Switch an interface on."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        request = struct.pack("16sh14x", name.encode(), 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(asked, _READ_FLAGS, request))[1]
        fcntl.ioctl(asked, _WRITE_FLAGS, struct.pack("16sh14x", name.encode(), flags | _UP))


if __name__ == "__main__":
    with contextlib.suppress(OSError):  # then it stays as it is
        switch_on("lo")
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 - the command is ours, word by word
