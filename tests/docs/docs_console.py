"""Code blocks of a page, run in order in one folder; what is shown is compared with what came out."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"\s+# ends with exit code (\d+)$")
# What differs from run to run, and what stands for it.
_VARIABLE = (
    (re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}"), "RUN"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?"), "TIME"),
    (re.compile(r"\[ +\d+:\d\d\]"), "[CLOCK]"),
    (re.compile(r"(,? +)?\b\d+\.\d+s\b"), ""),
    (re.compile(r"  expected <10s"), ""),
)


@dataclass(frozen=True, kw_only=True)
class Block:
    """One fenced block: its language, its text and the line where it stands."""

    language: str
    text: str
    line: int


@dataclass(frozen=True, kw_only=True)
class Step:
    """One command of a console block: the code that it ends with and the lines that it shows."""

    command: str
    code: int
    shown: list[str]


def blocks_of(page: Path) -> list[Block]:
    """Return the fenced blocks of a page."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(language=found[1], text=found[2], line=text.count("\n", 0, found.start()) + 1)
        for found in _FENCE.finditer(text)
    ]


def steps_of(block: Block) -> list[Step]:
    """Return the commands of a console block."""
    steps: list[Step] = []
    for row in block.text.splitlines():
        if row.startswith("$ "):
            code = _CODE.search(row)
            steps.append(Step(command=_CODE.sub("", row[2:]), code=int(code[1]) if code else 0, shown=[]))
        else:
            steps[-1].shown.append(row)
    return steps


class Shell:
    """Runs command lines one after the other; `cd` is remembered."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        programs = str(Path(sys.executable).parent)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ORCHESTRATE_")}
        self._env = {
            **kept,
            "PATH": f"{programs}{os.pathsep}{kept.get('PATH', '')}",
            "PYTHONUTF8": "1",
            "TERM": "xterm",
        }

    def run(self, command: str) -> tuple[int, list[str]]:
        """Return exit code and all lines that were printed."""
        script = f'{command}\ncode=$?\npwd > "$WHERE"\nexit $code'
        where = self.folder / ".where"
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env={**self._env, "WHERE": str(where)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            timeout=120,
        )
        self.folder = Path(where.read_text().strip())
        where.unlink()
        return done.returncode, done.stdout.splitlines()


def differences(shown: list[str], printed: list[str]) -> list[str]:
    """Return what differs; a line `…` stands for any lines, a `…` in a line for any text."""
    wanted, found = [_steady(row) for row in shown], [_steady(row) for row in printed]
    if not _matches(wanted, found):
        pairs = zip_longest(wanted, found, fillvalue="")
        return [f"shown: {one}\nfound: {other}" for one, other in pairs]
    return []


def _matches(wanted: list[str], found: list[str]) -> bool:
    if not wanted:
        return not found
    if wanted[0] == "…":
        return any(_matches(wanted[1:], found[skipped:]) for skipped in range(len(found) + 1))
    if not found:
        return False
    pattern = ".*".join(map(re.escape, wanted[0].split("…")))
    return re.fullmatch(pattern, found[0]) is not None and _matches(wanted[1:], found[1:])


def _steady(row: str) -> str:
    for pattern, instead in _VARIABLE:
        row = pattern.sub(instead, row)
    return row.rstrip()
