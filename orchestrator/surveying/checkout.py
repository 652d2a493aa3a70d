"""The repository on the disk: its files as git lists them, what stands in them, and how often each was changed.

git is only asked. Its list leaves out what is ignored; without git every file is listed.
"""

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from orchestrator.edits.action import glob_matches
from orchestrator.surveying.naming import NOT_WORKED_ON

MOST_FILES = 100_000
MOST_COMMITS = 2_000  # of the history; older ones say little about what changes now
_PATIENCE = 60.0  # seconds
# The repository's own configuration may be hostile: nothing in it may start a program.
_QUIET = (
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.pager=cat",
    "-c",
    "diff.external=",
)


class Checkout:
    """A folder of files, read on demand; implements `orchestrator.edits.action.Tree`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read_text(self, path: str) -> str:
        """Return the text of a file with its line ends as they are; a link that leads out of the folder is not read."""
        full = os.path.realpath(self.root / path)
        if not full.startswith(os.path.realpath(self.root) + os.sep):
            raise FileNotFoundError(path)
        with open(full, encoding="utf-8-sig", newline="") as file:
            return file.read()

    def exists(self, path: str) -> bool:
        """Say whether a file or folder is there."""
        return (self.root / path).exists()

    def glob(self, pattern: str) -> tuple[str, ...]:
        """Return the files that match, sorted; `**` crosses folders."""
        return self.paths if pattern == "**" else tuple(path for path in self.paths if glob_matches(pattern, path))

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Return the files of the repository, without those that git ignores."""
        listed = self._git("ls-files", "-z", "--cached", "--others", "--exclude-standard")
        if listed is None:
            return tuple(sorted(self._walk())[:MOST_FILES])
        names = sorted(set(os.fsdecode(listed).split("\0")) - {""})
        return tuple(name for name in names if os.path.isfile(self.root / name))[:MOST_FILES]

    @cached_property
    def below(self) -> str:
        """Return where the folder lies in its git repository, with a slash at the end; "" at the root of one."""
        return os.fsdecode(self._git("rev-parse", "--show-prefix") or b"").strip()

    @cached_property
    def kept_settings(self) -> tuple[str, ...]:
        """Return the files named `.env` that the repository itself keeps; one that lies there only may hold secrets."""
        listed = self._git("ls-files", "-z", "--cached", "--", ".env", ":(glob)**/.env")
        names = sorted(set(os.fsdecode(listed or b"").split("\0")) - {""})
        return tuple(name for name in names if os.path.isfile(self.root / name))

    @cached_property
    def churn(self) -> Mapping[str, int]:
        """Return in how many of the newest commits each file was changed; empty without a history."""
        log = self._git(
            "log", f"--max-count={MOST_COMMITS}", "--format=", "--name-only", "--no-renames", "-z", "--relative"
        )
        if log is None:
            return {}
        return Counter(name for name in os.fsdecode(log).replace("\n", "\0").split("\0") if name)

    def _git(self, *arguments: str) -> bytes | None:
        program = shutil.which("git")
        if program is None:
            return None
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        try:
            done = subprocess.run(
                [program, "-C", str(self.root), "--no-pager", *_QUIET, *arguments],
                capture_output=True,
                env={**kept, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                check=False,
                timeout=_PATIENCE,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout if done.returncode == 0 else None

    def _walk(self) -> Sequence[str]:
        found: list[str] = []
        for folder, names, files in os.walk(self.root):
            names[:] = [name for name in names if name not in NOT_WORKED_ON]
            inside = os.path.relpath(folder, self.root).replace(os.sep, "/")
            found += [name if inside == "." else f"{inside}/{name}" for name in files]
            if len(found) > MOST_FILES:
                break
        return found
