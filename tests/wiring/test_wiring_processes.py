"""The real program: every exit code, signals, terminals, and commands that watch a run that goes on."""

import os
import pty
import select
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest
from wiring_registry import wires
from wiring_world import Make, Repository, clean_environment, document, group, phase, task, tasks

SLEEPING = tasks(task("1.1", "touch begun; echo one; sleep 60"))
MANUAL = {"id": "1.1", "name": "look", "type": "manual", "instructions": "look"}


@contextmanager
def running(repository: Repository, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """Start `run --all` and wait until its first task is at work; it is killed in the end if it still runs."""
    with repository.start("run", "--all", "--ui", "none", *arguments) as process:
        try:
            while not repository.has("begun"):
                assert process.poll() is None
                time.sleep(0.01)
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(20)


# ---------------------------------------------------------------- exit codes

FAILING = tasks(task("1.1", "exit 1"))
SIMPLE = tasks(task("1.1", "echo x > made"))
UNCHECKED = document(phase(group(task("1.1"), checkpoint=[{"type": "file_exists", "path": "missing"}])))
CODES = {
    0: (SIMPLE, ["run", "--all"], "DONE"),
    1: (FAILING, ["run", "--all"], "FAILED"),
    2: (SIMPLE, ["run", "--no-such-flag"], "no-such-flag"),
    3: ({"version": 1}, ["run", "--all"], "E103"),
    5: (SIMPLE, ["run", "--failed"], "no task failed in the last run"),
    6: (SIMPLE, ["run"], "--all or --yes answers for scripts"),
    7: (tasks(MANUAL), ["run", "--all"], "orchestrate approve 1.1"),
    8: (UNCHECKED, ["run", "--all"], "there is no file missing"),
    12: (tasks({"id": "1.1", "name": "x", "type": "agent"}), ["run", "--all"], "no handler for type agent"),
}


@wires(*(f"exit:{code}" for code in CODES))
@pytest.mark.parametrize("code", CODES)
def test_exit_codes(make: Make, code: int) -> None:
    whole, arguments, mark = CODES[code]
    answer = make(whole).program(*arguments)
    assert (answer.code, mark in answer.text) == (code, True), answer.text


@wires("exit:4")
def test_an_engine_that_dies_is_an_internal_error(make: Make) -> None:
    with running(make(SLEEPING)) as process:
        [engine] = psutil.Process(process.pid).children()
        engine.kill()
        assert process.wait(20) == 4


def test_a_bug_leaves_a_crash_file(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    import orchestrator.cli.status as status

    repository = make(SIMPLE).run().repository
    monkeypatch.setattr(status, "chosen_run", lambda *_: 1 / 0)
    answer = repository.orchestrate("status")
    assert (answer.code, "this is a bug in orchestrate" in answer.err) == (4, True)
    [crash] = (repository.root / ".orchestrate").glob("crash-*.txt")
    assert "ZeroDivisionError" in crash.read_text()


@wires("exit:9")
def test_a_second_run_is_refused(make: Make) -> None:
    repository = make(SLEEPING)
    with running(repository) as process:
        answer = repository.program("run", "--all")
        engine = psutil.Process(process.pid).children()[0].pid
        assert (answer.code, f"process {engine}" in answer.err) == (9, True), answer.err


@wires("exit:10")
def test_a_ledger_of_a_newer_version_is_not_touched(make: Make) -> None:
    repository = make(SIMPLE).run().repository
    with sqlite3.connect(repository.root / ".orchestrate/ledger.db") as ledger:
        ledger.execute("PRAGMA user_version = 999")
    ledger.close()
    answer = repository.program("run", "--all")
    assert (answer.code, "newer" in answer.err) == (10, True), answer.err


@wires("exit:11")
def test_an_edit_since_is_not_overwritten(make: Make) -> None:
    repository = make(SIMPLE).run().repository
    repository.write("made", "edited")
    answer = repository.program("undo")
    assert (answer.code, "made" in answer.err, repository.read("made")) == (11, True, "edited")


@wires("exit:130", "exit:143", "exit:129", "event:run.stopping", "run:cancelled")
@pytest.mark.parametrize(("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_a_run_in_order(make: Make, signum: signal.Signals, code: int) -> None:
    repository = make(SLEEPING)
    with running(repository, "--events", ".orchestrate-events", "--report", "told.md") as process:
        process.send_signal(signum)
        assert process.wait(20) == code
    assert '"type":"run.stopping"' in repository.read(".orchestrate-events")
    assert "cancelled" in repository.read("told.md")
    assert (repository.record()["state"], repository.states()) == ("cancelled", {"1.1": "cancelled"})


# ---------------------------------------------------------------- from another terminal


@wires("flag:cancel --wait", "command:cancel")
@pytest.mark.parametrize(("wait", "word"), [("20", "stopped: "), ("0", "asked to stop: ")])
def test_cancel_waits_for_the_end(make: Make, wait: str, word: str) -> None:
    repository = make(SLEEPING)
    with running(repository) as process:
        assert repository.orchestrate("cancel", "--wait", wait).out.startswith(word)
        assert process.wait(20) == 143


@wires("flag:cancel --now")
@pytest.mark.parametrize(("flags", "quick"), [([], False), (["--now"], True)])
def test_cancel_now_gives_no_grace(make: Make, flags: list[str], quick: bool) -> None:
    stubborn = "trap 'touch heard' TERM; touch begun; while :; do sleep 0.05; done"
    repository = make(tasks(task("1.1", stubborn, rollback=False)))
    with running(repository) as process:
        answer = repository.orchestrate("cancel", "--wait", "2", *flags)
        assert answer.out.startswith("stopped: " if quick else "asked to stop: ")
        if not quick:
            repository.orchestrate("cancel", "--now")
        assert process.wait(20) == 143


@wires("flag:logs --follow", "flag:logs -f")
@pytest.mark.parametrize("flag", ["--follow", "-f"])
def test_logs_follow_a_task(make: Make, flag: str) -> None:
    repository = make(tasks(task("1.1", "echo one; touch begun; until [ -e go ]; do sleep 0.01; done; echo two")))
    with running(repository) as process:
        assert "two" not in repository.orchestrate("logs", "1.1").out
        with repository.start("logs", "1.1", flag) as follower:
            assert follower.stdout is not None
            first = follower.stdout.readline()
            repository.write("go", "")
            assert (first + follower.stdout.read()).split() == ["one", "two"]
        assert process.wait(20) == 0


@wires("flag:status --watch", "flag:status -w", "flag:status --interval", "twin:status ORCHESTRATE_INTERVAL")
@pytest.mark.parametrize(
    ("flags", "env"),
    [
        (["--watch", "--interval", "0.1"], {}),
        (["-w", "--interval", "0.1"], {}),
        (["-w"], {"ORCHESTRATE_INTERVAL": "0.1"}),
    ],
)
def test_status_watches_a_run_to_its_end(make: Make, flags: list[str], env: dict[str, str]) -> None:
    repository = make(tasks(task("1.1", "touch begun; until [ -e go ]; do sleep 0.01; done")))
    with running(repository) as process:
        assert "running" in repository.orchestrate("status").out
        with repository.start("status", *flags, env=env) as watcher:
            assert watcher.stdout is not None
            begun = time.monotonic()
            looks = [line for line in (watcher.stdout.readline() for _ in range(80)) if "started" in line]
            assert len(looks) > 4
            assert time.monotonic() - begun < 2.0 * (len(looks) - 1)  # the default looks every two seconds
            repository.write("go", "")
            assert "DONE" in watcher.stdout.read()
        assert process.wait(20) == 0


# ---------------------------------------------------------------- a terminal


def on_terminal(
    repository: Repository, *arguments: str, env=None, until: str = "", answer: str = ""
) -> tuple[int, str]:
    """Run the program on a terminal of its own; type an answer when a text appears. Return code and screen."""
    leader, follower = pty.openpty()
    surroundings = clean_environment(env or {})
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestrator", *arguments],
        cwd=repository.root,
        env=surroundings,
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
    )
    os.close(follower)
    screen, typed = "", False
    try:
        while select.select([leader], [], [], 20)[0]:
            try:
                read = os.read(leader, 65536)
            except OSError:
                break
            if not read:
                break
            screen += read.decode("utf-8", "replace")
            if "\x1b[6n" in screen and not typed:  # where is the cursor?
                os.write(leader, b"\x1b[1;1R")
            if until and until in screen and not typed:
                typed = True
                os.write(leader, answer.encode())
        return process.wait(20), screen
    finally:
        os.close(leader)
        if process.poll() is None:
            process.kill()
            process.wait()


def asking(make: Make, name: str) -> tuple[Repository, list[str], str]:
    """Return a repository in which the command has to ask, its command line, and what it asks."""
    if name == "run":
        return make(SIMPLE), ["run"], "run all 1 task?"
    if name == "undo":
        return make(SIMPLE).run().repository, ["undo"], "take back 1 file of run"
    if name == "clean":
        repository = make(SIMPLE).run().repository
        repository.write(".orchestrate/crash-1.txt", "x")
        return repository, ["clean", "--older-than", "0s"], "remove"
    if name == "approve":
        strict = {**MANUAL, "evidence": "required"}
        return (
            make(tasks(strict)).run().repository,
            ["approve", "1.1"],
            "Evidence for 1.1 (a text, or the path of a file):",
        )
    repository = make(tasks(MANUAL)).run().repository
    return repository, ["resume", "--ui", "plain"], "skip, with a reason"


ASKING = ("run", "undo", "clean", "resume", "approve")


@wires(*(f"flag:{name} --no-input" for name in ASKING), *(f"twin:{name} ORCHESTRATE_NO_INPUT" for name in ASKING))
@pytest.mark.parametrize("name", ASKING)
def test_no_input_never_asks(make: Make, name: str) -> None:
    repository, words, question = asking(make, name)
    refused = {"resume": 7, "approve": 2}.get(name, 6)
    for flags, env in ((["--no-input"], {}), ([], {"ORCHESTRATE_NO_INPUT": "1"})):
        code, screen = on_terminal(repository, *words, *flags, env=env)
        assert (code, "(y/N)" in screen or "arrow keys" in screen or "Evidence for" in screen) == (refused, False)
        assert repository.orchestrate(*words, *flags, env=env).code == refused  # without a terminal, too
    _, screen = on_terminal(repository, *words, until=question, answer="\x03")
    assert question in screen


@wires("flag:undo --yes", "flag:undo -y", "twin:undo ORCHESTRATE_YES")
@pytest.mark.parametrize(("flags", "env"), [(["--yes"], {}), (["-y"], {}), ([], {"ORCHESTRATE_YES": "1"})])
def test_undo_does_not_ask_when_it_is_told_yes(make: Make, flags: list[str], env: dict[str, str]) -> None:
    repository = make(SIMPLE).run().repository
    code, screen = on_terminal(repository, "undo", "--ui", "none", *flags, env=env)
    assert (code, "take back" in screen, repository.has("made")) == (0, False, False)


@wires(*(f"choice:{name} --ui=auto" for name in ("run", "resume", "undo")))
@pytest.mark.parametrize("name", ["run", "resume", "undo"])
def test_the_display_follows_the_terminal(make: Make, name: str) -> None:
    """`auto` is live on a terminal, lines in CI."""
    for env, moves in (({}, True), ({"CI": "1"}, False)):
        repository = make(tasks(task("1.1", "[ -e go ] && echo x > made")))
        if name == "resume":
            repository.run()
        repository.write("go", "")
        if name == "undo":
            repository.run()
        words = {"run": ["run", "--all"], "resume": ["resume"], "undo": ["undo", "--yes"]}[name]
        code, screen = on_terminal(repository, *words, "--ui", "auto", env=env)
        assert (code, "\x1b[?25l" in screen) == (0, moves), screen
