"""What a command line did to the world, by strace: programs, processes, writes, connections."""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from reliability_scene import Scene

import orchestrator

AUDITED = Path(__file__).with_name("audited.py")
_CALLS = (
    "execve,execveat,fork,vfork,clone,clone3,openat,openat2,open,creat,rename,renameat,renameat2,unlink,unlinkat,mkdir,"
    "mkdirat,rmdir,link,linkat,symlink,symlinkat,chmod,fchmod,fchmodat,chown,fchown,lchown,fchownat,truncate,ftruncate,"
    "utimensat,setxattr,fsetxattr,lsetxattr,removexattr,mknod,mknodat,socket,connect,bind,listen,sendto,mount,ptrace,"
    "kill,tgkill,tkill"
)
_PROCESS = re.compile(r"^(clone|clone3|fork|vfork)\(")
_OPENED = re.compile(r"^(openat|openat2|open|creat)\(")
_TO_WRITE = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND|O_TMPFILE|^creat")
_DOORBELL = re.compile(r'^sendto\(\d+<(socket|UNIX)[^>]*>, "\\0", 1, 0, NULL, 0\)')
_COMPILED = re.compile(rf'"{re.escape(str(Path(orchestrator.__file__).parent))}/[^"]*__pycache__')
_HARMLESS = re.compile(r'"/dev/(null|tty|pts/\d+)"')


def deeds(scene: Scene, *arguments: str) -> tuple[int, list[str]]:
    """Run `orchestrate` under strace; return its exit code and every call with an effect outside itself.

    The first execve is the program itself. The event loop rings its own doorbell, one zero byte over a socket pair
    that leaves the process as little as a pipe would. Python's cache of compiled modules in the installation is made
    by whoever installs; what an editable installation adds to it is Python's, and no part of any repository.
    """
    log = scene.home / "strace"
    called = scene.call(
        *arguments, prefix=["strace", "-f", "-qq", "-y", "-s", "200", "-o", str(log), "-e", f"trace={_CALLS}", "--"]
    )
    lines = [re.sub(r"^\d+\s+", "", line) for line in log.read_text(errors="replace").splitlines()]
    calls = [line for line in lines if line and not line.startswith(("+++", "---", "<..."))]
    return called.code, [line for line in calls[1:] if _has_effect(line)]


def audited_deeds(scene: Scene, *arguments: str) -> tuple[int, list[str]]:
    """Run `orchestrate` under Python's own audit; return its exit code and the deeds that were reported."""
    log = scene.home / "audit"
    log.write_text("")
    called = scene.call(*arguments, prefix=[sys.executable, "-B", str(AUDITED), str(log)])
    return called.code, log.read_text(errors="replace").splitlines()


def _has_effect(line: str) -> bool:
    if _DOORBELL.match(line) or _COMPILED.search(line):
        return False
    if _PROCESS.match(line):
        return "CLONE_THREAD" not in line
    if _OPENED.match(line):
        return bool(_TO_WRITE.search(line)) and not _HARMLESS.search(line)
    return True


def forks(found: Sequence[str]) -> list[str]:
    """Return the calls that made a process."""
    return [line for line in found if _PROCESS.match(line)]


def is_traced_here() -> bool:
    """Say whether strace is there and may trace."""
    try:
        return subprocess.run(["strace", "-qq", "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def everything_below(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Return mode, size and time of change of every path, our own folder and git's included."""
    found = {}
    for path in [folder, *sorted(folder.rglob("*"))]:
        status = path.lstat()
        found[str(path.relative_to(folder))] = (status.st_mode, status.st_size, status.st_mtime_ns)
    return found
