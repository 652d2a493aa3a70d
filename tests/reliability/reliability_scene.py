"""A repository, a document with tasks that log their own effects, and the real command line."""

import hashlib
import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ORCHESTRATE = str(Path(sys.executable).with_name("orchestrate"))
TRACER = (sys.executable, str(Path(__file__).with_name("kill_at_call.py")))
TAG = "RELIABILITY_SCENE"
_GIT = ("git", "-c", "user.name=t", "-c", "user.email=t@example.invalid", "-c", "commit.gpgsign=false")

# One file in two halves, each effect noted by the task itself: S = started, D = done, X = another one was running.
WORK = """#!/bin/sh
exec 9>"$LOCKS/$1"
flock -n 9 || echo "X $1 $$" >> "$EFFECTS"
echo "S $1 $$" >> "$EFFECTS"
mkdir -p "$(dirname "$2")"
printf 'first half of %s\\n' "$1" > "$2"
[ -z "$3" ] || sleep "$3"
printf 'second half of %s\\n' "$1" >> "$2"
echo "D $1 $$" >> "$EFFECTS"
"""


@dataclass(frozen=True, kw_only=True)
class Called:
    """How one call of the command line ended."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def last_line(self) -> str:
        """The last line that says something."""
        return next((line for line in reversed((self.out + self.err).splitlines()) if line.strip()), "")


@dataclass(kw_only=True)
class Scene:
    """A repository at `root`, and beside it what the tasks and the command line tell about themselves."""

    home: Path
    tasks: Sequence[Mapping[str, object]] = ()
    env: dict[str, str] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        """The repository."""
        return self.home / "repository"

    @property
    def effects(self) -> Path:
        """What the tasks say that they did."""
        return self.home / "effects"

    @property
    def events(self) -> Path:
        """What was acknowledged to whoever started the run."""
        return self.home / "events"

    def environment(self) -> dict[str, str]:
        """Return what the command line is started with."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ORCHESTRATE", "GIT_"))}
        kept.pop("PYTHONUNBUFFERED", None)
        return {**kept, TAG: str(self.home), "NO_COLOR": "1", **self.env}

    def command(self, *arguments: str) -> list[str]:
        """Return an `orchestrate` command line, to be started in the repository."""
        return [ORCHESTRATE, *arguments]

    def call(self, *arguments: str, prefix: Sequence[str] = (), timeout: float = 120.0, **options: object) -> Called:
        """Run `orchestrate` to its end."""
        started = time.monotonic()
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("cwd", self.root)
        options.setdefault("env", self.environment())
        done = subprocess.run(
            [*prefix, *self.command(*arguments)],
            capture_output=True,
            timeout=timeout,
            check=False,
            **options,  # type: ignore[call-overload]
        )
        seconds = time.monotonic() - started
        out, err = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
        return Called(code=done.returncode, out=out, err=err, seconds=seconds)

    def start(self, *arguments: str, **options: object) -> "subprocess.Popen[bytes]":
        """Start `orchestrate` and return at once."""
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        options.setdefault("cwd", self.root)
        options.setdefault("env", self.environment())
        return subprocess.Popen(self.command(*arguments), **options)  # type: ignore[call-overload]

    def traced(self, limit: int, *arguments: str) -> tuple[Called, dict[str, object]]:
        """Run `orchestrate` and kill its engine at a state-changing call; 0 = count the calls only."""
        called = self.call(*arguments, prefix=[*TRACER, str(limit)])
        *rest, told = called.err.rstrip("\n").split("\n")
        facts = json.loads(told)
        return Called(code=facts["exit_code"], out=called.out, err="\n".join(rest), seconds=called.seconds), facts

    def acknowledged(self) -> set[str]:
        """Return the tasks whose good end was told."""
        if not self.events.exists():
            return set()
        lines = [line for line in self.events.read_text().split("\n")[:-1] if line]
        told = (json.loads(line) for line in lines)
        ends = (each for each in told if each["type"] == "task.finished")
        return {each["task"] for each in ends if each["data"]["state"] in ("changed", "unchanged")}

    def effect_lines(self) -> list[list[str]]:
        """Return what the tasks noted, in order."""
        return [line.split() for line in self.effects.read_text().splitlines()] if self.effects.exists() else []

    def processes(self) -> list[int]:
        """Return the living processes of this scene: ours by the tag, their children by the repository's name."""
        marks = (f"{TAG}={self.home}".encode(), f"ORCHESTRATE_ROOT={self.root}".encode())
        found = []
        for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
            try:
                environ = Path(f"/proc/{pid}/environ").read_bytes()
                state = Path(f"/proc/{pid}/stat").read_bytes().rsplit(b")", 1)[1].split()[0]
            except OSError:
                continue
            if state not in (b"Z", b"X") and any(mark in environ.split(b"\0") for mark in marks):
                found.append(pid)
        return found


def tree_of(root: Path) -> dict[str, str]:
    """Return every path of a tree with kind, mode and content hash; git's and our own folder are left out."""
    found = {}
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if name not in (".git", ".orchestrate"))
        for name in [*names, *files]:
            path = os.path.join(folder, name)
            status = os.lstat(path)
            if stat.S_ISLNK(status.st_mode):
                content = f"link {os.readlink(path)}"
            elif stat.S_ISREG(status.st_mode):
                content = hashlib.sha256(Path(path).read_bytes()).hexdigest()
            else:
                content = "folder"
            found[os.path.relpath(path, root)] = f"{stat.S_IMODE(status.st_mode):o} {content}"
    return found


def build_scene(home: Path, groups: Sequence[Mapping[str, object]], **more: object) -> Scene:
    """Make a git repository with a commit, an uncommitted edit, a staged file and a stash, and a document."""
    scene = Scene(home=home)
    (scene.root / "src").mkdir(parents=True)
    (home / "locks").mkdir()
    (home / "work.sh").write_text(WORK)
    (home / "work.sh").chmod(0o755)
    for number in range(4):
        (scene.root / f"src/{number}.txt").write_text(f"original {number}\n" * 30)
    (scene.root / "src/0.txt").chmod(0o640)
    (scene.root / "templates").mkdir()
    (scene.root / "templates/page.txt.j2").write_text("{% for n in range(50) %}{{ word }} {{ n }}\n{% endfor %}")
    document = {
        "version": 1,
        "project": {"name": "reliability"},
        "settings": {"templates": ["templates"], "env": {"EFFECTS": "../effects", "LOCKS": "../locks"}},
        "phases": [{"id": "1", "name": "all", "groups": list(groups)}],
        **more,
    }
    (scene.root / "phases.yaml").write_text(json.dumps(document, indent=1))
    git(scene.root, "init", "-q", "-b", "main")
    git(scene.root, "add", "-A")
    git(scene.root, "commit", "-q", "-m", "start")
    (scene.root / "src/1.txt").write_text("stashed\n")
    git(scene.root, "stash", "-q")
    (scene.root / "staged.txt").write_text("staged, not committed\n")
    git(scene.root, "add", "staged.txt")
    (scene.root / "src/3.txt").write_text("edited, not committed\n")
    return scene


def git(root: Path, *arguments: str) -> str:
    """Run git in a repository and return what it printed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    kept["GIT_OPTIONAL_LOCKS"] = "0"  # a look must not refresh the user's index
    done = subprocess.run([*_GIT, *arguments], cwd=root, env=kept, capture_output=True, text=True, check=True)
    return done.stdout


def command_task(number: str, target: str, pause: str = "") -> dict[str, object]:
    """Return a task that writes a file in two halves by itself."""
    command = ["../work.sh", number, target, *([pause] if pause else [])]
    return {"id": number, "name": f"work {number}", "type": "command", "command": command}


def file_task(number: str, target: str) -> dict[str, object]:
    """Return a task that renders one file, also over one that is there."""
    return {
        "id": number,
        "name": f"render {number}",
        "type": "file_generation",
        "with": {"templates": ["page.txt.j2"], "target": target, "overwrite": "always", "values": {"word": number}},
    }


def eight_tasks(home: Path) -> Scene:
    """Return the scene of the sweep: commands and renderings, one group in parallel."""
    return build_scene(
        home,
        [
            {
                "id": "a",
                "tasks": [
                    file_task("1.1", "src/0.txt"),
                    command_task("1.2", "out/new.txt"),
                    file_task("1.3", "made/deep/page.txt"),
                    command_task("1.4", "src/2.txt"),
                ],
            },
            {
                "id": "b",
                "execution": "parallel",
                "depends_on": ["a"],
                "tasks": [
                    file_task("2.1", "src/3.txt"),
                    command_task("2.2", "out/left.txt"),
                    command_task("2.3", "out/right.txt"),
                    file_task("2.4", "made/other.txt"),
                ],
            },
        ],
    )


def many_tasks(home: Path, count: int = 61, pause: str = "0.05") -> Scene:
    """Return a scene with 61 tasks in ten groups, half commands and half renderings."""
    groups: list[dict[str, object]] = []
    made = 0
    for letter in "abcdefghijklmnop":
        if made >= count:
            break
        tasks: list[dict[str, object]] = []
        for number in range(min(6, count - made)):
            name = f"{letter}.{number}"
            odd = (made + number) % 2
            tasks.append(file_task(name, f"gen/{name}.txt") if odd else command_task(name, f"out/{name}", pause))
        made += len(tasks)
        group: dict[str, object] = {"id": letter, "tasks": tasks}
        if len(groups) % 2:
            group |= {"execution": "parallel", "max_parallel": 4, "depends_on": [str(groups[-1]["id"])]}
        groups.append(group)
    return build_scene(home, groups)


def wait_until_gone(scene: Scene, seconds: float) -> list[int]:
    """Wait until no process of the scene is left; return those that are."""
    deadline = time.monotonic() + seconds
    while left := scene.processes():
        if time.monotonic() > deadline:
            return left
        time.sleep(0.01)
    return []
