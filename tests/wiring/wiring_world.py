"""A throw-away repository with a document, and the real command line on it: in this process, or in one of its own."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestrator.cli.entry import _invoke, _split, guarded

Json = Any
EVENTS = ".orchestrate/events.ndjson"
_ABOUT_LOOKS = ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "CI", "TERM", "CLAUDECODE", "AGENT", "AI_AGENT")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a command line answered."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


class _Stream(io.TextIOWrapper):
    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True)

    def text(self) -> str:
        return self.buffer.getvalue().decode("utf-8", "replace")


def sh(script: str, **more: Json) -> dict[str, Json]:
    """Return the keys of a task that runs a line of shell."""
    return {"type": "command", "command": ["sh", "-c", script], **more}


def task(id: str, script: str = "true", **more: Json) -> dict[str, Json]:
    """Return a command task."""
    return {"id": id, "name": f"task {id}", **sh(script), **more}


def group(*tasks: Mapping[str, Json], id: str = "a", **more: Json) -> dict[str, Json]:
    return {"id": id, "tasks": list(tasks), **more}


def phase(*groups: Mapping[str, Json], id: str = "1", **more: Json) -> dict[str, Json]:
    return {"id": id, "groups": list(groups), **more}


def document(*phases: Mapping[str, Json], **more: Json) -> dict[str, Json]:
    """Return a document; a fast ledger, because a power cut is not what these tests are about."""
    settings = {"durability": "normal", **more.pop("settings", {})}
    whole = {"version": 1, "project": {"name": "wired"}, "settings": settings, "phases": list(phases), **more}
    return {name: value for name, value in whole.items() if value is not None}


def tasks(*given: Mapping[str, Json], execution: str = "sequential", **more: Json) -> dict[str, Json]:
    """Return a document of one phase and one group."""
    return document(phase(group(*given, execution=execution)), **more)


@dataclass(frozen=True)
class Repository:
    """A folder that a document works on; variables of ours and of the terminal are not inherited."""

    root: Path
    env: Mapping[str, str] = field(default_factory=dict)

    def write(self, path: str, text: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def read(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    def has(self, path: str) -> bool:
        return (self.root / path).exists()

    def plant(self, whole: Mapping[str, Json], path: str = "phases.yaml") -> None:
        """Write a document; JSON is YAML."""
        self.write(path, json.dumps(whole, indent=1))

    def orchestrate(self, *arguments: str, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Answer:
        """Run one command line here; `run`, `resume` and `undo` without their supervisor."""
        out, err = _Stream(), _Stream()
        leading, rest = _split(arguments)
        around = _surroundings(cwd or self.root, {**self.env, **(env or {})}, arguments)
        with around, redirect_stdout(out), redirect_stderr(err):
            code = guarded(lambda: _invoke(rest[0], [*rest[1:], *leading]))
        return Answer(code=int(code), out=out.text(), err=err.text())

    def run(self, *arguments: str, env: Mapping[str, str] | None = None) -> "Ran":
        """Run everything (or what the arguments select) and return the answer with events and final states."""
        chosen = arguments if any(_selects(word) for word in arguments) else ("--all", *arguments)
        (self.root / ".orchestrate").mkdir(mode=0o700, exist_ok=True)
        (self.root / EVENTS).unlink(missing_ok=True)
        answer = self.orchestrate("run", "--ui", "none", "--events", EVENTS, *chosen, env=env)
        return Ran(answer=answer, repository=self)

    def record(self) -> dict[str, Json]:
        """Return the last run as `status --json` has it."""
        whole: dict[str, Json] = json.loads(self.orchestrate("status", "--json").out)
        return {**whole["run"], "waits": whole["waits"]}

    def states(self) -> dict[str, str]:
        return {entry["id"]: entry["state"] for entry in self.record()["tasks"]}

    def plan(self, *arguments: str, env: Mapping[str, str] | None = None) -> dict[str, Json]:
        """Return the plan as `plan --json` has it."""
        answer = self.orchestrate("plan", "--json", *arguments, env=env)
        assert answer.code == 0, answer.text
        found: dict[str, Json] = json.loads(answer.out)["plan"]
        return found

    def planned(self, *arguments: str, env: Mapping[str, str] | None = None) -> list[str]:
        """Return the ids of the tasks that would run."""
        return [entry["id"] for entry in self.plan(*arguments, env=env)["tasks"]]

    def problems(self, *arguments: str) -> list[dict[str, Json]]:
        """Return the problems that `validate` finds."""
        answer = self.orchestrate("validate", "--format", "json", *arguments)
        found: list[dict[str, Json]] = json.loads(answer.out)["problems"]
        return found

    def start(self, *arguments: str, env: Mapping[str, str] | None = None, **more: Any) -> "subprocess.Popen[str]":
        """Start the real program; the caller ends it."""
        return subprocess.Popen(
            [sys.executable, "-m", "orchestrator", *arguments],
            cwd=self.root,
            env=clean_environment({**self.env, **(env or {})}),
            stdin=more.pop("stdin", subprocess.DEVNULL),
            stdout=more.pop("stdout", subprocess.PIPE),
            stderr=more.pop("stderr", subprocess.PIPE),
            text=True,
            **more,
        )

    def program(self, *arguments: str, env: Mapping[str, str] | None = None) -> Answer:
        """Run the real program to its end."""
        process = self.start(*arguments, env=env)
        out, err = process.communicate(timeout=60)
        return Answer(code=process.returncode, out=out, err=err)


@dataclass(frozen=True, kw_only=True)
class Ran:
    """A run that has ended: its answer, and what it announced."""

    answer: Answer
    repository: Repository

    @property
    def code(self) -> int:
        return self.answer.code

    @property
    def events(self) -> list[dict[str, Json]]:
        return [json.loads(text) for text in self.repository.read(EVENTS).splitlines()]

    @property
    def states(self) -> dict[str, str]:
        return self.repository.states()

    def of(self, kind: str) -> list[dict[str, Json]]:
        """Return the events of a type."""
        return [event for event in self.events if event["type"] == kind]

    @property
    def started(self) -> list[str]:
        """Return the tasks in the order of their attempts."""
        return [event["task"] for event in self.of("task.started")]

    @property
    def most_at_once(self) -> int:
        """Return how many tasks ran at the same time."""
        now = most = 0
        for event in self.events:
            now += {"task.started": 1, "task.finished": -1}.get(event["type"], 0)
            most = max(most, now)
        return most

    def attempts(self, id: str) -> list[dict[str, Json]]:
        return next(entry["attempts"] for entry in self.repository.record()["tasks"] if entry["id"] == id)


def clean_environment(more: Mapping[str, str]) -> dict[str, str]:
    """Return our environment without what would change how we look or what we do."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("ORCHESTRATE_") and name not in _ABOUT_LOOKS
    }
    return {**kept, "TERM": "xterm", **more}


@contextmanager
def _surroundings(folder: Path, env: Mapping[str, str], arguments: Sequence[str]) -> Iterator[None]:
    before, here, argv, stdin = dict(os.environ), os.getcwd(), sys.argv, sys.stdin
    here_env = clean_environment(env)
    os.environ.clear()
    os.environ.update(here_env)
    os.chdir(folder)
    sys.argv = ["orchestrate", *arguments]
    with open(os.devnull) as nothing:
        sys.stdin = nothing
        try:
            yield
        finally:
            sys.argv, sys.stdin = argv, stdin
            os.chdir(here)
            os.environ.clear()
            os.environ.update(before)


def _selects(word: str) -> bool:
    names = ("--all", "--phase", "--group", "--task", "--tag", "--from", "--until", "--only", "--skip", "--failed")
    return word in (*names, "--plan", "-p", "-g", "-t") or word.startswith("--yes")


Make = Callable[..., Repository]
