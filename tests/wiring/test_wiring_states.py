"""States, outcomes, reasons to wait and events: each is brought about and seen from outside."""

import json
import sys

import pytest
from wiring_registry import wires
from wiring_world import EVENTS, Make, document, group, phase, sh, task, tasks

PACKAGE = """
from orchestrator.contracts import Handler, Measurement, Params


class Broken(Handler[Params]):
    type = "broken"
    params_model = Params

    async def run(self, params, context):
        raise ZeroDivisionError("nobody can divide by it")


class Slow:
    async def ask(self, params, context):
        await context.processes.run(["sh", "-c", params["script"]])
        return Measurement(ok=True, message="asked")
"""


@pytest.fixture
def plugins(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a package with a handler that breaks and a guard that takes its time."""
    folder = tmp_path / "site"
    info = folder / "oddities-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / "oddities.py").write_text(PACKAGE)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: oddities\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[orchestrate.handlers]\nbroken = oddities:Broken\n[orchestrate.guards]\nslow = oddities:Slow\n"
    )
    monkeypatch.syspath_prepend(folder)


@wires("state:changed", "state:unchanged", "state:failed", "outcome:changed", "outcome:unchanged", "outcome:failed")
@wires("run:succeeded", "run:failed")
@pytest.mark.parametrize(
    ("script", "state", "run"),
    [("echo x > made", "changed", "succeeded"), ("true", "unchanged", "succeeded"), ("false", "failed", "failed")],
)
def test_a_task_ends_as_it_went(make: Make, script: str, state: str, run: str) -> None:
    ran = make(tasks(task("1.1", script))).run()
    assert (ran.states, ran.attempts("1.1")[0]["kind"]) == ({"1.1": state}, state)
    assert ran.repository.record()["state"] == run


@wires("outcome:errored", "failure:errored")
@pytest.mark.parametrize(("on", "tries"), [(["errored"], 2), (["failed"], 1)])
@pytest.mark.usefixtures("plugins")
def test_a_handler_that_breaks_is_errored(make: Make, on: list[str], tries: int) -> None:
    work = {"id": "1.1", "name": "x", "type": "broken", "retry": {"attempts": 2, "on": on}}
    ran = make(tasks(work)).run()
    assert ran.states == {"1.1": "failed"}
    assert [(each["kind"], each["failure"]) for each in ran.attempts("1.1")] == [("errored", "errored")] * tries


@wires("outcome:cancelled")
def test_what_runs_is_cancelled_when_another_fails_fast(make: Make) -> None:
    work = [task("1.1", "until [ -e begun ]; do sleep 0.01; done; exit 1"), task("1.2", "touch begun; sleep 60")]
    ran = make(document(phase(group(*work, execution="parallel", fail_fast=True)))).run()
    assert ran.states == {"1.1": "failed", "1.2": "cancelled"}
    assert ran.attempts("1.2")[0]["kind"] == "cancelled"


@wires("state:pending")
def test_what_follows_a_waiting_task_is_pending(make: Make) -> None:
    look = {"id": "1.1", "name": "look", "type": "manual", "instructions": "look"}
    ran = make(tasks(look, task("1.2"))).run()
    assert ran.states == {"1.1": "waiting", "1.2": "pending"}


# ---------------------------------------------------------------- reasons to wait


def looks(*marks: str) -> str:
    """Return a script that waits until the run has said why these tasks wait, and keeps what `status` says then."""
    until = " && ".join(f"grep -q '\"{mark}\": ' .orchestrate/waits.json 2>/dev/null" for mark in marks)
    program = f"{sys.executable} -m orchestrator"
    return f"until {until}; do sleep 0.02; done; {program} status --json > seen.json; {program} status > seen.txt"


def busy(first: dict, *rest: dict, **more) -> dict:
    return document(phase(group(first, *rest, execution="parallel", **more)))


def produced(id: str, script: str = "touch shared") -> dict:
    return task(id, script, produces=["shared"], priority="high" if id == "1.1" else "medium")


LOOK = looks("1.2")
SECOND = task("1.2")
WAITS = {
    "dependency": (busy(task("1.1", LOOK), task("1.2", depends_on=["1.1"])), "dependency: 1.1, which is running"),
    "lock": (busy(produced("1.1", f"touch shared; {LOOK}"), produced("1.2")), "lock: 1.1 writes shared"),
    "group limit": (busy(task("1.1", LOOK), SECOND, max_parallel=1), "group limit: group 1.a runs 1 of 1"),
    "run limit": (
        busy(task("1.1", LOOK), SECOND) | {"settings": {"max_parallel_tasks": 1}},
        "run limit: the run does 1 of 1 at a time",
    ),
    "exclusive": (busy(task("1.1", LOOK, exclusive=True, priority="high"), SECOND), "exclusive: 1.1 runs alone"),
    "backoff": (  # a pause that outlasts every look; who has looked ends the run
        busy(
            task("1.1", f"{LOOK}; exit 1"),
            task(
                "1.2",
                "exit 75",
                exit_codes={"transient": [75]},
                retry={"attempts": 2, "delay": "1h", "max_delay": 0},
            ),
            fail_fast=True,
        ),
        "the next attempt follows after a pause",
    ),
    "guard": (
        document(phase(group(SECOND, guards=[{"type": "slow", "script": LOOK}]))),
        "guard: the guards of group 1.a are asked",
    ),
    "checkpoint": (
        document(
            phase(
                group(task("1.1"), checkpoint=[{"type": "command", "command": ["sh", "-c", LOOK]}]),
                group(SECOND, id="b", depends_on=["a"]),
            )
        ),
        "checkpoint: the checkpoint of group 1.a",
    ),
}


@wires(*(f"wait:{reason}" for reason in WAITS), "state:ready", "state:running")
@pytest.mark.parametrize("reason", WAITS)
@pytest.mark.usefixtures("plugins")
def test_status_says_why_a_task_waits(make: Make, reason: str) -> None:
    whole, detail = WAITS[reason]
    repository = make(whole)
    assert repository.run().code == (1 if reason == "backoff" else 0)
    seen = json.loads(repository.read("seen.json"))
    assert seen["waits"]["1.2"].startswith(reason)
    assert seen["waits"]["1.2"].endswith(detail)
    assert seen["waits"]["1.2"] in repository.read("seen.txt")
    states = {entry["id"]: entry["state"] for entry in seen["run"]["tasks"]}
    assert states["1.2"] == ("ready" if reason == "backoff" else "pending")
    assert "waits.json" not in [file.name for file in (repository.root / ".orchestrate").iterdir()]


# ---------------------------------------------------------------- events


@wires(*(f"event:{word}" for word in ("run.started", "run.finished", "phase.started", "phase.finished")))
@wires(*(f"event:{word}" for word in ("group.started", "group.finished", "task.started", "task.finished")))
@wires(*(f"event:{word}" for word in ("task.progress", "task.output", "task.retry", "checkpoint")))
def test_the_events_of_a_run(make: Make) -> None:
    flaky = task("1.1", "echo said; [ -e tried ] || { touch tried; exit 75; }", rollback=False)
    flaky |= {"exit_codes": {"transient": [75]}, "retry": {"attempts": 2}, "verify": [sh("true")]}
    ran = make(tasks(flaky)).run()
    assert [(event["type"], event.get("attempt")) for event in ran.events] == [
        ("run.started", None),
        ("phase.started", None),
        ("group.started", None),
        ("task.started", 1),
        ("task.progress", 1),
        ("task.output", 1),
        ("task.retry", 1),
        ("task.started", 2),
        ("task.progress", 2),
        ("task.output", 2),
        ("checkpoint", 2),
        ("task.finished", 2),
        ("group.finished", None),
        ("phase.finished", None),
        ("run.finished", None),
    ]
    assert ran.of("task.output")[0]["data"]["text"] == "said"
    assert ran.of("task.finished")[0]["data"]["state"] == "unchanged"
    assert ran.of("run.finished")[0]["data"]["exit_code"] == 0


@wires("event:warning")
def test_what_cannot_be_promised_is_a_warning(make: Make) -> None:
    repository = make(tasks(task("1.1", "printf x >> large")))
    with (repository.root / "large").open("wb") as file:
        file.truncate(17 << 20)
    [warning] = repository.run().of("warning")
    assert "large" in warning["data"]["text"]
    quiet = make(tasks(task("1.1", "printf x >> small")), small="x")
    assert quiet.run().of("warning") == []


def test_events_are_numbered_and_name_their_run(make: Make) -> None:
    ran = make(tasks(task("1.1"))).run()
    assert [event["seq"] for event in ran.events] == list(range(1, len(ran.events) + 1))
    assert {event["run"] for event in ran.events} == {ran.repository.record()["id"]}
    assert ran.repository.has(EVENTS)


def test_the_end_of_a_resumed_run_counts_what_was_done_before(make: Make) -> None:
    repository = make(tasks(task("1.1"), task("1.2", "[ -e go ]")))
    assert repository.run().code == 1
    repository.write("go", "")
    assert "DONE 2 done (2 unchanged) of 2 in" in repository.orchestrate("resume").err
