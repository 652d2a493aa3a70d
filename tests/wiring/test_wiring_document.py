"""The keys of the document around its tasks: project, params, profiles, includes, phases, groups."""

import json

import pytest
from wiring_registry import wires
from wiring_world import Make, document, group, phase, sh, task, tasks

from orchestrator.edits.codes import MEANINGS
from orchestrator.edits.result import EditCode

SHOWN = {
    "project.name": lambda d: d["project"].update(name="SHOWN"),
    "project.description": lambda d: d["project"].update(description="SHOWN"),
    "phase.name": lambda d: d["phases"][0].update(name="SHOWN"),
    "phase.description": lambda d: d["phases"][0].update(description="SHOWN\nand more"),
    "phase.estimate": lambda d: d["phases"][0].update(estimate="SHOWN"),
    "group.name": lambda d: d["phases"][0]["groups"][0].update(name="SHOWN"),
    "group.description": lambda d: d["phases"][0]["groups"][0].update(description="SHOWN"),
    "task.name": lambda d: d["phases"][0]["groups"][0]["tasks"][0].update(name="SHOWN"),
    "task.type": lambda d: d["phases"][0]["groups"][0]["tasks"][0].update(
        type="manual", instructions="x", command=None
    ),
}


@wires(*(f"key:{key}" for key in SHOWN), "key:project")
@pytest.mark.parametrize("key", SHOWN)
def test_plan_shows(make: Make, key: str) -> None:
    whole = tasks(task("1.1"))
    before = make(whole).orchestrate("plan").out
    SHOWN[key](whole)
    first = whole["phases"][0]["groups"][0]["tasks"][0]
    first = {name: value for name, value in first.items() if value is not None}
    whole["phases"][0]["groups"][0]["tasks"][0] = first
    after = make(whole).orchestrate("plan").out
    word = "manual" if key == "task.type" else "SHOWN"
    assert word not in before
    assert word in after


@wires("key:task.description")
def test_explain_shows_the_description(make: Make) -> None:
    described = make(tasks(task("1.1", description="SHOWN\nin full"))).orchestrate("explain", "1.1").out
    assert described.startswith("SHOWN\nin full\n1.1: runs\n")
    assert make(tasks(task("1.1"))).orchestrate("explain", "1.1").out.startswith("1.1: runs\n")


@pytest.mark.parametrize(
    ("topic", "heading"), [("1.b", "group 1.b Later: 1 task, after 1.a"), ("b", "group 1.b Later: 1 task, after 1.a")]
)
def test_explain_tells_every_task_of_a_group(make: Make, topic: str, heading: str) -> None:
    first, later = group(task("1.1")), group(task("1.2"), id="b", name="Later", depends_on=["a"])
    answer = make(document(phase(first, later))).orchestrate("explain", topic)
    assert answer.out == f"{heading}\n  1.2  task 1.2  runs: it has not been done yet\n"


def test_explain_tells_every_task_of_a_phase_and_what_was_done(make: Make) -> None:
    repository = make(tasks(task("1.1", inputs=[]), task("1.2", inputs=["in.txt"])))
    repository.write("in.txt", "1")
    run = repository.run().repository.record()["id"]
    repository.write("in.txt", "2")
    assert repository.orchestrate("explain", "phase_1").out == (
        "phase 1: 2 tasks\n"
        f"  1.1  task 1.1  up to date since run {run}\n"
        f"  1.2  task 1.2  runs: since run {run}, in.txt has changed\n"
    )


@pytest.mark.parametrize("code", EditCode)
def test_explain_knows_every_code_of_an_edit(make: Make, code: EditCode) -> None:
    answer = make().orchestrate("explain", code.value.lower())
    assert answer.code == 0
    assert answer.out.startswith(f"{code.value}: an edit was not made\n\n{MEANINGS[code]}")


def test_explain_names_the_nearest_code_of_an_edit(make: Make) -> None:
    answer = make().orchestrate("explain", "E_CONFLCT")
    assert (answer.code, "did you mean `E_CONFLICT`?" in answer.err) == (2, True)


@wires("key:version")
def test_only_this_version_is_read(make: Make) -> None:
    assert make({**tasks(task("1.1")), "version": 2}).orchestrate("validate").code == 3
    assert make(tasks(task("1.1"))).orchestrate("validate").code == 0


@wires("key:project.root")
def test_the_root_is_relative_to_the_document(make: Make) -> None:
    repository = make(**{"inner/file": ""})
    whole = tasks(task("1.1", "echo x > made"))
    repository.plant(whole)
    assert repository.orchestrate("run", "--all").code == 0
    whole["project"]["root"] = "inner"
    repository.plant(whole)
    assert repository.orchestrate("run", "--all").code == 0
    assert repository.has("made")
    assert repository.has("inner/made")


# ---------------------------------------------------------------- params

PARAM_TYPES = {
    "string": ("word", '"word"', None),
    "integer": ("3", "3", "x"),
    "number": ("2.5", "2.5", "x"),
    "boolean": ("true", "true", "x"),
}


@wires("key:params", "key:params.type", *(f"value:params.type={word}" for word in PARAM_TYPES))
@pytest.mark.parametrize("kind", PARAM_TYPES)
def test_a_param_has_a_type(make: Make, kind: str) -> None:
    given, value, misfit = PARAM_TYPES[kind]
    repository = make(tasks(task("1.1"), params={"p": {"type": kind}}))
    assert json.dumps(repository.plan("--param", f"p={given}")["params"]["p"]) == value
    if misfit:
        assert repository.orchestrate("plan", "--param", f"p={misfit}").code == 2


BOUNDS = {
    "minimum": ({"type": "integer", "minimum": 5}, "4", "5", "must be at least 5"),
    "maximum": ({"type": "integer", "maximum": 5}, "6", "5", "must be at most 5"),
    "choices": ({"choices": ["a", "b"]}, "c", "b", "must be one of a, b"),
    "help": ({"choices": ["a"], "help": "HELPFUL"}, "c", "a", "hint: HELPFUL"),
}


@wires(*(f"key:params.{name}" for name in BOUNDS))
@pytest.mark.parametrize("name", BOUNDS)
def test_a_param_is_checked(make: Make, name: str) -> None:
    declared, wrong, right, message = BOUNDS[name]
    repository = make(tasks(task("1.1"), params={"p": declared}))
    answer = repository.orchestrate("plan", "-D", f"p={wrong}")
    assert (answer.code, message in answer.err) == (2, True)
    assert repository.orchestrate("plan", "-D", f"p={right}").code == 0


@wires("key:params.default")
def test_a_param_without_a_default_has_to_be_set(make: Make) -> None:
    assert make(tasks(task("1.1"), params={"p": {"default": "x"}})).plan()["params"] == {"p": "x"}
    answer = make(tasks(task("1.1"), params={"p": {}})).orchestrate("plan")
    assert (answer.code, "param 'p' has no value" in answer.err) == (2, True)


# ---------------------------------------------------------------- profiles


@wires(
    "key:profiles", "key:profiles.settings", "key:profiles.params", "flag:run --profile", "twin:run ORCHESTRATE_PROFILE"
)
@pytest.mark.parametrize("how", ["flag", "twin", "none"])
def test_a_profile_lies_over_the_document(make: Make, how: str) -> None:
    profile = {"settings": {"env": {"WHO": "profile"}}, "params": {"p": "profile"}}
    script = 'echo "$WHO $P" > said'
    whole = tasks(
        task("1.1", script, env={"P": "{{ params.p }}"}),
        settings={"env": {"WHO": "document"}},
        params={"p": {"default": "document"}},
        profiles={"ci": profile},
    )
    repository = make(whole)
    repository.run(
        *(["--profile", "ci"] if how == "flag" else []), env={"ORCHESTRATE_PROFILE": "ci"} if how == "twin" else {}
    )
    word = "document" if how == "none" else "profile"
    assert repository.read("said") == f"{word} {word}\n"


@wires("key:profiles.lock")
@pytest.mark.parametrize("flags", [["-D", "p=x"], ["--sequential"], ["--max-parallel", "2"], ["--fail-fast"]])
def test_a_profile_locks_what_flags_may_not_change(make: Make, flags: list[str]) -> None:
    lock = ["p", "max_parallel_tasks", "fail_fast"]
    whole = tasks(task("1.1"), params={"p": {"default": "d"}}, profiles={"ci": {"lock": lock}, "free": {}})
    repository = make(whole)
    answer = repository.orchestrate("run", "--all", "--profile", "ci", *flags)
    assert (answer.code, "locks" in answer.err) == (2, True)
    assert repository.orchestrate("run", "--all", "--profile", "free", *flags).code == 0


# ---------------------------------------------------------------- includes, phases, groups


@wires("key:include")
def test_phases_of_other_files_come_along(make: Make) -> None:
    whole = tasks(task("1.1"))
    repository = make(whole, **{"more/two.yaml": json.dumps(phase(group(task("2.1")), id="2"))})
    assert repository.planned() == ["1.1"]
    repository.plant({**whole, "include": ["more/two.yaml"]})
    assert repository.planned() == ["1.1", "2.1"]


def _started(make: Make, *phases) -> list[str]:
    return make(document(*phases, settings={"max_parallel_tasks": 1})).run().started


@wires("key:phases", "key:phase.id", "key:phase.groups", "key:phase.depends_on")
def test_phases_run_in_file_order_unless_they_depend_on_each_other(make: Make) -> None:
    one, two = phase(group(task("1.1")), id="1"), phase(group(task("2.1")), id="2")
    assert _started(make, one, two) == ["1.1", "2.1"]
    assert _started(make, {**one, "depends_on": ["2"]}, {**two, "depends_on": []}) == ["2.1", "1.1"]
    assert make(document(one, two)).planned("--phase", "1") == ["1.1"]


@wires("key:phase.parallel_with")
@pytest.mark.parametrize(("parallel", "most"), [([], 1), (["1"], 2)])
def test_phases_overlap_only_when_they_say_so(make: Make, parallel, most: int) -> None:
    script = "sleep 0.2" if most == 1 else "touch here-$0; until [ $(ls here-* | wc -l) -ge 2 ]; do sleep 0.01; done"
    work = [task(f"{n}.1", command=["sh", "-c", script, str(n)]) for n in (1, 2)]
    whole = document(phase(group(work[0]), id="1"), phase(group(work[1]), id="2", parallel_with=parallel))
    assert make(whole).run().most_at_once == most


@wires("key:group.id", "key:group.tasks", "key:group.depends_on")
def test_groups_follow_what_they_depend_on(make: Make) -> None:
    first, second = group(task("1.1", priority="low"), id="a"), group(task("1.2"), id="b")
    assert _started(make, phase(first, second)) == ["1.2", "1.1"]
    assert _started(make, phase(first, {**second, "depends_on": ["a"]})) == ["1.1", "1.2"]
    assert make(document(phase(first, second))).planned("--group", "B") == ["1.2"]


@wires("key:group.execution", "execution:sequential", "execution:parallel", "key:group.max_parallel")
@pytest.mark.parametrize(
    ("more", "most"),
    [
        ({"execution": "sequential"}, 1),
        ({"execution": "parallel"}, 3),
        ({"execution": "parallel", "max_parallel": 2}, 2),
    ],
)
def test_tasks_of_a_group_follow_each_other_or_run_together(make: Make, more, most: int) -> None:
    script = f"touch here-$0; until [ $(ls here-* | wc -l) -ge {most} ]; do sleep 0.01; done"
    work = [task(f"1.{n}", command=["sh", "-c", script, str(n)]) for n in range(3)]
    assert make(document(phase(group(*work, **more)), settings={"timeout": 20})).run().most_at_once == most


@wires("key:group.fail_fast", "state:cancelled", "key:task.critical")
@pytest.mark.parametrize(
    ("more", "critical", "state"),
    [({}, True, "unchanged"), ({"fail_fast": True}, True, "cancelled"), ({"fail_fast": True}, False, "unchanged")],
)
def test_a_failure_may_cancel_the_rest_of_its_group(make: Make, more, critical: bool, state: str) -> None:
    work = [task("1.1", "exit 1", priority="high", critical=critical), task("1.2")]
    whole = document(phase(group(*work, execution="parallel", max_parallel=1, **more)))
    assert make(whole).run().states == {"1.1": "failed", "1.2": state}


@wires("state:blocked")
def test_a_failure_blocks_the_rest_of_a_sequential_group(make: Make) -> None:
    work = [task("1.1", "exit 1"), task("1.2")]
    assert make(tasks(*work)).run().states == {"1.1": "failed", "1.2": "blocked"}
    work[0]["critical"] = False
    assert make(tasks(*work)).run().states == {"1.1": "failed", "1.2": "unchanged"}


@wires("key:phase.critical")
@pytest.mark.parametrize(("critical", "state"), [(True, "blocked"), (False, "unchanged")])
def test_a_failure_blocks_later_phases_unless_its_phase_is_not_critical(make: Make, critical: bool, state: str) -> None:
    first = phase(group(task("1.1", "exit 1")), id="1", critical=critical)
    run = make(document(first, phase(group(task("2.1")), id="2"))).run()
    assert run.states == {"1.1": "failed", "2.1": state}
    assert run.code == 1


def test_what_is_not_critical_gates_by_its_checkpoint_all_the_same(make: Make) -> None:
    checks = [{"type": "command", "command": ["false"]}]
    first = phase(group(task("1.1")), id="1", critical=False, checkpoint=checks)
    assert make(document(first, phase(group(task("2.1")), id="2"))).run().states["2.1"] == "blocked"


# ---------------------------------------------------------------- checkpoints

CHECKED = {
    "phase": lambda check: document(phase(group(task("1.1")), checkpoint=[check]), phase(group(task("2.1")), id="2")),
    "group": lambda check: document(
        phase(group(task("1.1"), checkpoint=[check]), group(task("2.1"), id="b", depends_on=["a"]))
    ),
}


@wires(*(f"key:{owner}.checkpoint{more}" for owner in CHECKED for more in ("", ".type", ".name")))
@pytest.mark.parametrize("owner", CHECKED)
def test_a_checkpoint_gates_what_follows(make: Make, owner: str) -> None:
    right = {"type": "file_exists", "path": "phases.yaml", "name": "NAMED"}
    ran = make(CHECKED[owner](right)).run()
    assert (ran.code, ran.states["2.1"]) == (0, "unchanged")
    assert ran.of("checkpoint")[0]["data"]["title"] == "NAMED"
    ran = make(CHECKED[owner]({"type": "file_exists", "path": "missing"})).run()
    assert (ran.code, ran.states["2.1"]) == (8, "blocked")
    assert ran.of("checkpoint")[0]["data"]["title"] == "there: missing"
    ran = make(CHECKED[owner]({"type": "tasks_done"})).run()
    assert ran.of("checkpoint")[0]["data"]["type"] == "tasks_done"


@wires("key:task.verify", "key:task.verify.type", "key:task.verify.name")
def test_a_task_is_verified(make: Make) -> None:
    named = sh("exit 1") | {"name": "NAMED"}
    ran = make(tasks(task("1.1", "echo x > made", produces=["made"], verify=[named]))).run()
    assert (ran.states, ran.of("checkpoint")[0]["data"]["title"]) == ({"1.1": "failed"}, "NAMED")
    assert not ran.repository.has("made")
    ran = make(tasks(task("1.1", verify=[{"type": "file_exists", "path": "missing"}]))).run()
    assert ran.of("checkpoint")[0]["data"]["title"] == "there: missing"
    assert make(tasks(task("1.1", verify=[{"command": ["true"]}]))).run().states == {"1.1": "unchanged"}
