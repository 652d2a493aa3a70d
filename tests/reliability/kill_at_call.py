"""Run a program and kill its engine with SIGKILL at its N-th state-changing system call.

    python kill_at_call.py N CMD...        N = 0 only counts

The engine is the first child that the program forks; its threads count together, its children and the supervisor do
not. A seccomp filter stops the interesting calls only, so a run costs hardly more than an untraced one (strace counts
per thread and cannot leave the children out). The last line on standard error is JSON: how many points were passed,
at which one the engine was killed, and how the program ended.
"""

import ctypes
import json
import os
import platform
import signal
import struct
import sys

_LIBC = ctypes.CDLL(None, use_errno=True)
_NUMBERS = {
    "x86_64": {
        "write": 1, "pwrite64": 18, "writev": 20, "pwritev": 296, "fsync": 74, "fdatasync": 75, "truncate": 76,
        "ftruncate": 77, "rename": 82, "mkdir": 83, "rmdir": 84, "creat": 85, "link": 86, "unlink": 87, "symlink": 88,
        "chmod": 90, "fchmod": 91, "fchown": 93, "fsetxattr": 190, "openat": 257, "mkdirat": 258, "unlinkat": 263,
        "renameat": 264, "linkat": 265, "symlinkat": 266, "fchmodat": 268, "utimensat": 280, "fallocate": 285,
        "renameat2": 316, "copy_file_range": 326,
    },
    "aarch64": {
        "fsetxattr": 7, "mkdirat": 34, "unlinkat": 35, "symlinkat": 36, "linkat": 37, "renameat": 38, "truncate": 45,
        "ftruncate": 46, "fallocate": 47, "fchmod": 52, "fchmodat": 53, "fchown": 55, "openat": 56, "write": 64,
        "writev": 66, "pwrite64": 68, "pwritev": 70, "fsync": 82, "fdatasync": 83, "utimensat": 88, "renameat2": 276,
        "copy_file_range": 285,
    },
}  # fmt: skip
_BY_DESCRIPTOR = frozenset({"write", "pwrite64", "writev", "pwritev", "fsync", "fdatasync", "ftruncate", "fallocate"})
_TRACEME, _CONT, _SETOPTIONS, _GETEVENTMSG, _SYSCALL_INFO = 0, 7, 0x4200, 0x4201, 0x420E
_FORK, _VFORK, _CLONE, _EXEC, _SECCOMP = 1, 2, 3, 4, 7
_OPTIONS = (1 << _FORK) | (1 << _VFORK) | (1 << _CLONE) | (1 << _EXEC) | (1 << _SECCOMP) | (1 << 20)  # + EXITKILL
_ALL = 0x40000000
_WRITES = os.O_CREAT | os.O_TRUNC


class Filter(ctypes.Structure):
    """A BPF program: length and address."""

    _fields_ = (("length", ctypes.c_ushort), ("program", ctypes.c_char_p))


def ptrace(request: int, pid: int, address: int = 0, data: object = None) -> int:
    """Call ptrace; a process that is gone by now is no error."""
    return int(_LIBC.ptrace(ctypes.c_long(request), ctypes.c_long(pid), ctypes.c_long(address), data))


def stop_at_calls(numbers: list[int]) -> None:
    """Install a filter that hands these calls of the process and all its children to the tracer."""
    load, jump, back = 0x20, 0x15, 0x06
    steps = [(load, 0, 0, 0)]
    steps += [(jump, len(numbers) - at, 0, number) for at, number in enumerate(numbers)]
    steps += [(back, 0, 0, 0x7FFF0000), (back, 0, 0, 0x7FF00000)]  # allow, trace
    program = b"".join(struct.pack("HBBI", *step) for step in steps)
    if _LIBC.prctl(38, 1, 0, 0, 0) or _LIBC.prctl(22, 2, ctypes.byref(Filter(len(steps), program)), 0, 0):
        os._exit(97)


class Tracer:
    """Follows the program; `passed` counts the points of the engine."""

    def __init__(self, limit: int, names: dict[int, str]) -> None:
        self.limit = limit
        self.names = names
        self.root = self.engine = self.passed = 0
        self.killed_at = ""
        self.calls: list[str] = []
        self.groups: dict[int, int] = {}

    def follow(self, command: list[str]) -> int:
        """Run the program to its end and return its wait status."""
        self.root = os.fork()
        if self.root == 0:
            ptrace(_TRACEME, 0)
            os.kill(os.getpid(), signal.SIGSTOP)
            stop_at_calls(sorted(self.names))
            os.execvp(command[0], command)
        os.waitpid(self.root, 0)
        ptrace(_SETOPTIONS, self.root, 0, _OPTIONS)
        ptrace(_CONT, self.root)
        ended = 0
        while True:
            try:
                pid, status = os.waitpid(-1, _ALL)
            except ChildProcessError:
                return ended
            if os.WIFSTOPPED(status):
                self.stopped(pid, status)
            elif pid == self.root:
                ended = status

    def stopped(self, pid: int, status: int) -> None:
        """Look at one stop and let the process go on."""
        event, signum = status >> 16, os.WSTOPSIG(status)
        if event == _FORK and not self.engine and pid == self.root:
            born = ctypes.c_ulong()
            ptrace(_GETEVENTMSG, pid, 0, ctypes.byref(born))
            self.engine = born.value
        elif event == _SECCOMP:
            self.call(pid)
        deliver = 0 if event or signum in (signal.SIGSTOP, signal.SIGTRAP) else signum
        ptrace(_CONT, pid, 0, deliver)

    def call(self, pid: int) -> None:
        """Count a call when it is the engine's and changes something, and kill the engine at its time."""
        if self.group(pid) != self.engine:
            return
        told = ctypes.create_string_buffer(96)
        if ptrace(_SYSCALL_INFO, pid, len(told), told) <= 0:
            return
        number, *arguments = struct.unpack_from("7Q", told.raw, 24)
        what = self.change(pid, self.names.get(number & 0xFFFFFFFF, ""), arguments)
        if what is None:
            return
        self.passed += 1
        self.calls.append(what)
        if self.passed == self.limit:
            self.killed_at = what
            os.kill(self.engine, signal.SIGKILL)

    def change(self, pid: int, name: str, arguments: list[int]) -> str | None:
        """Return a call in words when it changes the state of a file."""
        if name == "openat":
            return "openat O_CREAT" if arguments[2] & _WRITES else None
        if name in _BY_DESCRIPTOR:
            try:
                place = os.readlink(f"/proc/{pid}/fd/{arguments[0] & 0xFFFFFFFF}")
            except OSError:
                return None
            return f"{name} {place}" if place.startswith("/") and not place.startswith("/dev/") else None
        return name

    def group(self, pid: int) -> int:
        """Return the process that a thread belongs to."""
        if pid not in self.groups:
            with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as facts:
                self.groups[pid] = next(int(line.split()[1]) for line in facts if line.startswith("Tgid:"))
        return self.groups[pid]


def main() -> int:
    """Run the command line."""
    names = {number: name for name, number in _NUMBERS[platform.machine()].items()}
    tracer = Tracer(int(sys.argv[1]), names)
    code = os.waitstatus_to_exitcode(tracer.follow(sys.argv[2:]))
    told = {"points": tracer.passed, "killed_at": tracer.killed_at, "exit_code": code}
    if not tracer.limit:
        told["calls"] = tracer.calls
    sys.stderr.write("\n" + json.dumps(told) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
