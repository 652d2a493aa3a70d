"""What the tests of the workspace share: a ledger that keeps facts in a list, and hashes of whole trees."""

import asyncio
import hashlib
import os
import stat
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from orchestrator.contracts import Finished
from orchestrator.ledger.memory import MemoryLedger
from orchestrator.models.facts import Fact, RunStarted
from orchestrator.models.record import RecordedChange
from orchestrator.models.status import Durability
from orchestrator.workspace.attempt import AttemptWorkspace
from orchestrator.workspace.workspace import TreeWorkspace

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
RUN = "run-1"
NOTHING: Mapping[str, bytes] = MappingProxyType({})


class FactList(MemoryLedger):
    """The memory ledger with one run begun; `facts` lists what was appended since, in order."""

    def __init__(self) -> None:
        super().__init__()
        begin = RunStarted(run=RUN, kind="run", time=NOON, command=("run",), plan={}, tasks=())
        super().append([begin]).result()
        self.facts: list[Fact] = []

    def append(self, facts: Sequence[Fact]) -> "Future[None]":
        self.facts += facts
        return super().append(facts)

    def changes(self) -> tuple[RecordedChange, ...]:
        return self.read_run(RUN).changes


def tree_hash(root: Path) -> str:
    """Return a hash of every path below the root with its kind, mode and content, without state and git folders."""
    digest = hashlib.sha256()
    for line in sorted(listing(root)):
        digest.update(line + b"\n")
    return digest.hexdigest()


def listing(root: Path) -> list[bytes]:
    """Return one line per path below the root."""
    lines = []
    for folder, folders, files in os.walk(os.fsencode(root)):
        if os.path.samefile(folder, root):
            folders[:] = [name for name in folders if name not in (b".git", b".orchestrate")]
        for name in [*folders, *files]:
            place = os.path.join(folder, name)
            status = os.lstat(place)
            if stat.S_ISLNK(status.st_mode):
                content = b"-> " + os.readlink(place)
            elif stat.S_ISREG(status.st_mode):
                with open(place, "rb") as file:
                    content = hashlib.sha256(file.read()).hexdigest().encode()
            else:
                content = b""
            lines.append(b"%s %o %s" % (os.path.relpath(place, os.fsencode(root)), status.st_mode, content))
    return lines


def finished(code: int = 0) -> Finished:
    """Return the end of a command."""
    return Finished(exit_code=code, seconds=0.0, tail="", output_bytes=0)


def git(root: Path, *arguments: str) -> bytes:
    """Run git as somebody."""
    identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", "-C", root, *identity, *arguments], check=True, capture_output=True).stdout


async def shell(root: Path, script: str) -> Finished:
    """Run a script in a folder."""
    child = await asyncio.create_subprocess_exec("sh", "-ec", script, cwd=root)
    return finished(await child.wait())


async def write(path: Path, data: bytes) -> Finished:
    """Write a file as a command would."""
    path.write_bytes(data)  # noqa: ASYNC240 - a command in this process
    return finished()


def track_one(root: Path, ledger: FactList, warnings: list[str], script: str) -> list[str]:
    """Return what was recorded of a command, by a workspace that is opened for it alone."""
    workspace = TreeWorkspace(root, ledger=ledger, run=RUN, durability=Durability.NORMAL, warn=warnings.append)
    asyncio.run(workspace.open_attempt("1.1", 1).track(shell(root, script)))
    workspace.close()
    return [each.change.path for each in ledger.changes()]


@asynccontextmanager
async def running(
    attempt: AttemptWorkspace,
    root: Path,
    *,
    first: Mapping[str, bytes] = NOTHING,
    last: Mapping[str, bytes] = NOTHING,
    writes: Sequence[str] | None = None,
) -> AsyncIterator[None]:
    """Have a command of the attempt run meanwhile: it has written `first` before, and writes `last` before it ends."""
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def command() -> Finished:
        await _write_all(root, first)
        reached.set()
        await go_on.wait()
        return await _write_all(root, last)

    job = asyncio.ensure_future(attempt.track(command(), writes=writes))
    await reached.wait()
    yield
    go_on.set()
    await job


async def _write_all(root: Path, files: Mapping[str, bytes]) -> Finished:
    for name, content in files.items():
        (root / name).parent.mkdir(exist_ok=True)
        await write(root / name, content)
    return finished()
