"""A plan is made in a process of its own while this one loads the engine; how it ends is as if it were made here."""

import os
import subprocess
import sys
from pathlib import Path

BEGINNING = """
import os, signal, sys, threading
from msgspec import Struct
from orchestrator.cli.beside import is_a_processor_free, made_beside
from orchestrator.errors import UsageError

class Made(Struct):
    pid: int
    words: tuple[str, ...] = ()

here = os.getpid()
def make(): return Made(pid=os.getpid(), words=("a", "b"))
def nothing(): pass
"""
DOCUMENT = """\
version: 1
project: {name: beside}
settings: {durability: normal}
phases: [{id: 1, groups: [{id: a, tasks: [{id: "1.1", name: say, type: command, command: ["echo", "hello"]}]}]}]
"""


def said(script: str) -> str:
    """Return what a script prints, in a process without threads, after which none of its children is left."""
    end = "\ntry: os.waitpid(-1, os.WNOHANG); print('a child is left')\nexcept ChildProcessError: pass"
    ran = subprocess.run([sys.executable, "-c", BEGINNING + script + end], capture_output=True, text=True, check=False)
    assert ran.stderr == ""
    return ran.stdout


def test_the_value_comes_from_another_process() -> None:
    script = """
meant = []
made = made_beside(make, Made, lambda: meant.append(os.getpid() == here))
print(made.pid != here, made.words, meant)"""
    assert said(script) == "True ('a', 'b') [True]\n"


def test_a_thread_keeps_the_work_here() -> None:
    script = """
threading.Thread(target=threading.Event().wait, daemon=True).start()
print(made_beside(make, Made, nothing).pid == here, flush=True)"""
    assert said(script) == "True\n"


def test_another_process_is_worth_it_only_while_a_processor_is_free() -> None:
    script = """
for processors in (1, 1_000_000):
    os.sched_getaffinity = lambda which: set(range(processors))
    print(is_a_processor_free())"""
    assert said(script) == "False\nTrue\n"


def test_what_is_raised_is_raised_here() -> None:
    script = """
def refuse(): raise UsageError("no such document")
try: made_beside(refuse, Made, nothing)
except UsageError as error: print(error.message)"""
    assert said(script) == "no such document\n"


def test_a_process_that_is_killed_is_made_up_for_here() -> None:
    script = """
def die():
    if os.getpid() != here: os.kill(os.getpid(), signal.SIGKILL)
    return make()
print(made_beside(die, Made, nothing).pid == here)"""
    assert said(script) == "True\n"


def test_a_failure_meanwhile_ends_the_other_process() -> None:
    script = """
def wait(): signal.pause()
def fail(): raise UsageError("not today")
try: made_beside(wait, Made, fail)
except UsageError as error: print(error.message)"""
    assert said(script) == "not today\n"


def test_a_run_with_errors_tells_them_once(tmp_path: Path) -> None:
    (tmp_path / "phases.yaml").write_text(DOCUMENT.replace("name: say", "nam: say"))
    ran = subprocess.run(
        [sys.executable, "-m", "orchestrator", "run", "--all"],
        cwd=tmp_path,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr.count("error[E304]: unknown key `nam`")) == (3, 1)
    assert not (tmp_path / ".orchestrate").exists()
