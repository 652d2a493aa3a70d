"""`orchestrate clean`: remove logs, contents and crash files that old runs left. Lists first."""

import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from msgspec import Struct

from orchestrator.cli.options import Asking, option
from orchestrator.cli.options import command as as_command
from orchestrator.cli.places import STATE, find_root
from orchestrator.cli.questions import confirm
from orchestrator.cli.state import reading
from orchestrator.contracts import Ledger
from orchestrator.errors import ExitCode, UsageError
from orchestrator.models.document import parse_duration
from orchestrator.models.status import RunState
from orchestrator.workspace.lock import RunLock


class Rubbish(Struct, frozen=True, kw_only=True):
    """Something that can go, and why."""

    path: Path
    why: str

    @property
    def size(self) -> int:
        """Return the bytes that it takes."""
        files = self.path.rglob("*") if self.path.is_dir() else (self.path,)
        return sum(file.stat().st_size for file in files if file.is_file())


@as_command
def command(
    common: Asking,
    older_than: Annotated[
        str, option("--older-than", value="AGE", help="age of runs, such as 12h (default: 30d)")
    ] = "30d",
    dry_run: Annotated[bool, option("--dry-run", "-n", help="only list", envvar=None)] = False,
    yes: Annotated[bool, option("--yes", "-y", help="do not ask", envvar=None)] = False,
) -> int:
    """Remove what old runs left; facts stay in the ledger, runs whose contents are removed cannot be undone."""
    root = find_root(common)
    try:
        seconds = parse_duration(older_than)
    except ValueError as error:
        message = f"--older-than {older_than}: {error}"
        raise UsageError(message, hint="--older-than 30d") from None
    with reading(root) as ledger:
        found = list(find_rubbish(root, ledger, seconds))
    if not found:
        sys.stdout.write(f"nothing is older than {older_than}\n")
        return ExitCode.OK
    total = 0
    for each in found:
        total += each.size
        sys.stdout.write(f"{each.size:>12,} bytes  {each.path.relative_to(root)}  {each.why}\n")
    if dry_run:
        return ExitCode.OK
    if not yes and not confirm(common, f"remove {len(found)} items, {total:,} bytes?", flag="--yes"):
        return ExitCode.OK
    with RunLock(root / STATE / "lock", command=("orchestrate", "clean")):
        for each in found:
            if each.path.is_dir():
                shutil.rmtree(each.path)
            else:
                each.path.unlink(missing_ok=True)
    sys.stdout.write(f"removed {len(found)} items, {total:,} bytes\n")
    return ExitCode.OK


def find_rubbish(root: Path, ledger: Ledger, seconds: float) -> Iterator[Rubbish]:
    """Yield what is older than so many seconds and no longer needed; contents that a younger run can undo with stay."""
    state = root / STATE
    limit = time.time() - seconds
    summaries = ledger.runs()
    old = [run for run in summaries if run.started.timestamp() < limit and run.state is not RunState.RUNNING]
    for run in old:
        logs = state / "logs" / run.id
        if logs.is_dir():
            yield Rubbish(path=logs, why=f"logs of run {run.id}")
    for crash in sorted(state.glob("crash-*.txt")):
        if crash.stat().st_mtime < limit:
            yield Rubbish(path=crash, why="crash file")
    young = {run.id for run in summaries} - {run.id for run in old}
    needed = {sha for run in young for sha in _contents_of(ledger, run)}
    unneeded = {sha for run in old for sha in _contents_of(ledger, run.id)} - needed
    for sha in sorted(unneeded):
        stored = state / "objects" / sha[:2] / sha
        if stored.is_file():
            yield Rubbish(path=stored, why="content before or after a change")


def _contents_of(ledger: Ledger, run: str) -> set[str]:
    changes = ledger.read_run(run).changes
    return {sha for each in changes for sha in (each.change.before, each.change.after) if sha is not None}
