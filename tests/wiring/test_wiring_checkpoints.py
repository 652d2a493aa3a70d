"""The params of the checkpoints, and guards, which come from packages alone."""

import json
from collections.abc import Mapping

import pytest
from wiring_registry import wires
from wiring_world import Make, Ran, document, group, phase, task, tasks


def measured(make: Make, check, *, files=None, work=None) -> dict:
    """Return what a group's checkpoint measured."""
    whole = document(phase(group(*(work or [task("1.1")]), checkpoint=[check], execution="parallel")))
    ran = make(whole, **(files or {})).run()
    return ran.of("checkpoint")[0]["data"]


REPORT = {
    "total": {
        "statements": {"covered": 8, "total": 10},
        "branches": {"covered": 6, "total": 10},
        "functions": {"covered": 4, "total": 10},
        "lines": {"covered": 2, "total": 10},
    },
    "src/a.ts": {key: {"covered": 5, "total": 5} for key in ("statements", "branches", "functions", "lines")},
    "src/b.ts": {key: {"covered": 0, "total": 5} for key in ("statements", "branches", "functions", "lines")},
}
HERE = {"report.json": json.dumps(REPORT), "inner/report.json": json.dumps(REPORT)}
COVERAGE = {"type": "coverage", "source": "report.json", "min": 50}


def _coverage(make: Make, **more) -> tuple[bool, float | None]:
    found = measured(make, {**COVERAGE, **more}, files=HERE)
    return found["ok"], found["value"]


METRICS = {"statements": 80, "branches": 60, "functions": 40, "lines": 20}


@wires(
    "checkpoint:coverage.metric",
    "checkpoint:coverage.source",
    *(f"value:checkpoint:coverage.metric={word}" for word in METRICS),
)
@pytest.mark.parametrize("metric", METRICS)
def test_coverage_is_read_from_the_report(make: Make, metric: str) -> None:
    assert _coverage(make, metric=metric) == (METRICS[metric] >= 50, METRICS[metric])
    assert _coverage(make, metric=metric, source="missing.json") == (False, None)


@wires("checkpoint:coverage.min")
@pytest.mark.parametrize(("least", "ok"), [(80, True), (80.1, False)])
def test_coverage_has_a_minimum(make: Make, least: float, ok: bool) -> None:
    assert _coverage(make, min=least)[0] is ok


@wires("checkpoint:coverage.include", "checkpoint:coverage.exclude")
@pytest.mark.parametrize(
    ("more", "value"), [({"include": ["src/a.ts"]}, 100), ({"exclude": ["src/a.ts"]}, 0), ({}, 80)]
)
def test_coverage_of_some_files(make: Make, more, value: float) -> None:
    assert _coverage(make, **more)[1] == value


@wires("checkpoint:coverage.command", "checkpoint:coverage.allow_failing_tests", "checkpoint:coverage.cwd")
@pytest.mark.parametrize(
    ("more", "ok"),
    [
        ({"command": ["true"]}, False),
        ({"command": ["sh", "-c", "cat report.json > new; mv new report.json"]}, True),
        ({"command": ["sh", "-c", "cat report.json > new; mv new report.json; exit 1"]}, False),
        (
            {"command": ["sh", "-c", "cat report.json > new; mv new report.json; exit 1"], "allow_failing_tests": True},
            True,
        ),
        ({"command": ["sh", "-c", "cat report.json > new; mv new ../report.json"]}, False),
        ({"command": ["sh", "-c", "cat report.json > new; mv new ../report.json"], "cwd": "inner"}, True),
    ],
)
def test_coverage_is_measured_now_or_not_at_all(make: Make, more, ok: bool) -> None:
    assert _coverage(make, **more)[0] is ok


CHECKS = {
    "command.command": (
        ({"type": "command", "command": ["true"]}, True),
        ({"type": "command", "command": ["false"]}, False),
    ),
    "command.cwd": (
        ({"type": "command", "command": ["ls", "report.json"], "cwd": "inner"}, True),
        ({"type": "command", "command": ["ls", "report.json"], "cwd": "empty"}, False),
    ),
    "command.env": (
        ({"type": "command", "command": ["sh", "-c", "[ $A = x ]"], "env": {"A": "x"}}, True),
        ({"type": "command", "command": ["sh", "-c", "[ $A = x ]"]}, False),
    ),
    "command.exit_codes": (
        ({"type": "command", "command": ["false"], "exit_codes": [1]}, True),
        ({"type": "command", "command": ["false"]}, False),
    ),
    "file_exists.path": (
        ({"type": "file_exists", "path": ["report.json", "inner/*.json", "empty/"]}, True),
        ({"type": "file_exists", "path": "missing"}, False),
    ),
    "file_exists.min_size": (
        ({"type": "file_exists", "path": "report.json", "min_size": 10}, True),
        ({"type": "file_exists", "path": "report.json", "min_size": 100_000}, False),
    ),
}


@wires(*(f"checkpoint:{name}" for name in CHECKS))
@pytest.mark.parametrize("name", CHECKS)
def test_a_param_of_a_checkpoint_makes_a_difference(make: Make, name: str) -> None:
    for check, ok in CHECKS[name]:
        assert measured(make, check, files={**HERE, "empty/keep": ""})["ok"] is ok


@wires("checkpoint:tasks_done.priority", "checkpoint:tasks_done.states")
@pytest.mark.parametrize(
    ("more", "ok"), [({}, False), ({"priority": "high"}, True), ({"states": ["changed", "unchanged", "skipped"]}, True)]
)
def test_a_skipped_task_is_not_done_unless_said_so(make: Make, more, ok: bool) -> None:
    work = [task("1.1", priority="high"), task("1.2", when=False)]
    assert measured(make, {"type": "tasks_done", **more}, work=work)["ok"] is ok


# ---------------------------------------------------------------- up to date

COUNTED = ["sh", "-c", "echo measured >> .orchestrate/times; cp report.json coverage.json"]


def _times(ran: Ran) -> int:
    """Return how often the checkpoint's program has run."""
    return ran.repository.read(".orchestrate/times").count("measured")


def _since(ran: Ran) -> list[str | None]:
    return [each["data"].get("since") for each in ran.events if each["type"] == "checkpoint"]


def _rechecked(make: Make, check: Mapping[str, object]) -> Ran:
    """Return the first run of a document whose checkpoint counts how often it measures."""
    later = group(task("1.2", "echo b > b.txt", inputs=["a.txt"], produces=["b.txt"]), id="b", depends_on=["a"])
    writer = task("1.1", "echo a > a.txt", inputs=["c.txt"], produces=["a.txt"])
    first = group(writer, checkpoint=[{"command": COUNTED, **check}])
    return make(document(phase(first, later)), **HERE, **{"c.txt": "c"}).run()


BY_FILES = {
    "coverage": {"type": "coverage", "source": "coverage.json", "min": 20},
    "command": {"type": "command", "inputs": ["*.txt"]},
}


@wires("checkpoint:command.inputs")
@pytest.mark.parametrize("type_", BY_FILES)
def test_a_checkpoint_that_passed_is_up_to_date_until_a_file_changes(make: Make, type_: str) -> None:
    first = _rechecked(make, BY_FILES[type_])
    times, run = _times(first), first.repository.record()["id"]
    again = first.repository.run()
    assert (_times(again), _since(again), again.answer.code) == (times, [run], 0)
    assert _since(again.repository.run()) == [run]  # the run that measured it, however many found it so
    again.repository.write("c.txt", "edited")
    assert (_since(again.repository.run()), _times(again)) == ([None], times + 1)


def test_force_measures_a_checkpoint_anew(make: Make) -> None:
    first = _rechecked(make, BY_FILES["command"])
    assert _since(first.repository.run("--force")) == [None]
    assert _times(first) == 2


@pytest.mark.parametrize(("path", "since"), [("b.txt", [None]), ("report.json", ["first"])])
def test_only_the_files_that_decide_a_checkpoint_have_it_measured_again(make: Make, path: str, since) -> None:
    first = _rechecked(make, BY_FILES["command"])
    run = first.repository.record()["id"]
    first.repository.write(path, first.repository.read(path) + " ")
    found = _since(first.repository.run("--task", "1.1", "--task", "1.2"))
    assert found == [run if each == "first" else each for each in since]


def test_a_checkpoint_that_nobody_knows_the_inputs_of_is_measured_every_time(make: Make) -> None:
    first = _rechecked(make, {"type": "command"})
    assert (_since(first.repository.run()), _times(first)) == ([None], 2)


def test_a_checkpoint_that_failed_is_measured_again(make: Make) -> None:
    first = _rechecked(make, {**BY_FILES["command"], "exit_codes": [1]})
    assert (_since(first.repository.run()), _times(first)) == ([None], 2)


# ---------------------------------------------------------------- guards

GUARD = '''
from orchestrator.contracts import Measurement


class Gate:
    """Say what the document says."""

    async def ask(self, params, context):
        return Measurement(ok=params["ok"], message=f"asked for {context.scope}")
'''


@pytest.fixture
def gate(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a package with a guard that exists only for this test."""
    folder = tmp_path / "site"
    info = folder / "gatekeeper-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / "gatekeeper.py").write_text(GUARD)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: gatekeeper\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[orchestrate.guards]\ngate = gatekeeper:Gate\n")
    monkeypatch.syspath_prepend(folder)


def guarded(owner: str, guard) -> dict:
    """Return a document whose second part is guarded, or all of it."""
    of = {name: {"guards": [guard]} if name == owner else {} for name in ("guards", "phase.guards", "group.guards")}
    first = phase(group(task("1.1")), id="1")
    guarded_group = group(task("2.1"), id="b", **of["group.guards"])
    third = phase(group(task("3.1"), id="c"), id="3", depends_on=["2"])
    return document(first, phase(guarded_group, id="2", depends_on=["1"], **of["phase.guards"]), third, **of["guards"])


STATES = {
    "guards": {"block": ["blocked"] * 3, "stop": ["cancelled"] * 3},
    "phase.guards": {"block": ["unchanged", "blocked", "blocked"], "stop": ["unchanged", "cancelled", "cancelled"]},
    "group.guards": {"block": ["unchanged", "blocked", "blocked"], "stop": ["unchanged", "cancelled", "cancelled"]},
}


@wires(*(f"key:{owner}{more}" for owner in STATES for more in ("", ".type", ".name", ".on_fail")), "event:guard")
@wires(*(f"value:{owner}.on_fail={word}" for owner in STATES for word in ("block", "warn", "stop")))
@pytest.mark.parametrize("owner", STATES)
@pytest.mark.parametrize("on_fail", ["block", "warn", "stop"])
@pytest.mark.usefixtures("gate")
def test_a_guard_says_no(make: Make, owner: str, on_fail: str) -> None:
    whole = guarded(owner, {"type": "gate", "ok": False, "on_fail": on_fail, "name": "NAMED"})
    whole["settings"]["max_parallel_tasks"] = 1
    ran = make(whole).run()
    expected = STATES[owner].get(on_fail, ["unchanged"] * 3)
    assert (ran.code, list(ran.states.values())) == (0 if on_fail == "warn" else 8, expected)
    event = ran.of("guard")[0]["data"]
    assert (event["title"], event["ok"]) == ("NAMED", False)


@pytest.mark.parametrize("owner", STATES)
@pytest.mark.usefixtures("gate")
def test_a_guard_says_yes(make: Make, owner: str) -> None:
    ran = make(guarded(owner, {"type": "gate", "ok": True})).run()
    assert (ran.code, set(ran.states.values())) == (0, {"unchanged"})


@pytest.mark.usefixtures("gate")
def test_guards_are_listed(make: Make) -> None:
    repository = make(tasks(task("1.1")))
    assert "gate  Say what the document says.  (gatekeeper)" in repository.orchestrate("handlers").out
    assert "guard gate: from gatekeeper" in repository.orchestrate("doctor").out


UNPINNED = (
    "on: push\npermissions: {}\njobs:\n  one:\n    runs-on: ubuntu-latest\n    steps:\n"
    "      - uses: actions/checkout@v4\n"
)


@wires("checkpoint:workflows_valid.path", "checkpoint:workflows_valid.warnings")
@pytest.mark.parametrize(
    ("more", "ok"),
    [({}, True), ({"path": "broken.yml"}, False), ({"path": ["missing.yml"]}, False), ({"warnings": True}, False)],
)
def test_workflows_are_checked(make: Make, more, ok: bool) -> None:
    files = {".github/workflows/ci.yml": UNPINNED, "broken.yml": UNPINNED.replace("runs-on", "run-on")}
    assert measured(make, {"type": "workflows_valid", **more}, files=files)["ok"] is ok
