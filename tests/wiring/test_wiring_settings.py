"""Keys of `settings`, `project` and `profiles`: each is changed, and something else happens."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from wiring_registry import wires
from wiring_world import Make, document, group, phase, task, tasks

SLOW = "sleep 20"


@wires("key:settings.max_parallel_tasks", "key:settings")
@pytest.mark.parametrize(("limit", "most"), [(1, 1), (2, 2), (0, 3)])
def test_the_run_is_bounded(make: Make, limit: int, most: int) -> None:
    # each waits until as many have begun as may run at once, so overlapping is not left to luck
    script = f"touch begun-$0; until [ $(ls begun-* | wc -l) -ge {most} ]; do sleep 0.01; done"
    work = [task(f"1.{n}", command=["sh", "-c", script, str(n)], rollback=False) for n in range(3)]
    repository = make(tasks(*work, execution="parallel", settings={"max_parallel_tasks": limit, "timeout": 20}))
    assert repository.run().most_at_once == most


@wires("value:settings.max_parallel_tasks=auto")
def test_auto_means_the_cores(make: Make) -> None:
    repository = make(tasks(task("1.1"), settings={"max_parallel_tasks": "auto"}))
    assert repository.plan()["limits"]["max_parallel_tasks"] == len(os.sched_getaffinity(0))
    repository.plant(tasks(task("1.1")))
    assert "max_parallel_tasks" not in repository.plan().get("limits", {})


@wires("key:settings.timeout", "key:task.timeout", "outcome:timed_out")
@pytest.mark.parametrize(
    ("settings", "own", "kind"),
    [
        ({"timeout": 0.2}, {}, "timed_out"),
        ({}, {"timeout": "200ms"}, "timed_out"),
        ({"timeout": 0.2}, {"timeout": 0}, None),
    ],
)
def test_an_attempt_that_takes_too_long_is_ended(make: Make, settings, own, kind) -> None:
    script = SLOW if kind else "sleep 0.4"
    ran = make(tasks(task("1.1", script, **own), settings=settings)).run()
    assert ran.attempts("1.1")[0]["kind"] == (kind or "unchanged")
    assert ran.code == (1 if kind else 0)


@wires("key:settings.idle_timeout", "key:task.idle_timeout")
@pytest.mark.parametrize(
    ("settings", "own", "failure"),
    [
        ({"idle_timeout": 0.2}, {}, "timeout"),
        ({}, {"idle_timeout": 0.2}, "timeout"),
        ({"idle_timeout": 0.2}, {"idle_timeout": 0}, None),
    ],
)
def test_a_silent_command_is_ended(make: Make, settings, own, failure) -> None:
    script = SLOW if failure else "sleep 0.4"
    ran = make(tasks(task("1.1", script, **own), settings=settings)).run()
    assert ran.attempts("1.1")[0]["failure"] == failure


FLAKY = "[ -e tried ] || {{ touch tried; exit {code}; }}"


@wires("key:settings.retry", "key:settings.retry.attempts", "key:task.retry", "key:task.retry.attempts")
@pytest.mark.parametrize(
    ("settings", "own", "code"),
    [({}, {}, 1), ({"attempts": 2}, {}, 0), ({}, {"attempts": 2}, 0), ({"attempts": 2}, {"attempts": 1}, 1)],
)
def test_attempts_are_repeated(make: Make, settings, own, code) -> None:
    flaky = task("1.1", FLAKY.format(code=75), exit_codes={"transient": [75]}, rollback=False, retry=own)
    assert make(tasks(flaky, settings={"retry": settings})).run().code == code


def _pauses(make: Make, settings, own) -> list[float]:
    failing = task("1.1", "exit 75", exit_codes={"transient": [75]}, retry=own)
    return [
        event["data"]["pause"] for event in make(tasks(failing, settings={"retry": settings})).run().of("task.retry")
    ]


@wires(*(f"key:{owner}.retry.{name}" for owner in ("settings", "task") for name in ("delay", "backoff", "max_delay")))
@pytest.mark.parametrize("owner", ["settings", "task"])
@pytest.mark.parametrize(
    ("retry", "pauses"),
    [
        ({}, [0, 0]),
        ({"delay": "10ms"}, [0.01, 0.01]),
        ({"delay": "10ms", "backoff": 3}, [0.01, 0.03]),
        ({"delay": "10ms", "backoff": 3, "max_delay": "15ms"}, [0.01, 0.015]),
    ],
)
def test_pauses_between_attempts(make: Make, owner: str, retry, pauses) -> None:
    given = {"attempts": 3, **retry}
    assert _pauses(make, *((given, {}) if owner == "settings" else ({}, given))) == pytest.approx(pauses)


@wires("key:settings.retry.jitter", "key:task.retry.jitter")
@pytest.mark.parametrize("owner", ["settings", "task"])
def test_jitter_shortens_pauses_by_chance(make: Make, owner: str) -> None:
    given = {"attempts": 5, "delay": "20ms", "jitter": True}
    found = _pauses(make, *((given, {}) if owner == "settings" else ({}, given)))
    assert all(0.01 <= pause <= 0.02 for pause in found)
    assert len(set(found)) > 1


@wires(
    "key:settings.retry.on",
    "key:task.retry.on",
    *(f"failure:{word}" for word in ("transient", "timeout", "infra", "failed")),
)
@pytest.mark.parametrize("owner", ["settings", "task"])
@pytest.mark.parametrize(
    ("failure", "more"),
    [
        ("transient", {"command": ["sh", "-c", "exit 75"], "exit_codes": {"transient": [75]}}),
        ("timeout", {"command": ["sleep", "20"], "timeout": 0.1}),
        ("infra", {"command": ["sh", "-c", "kill -9 $$"]}),
        ("failed", {"command": ["false"]}),
    ],
)
def test_only_the_named_failures_are_repeated(make: Make, owner: str, failure: str, more) -> None:
    words = ["transient", "timeout", "infra", "failed", "errored"]
    for on, tries in (([failure], 2), ([word for word in words if word != failure], 1)):
        given = {"attempts": 2, "on": on}
        work = task("1.1", **more, **({"retry": given} if owner == "task" else {}))
        ran = make(tasks(work, settings={"retry": given} if owner == "settings" else {})).run()
        assert [attempt["failure"] for attempt in ran.attempts("1.1")] == [failure] * tries


@wires("key:settings.fail_fast")
@pytest.mark.parametrize(("fail_fast", "state"), [(False, "unchanged"), (True, "cancelled")])
def test_the_first_failure_may_end_everything(make: Make, fail_fast: bool, state: str) -> None:
    whole = document(
        phase(group(task("1.1", "exit 1"), id="a"), group(task("1.2", priority="low"), id="b")),
        settings={"fail_fast": fail_fast, "max_parallel_tasks": 1},
    )
    assert make(whole).run().states == {"1.1": "failed", "1.2": state}


@wires("key:settings.durability", "durability:full", "durability:normal")
def test_full_durability_waits_for_the_disk(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (synced.append(fd), real(fd)))
    found = {}
    for word in ("full", "normal"):
        write = {"id": "1.1", "name": "write", "type": "file_generation", "templates": ["note.j2"], "target": "note"}
        repository = make(tasks(write, settings={"durability": word, "templates": ["own"]}), **{"own/note.j2": "x"})
        synced.clear()
        assert repository.run().code == 0
        found[word] = len(synced)
    assert found["full"] > found["normal"]


@wires("key:settings.durability")
@pytest.mark.skipif(shutil.which("strace") is None, reason="counting what SQLite asks of the kernel needs strace")
def test_a_fact_is_synchronized_only_when_it_has_to_be(make: Make) -> None:
    found = {}
    for word in ("full", "normal"):
        repository = make(tasks(*(task(f"1.{n}") for n in range(8)), settings={"durability": word}))
        counted = ["strace", "-f", "-c", "-e", "trace=fsync,fdatasync", "-o", "syncs"]
        program = [*counted, sys.executable, "-m", "orchestrator", "run", "--all"]
        subprocess.run(program, cwd=repository.root, capture_output=True, check=True)
        rows = [row.split() for row in repository.read("syncs").splitlines()]
        found[word] = sum(int(row[3]) for row in rows if row and row[-1] in ("fsync", "fdatasync"))
    assert found["full"] > found["normal"] + 7


@wires("key:settings.snapshot")
@pytest.mark.parametrize(("snapshot", "left"), [(True, False), (False, True)])
def test_what_commands_change_is_recorded(make: Make, snapshot: bool, left: bool) -> None:
    repository = make(tasks(task("1.1", "echo x > made"), settings={"snapshot": snapshot}))
    assert repository.run().code == 0
    assert ("made" in repository.orchestrate("diff", "--stat").out) is not left
    repository.orchestrate("undo")
    assert repository.has("made") is left


@wires("key:settings.env", "key:task.env")
def test_commands_and_checkpoints_get_the_environment(make: Make) -> None:
    check = {"type": "command", "command": ["sh", "-c", "[ $SHARED = all ]"]}
    work = [task("1.1", "[ $SHARED = all ]", verify=[check]), task("1.2", "[ $SHARED = own ]", env={"SHARED": "own"})]
    whole = document(phase(group(*work, checkpoint=[check]), checkpoint=[check]), settings={"env": {"SHARED": "all"}})
    assert make(whole).run().code == 0
    whole["settings"]["env"] = {"SHARED": "other"}
    assert make(whole).run().states == {"1.1": "failed", "1.2": "blocked"}


@wires("key:settings.templates", "handler:file_generation.templates", "handler:file_generation.target")
def test_templates_of_your_own_come_first(make: Make) -> None:
    write = {"id": "1.1", "name": "write", "type": "file_generation", "templates": ["note.md.j2"], "target": "docs/"}
    files = {"own/note.md.j2": "of {{ project.name }}"}
    repository = make(tasks(write, settings={"templates": ["own"]}), **files)
    assert repository.run().code == 0
    assert repository.read("docs/note.md") == "of wired\n"
    assert "E309" in make(tasks(write), **files).orchestrate("run", "--all").err


# ---------------------------------------------------------------- notifications


@contextmanager
def receiver() -> Iterator[tuple[str, list[str]]]:
    """Serve a webhook; yield its URL and the list of texts that arrive."""
    texts: list[str] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            texts.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/secret-path", texts
        finally:
            server.shutdown()
            thread.join()


TOLD = {
    "phase_end": "wired: phase 1 failed: 1.2",
    "failure": "wired: task 1.1 failed: false ended with exit code 1",
    "approval": "wired: task 1.2 waits for approval: look",
    "run_end": "wired: run {run} failed, exit code 1",
}


@wires("key:settings.notifications.on", *(f"value:settings.notifications.on={word}" for word in TOLD))
@pytest.mark.parametrize("on", TOLD)
def test_a_webhook_is_told_what_it_asked_for(make: Make, on: str) -> None:
    look = {"id": "1.2", "name": "look", "type": "manual", "instructions": "look"}
    work = [task("1.1", command=["false"]), look]
    with receiver() as (url, texts):
        repository = make(tasks(*work, execution="parallel", settings={"notifications": {"on": [on], "to": [url]}}))
        repository.run()
        if on in ("phase_end", "run_end"):  # a phase ends when nothing of it waits any more
            texts.clear()
            repository.orchestrate("reject", "1.2")
            repository.orchestrate("resume", "--ui", "none")
    assert texts == [TOLD[on].format(run=repository.record()["id"])]


@wires("key:settings.notifications", "key:settings.notifications.to")
def test_the_target_of_a_notification_comes_from_the_environment_and_is_never_stored(make: Make) -> None:
    with receiver() as (url, texts):
        settings = {"notifications": {"to": ["${{ env.HOOK }}"]}}
        repository = make(tasks(task("1.1"), settings=settings))
        assert repository.run(env={"HOOK": url}).code == 0
    assert len(texts) == 1
    stored = b"".join(file.read_bytes() for file in (repository.root / ".orchestrate").rglob("*") if file.is_file())
    assert b"secret-path" not in stored


def test_a_target_that_cannot_be_told_keeps_nothing_from_running(make: Make) -> None:
    repository = make(tasks(task("1.1"), settings={"notifications": {"to": ["${{ env.HOOK }}"]}}))
    ran = repository.run()
    assert ran.code == 0
    assert "warning: notification target 1 is left out: the environment has no HOOK" in ran.answer.err
    assert "left out: a notification target is an http(s) URL" in repository.run(env={"HOOK": "nonsense"}).answer.err
