"""The keys of a task, and the params of the handlers."""

import json

import pytest
from wiring_registry import wires
from wiring_world import Make, task, tasks


@wires("key:task.id", "key:task.depends_on")
def test_a_task_follows_what_it_depends_on(make: Make) -> None:
    for needs, order in (([], ["1.2", "1.1"]), (["1.2"], ["1.2", "1.1"]), (["2.1"], None)):
        work = [task("1.1", priority="low", depends_on=needs), task("1.2")]
        repository = make(tasks(*work, execution="parallel", settings={"max_parallel_tasks": 1}))
        if order is None:
            assert repository.orchestrate("run", "--all").code == 3
        else:
            assert repository.run().started == order
    work = [task("1.1", priority="critical", depends_on=["1.2"]), task("1.2", priority="low")]
    repository = make(tasks(*work, execution="parallel", settings={"max_parallel_tasks": 1}))
    assert repository.run().started == ["1.2", "1.1"]


@wires("key:task.priority", *(f"priority:{word}" for word in ("critical", "high", "medium", "low")))
def test_the_most_urgent_of_several_ready_tasks_starts_first(make: Make) -> None:
    words = ["low", "high", "medium", "critical"]
    work = [task(word, priority=word) for word in words]
    repository = make(tasks(*work, execution="parallel", settings={"max_parallel_tasks": 1}))
    assert repository.run().started == ["critical", "high", "medium", "low"]
    work = [task(word) for word in words]
    repository = make(tasks(*work, execution="parallel", settings={"max_parallel_tasks": 1}))
    assert repository.run().started == words


@wires("key:task.with")
def test_params_stand_under_with_or_on_the_task(make: Make) -> None:
    work = {"id": "1.1", "name": "x", "type": "command", "with": {"command": ["false"]}}
    assert make(tasks(work)).run().code == 1
    work["with"] = {"command": ["true"]}
    assert make(tasks(work)).run().code == 0


@wires("key:task.when", "state:skipped", "outcome:skipped")
@pytest.mark.parametrize(
    ("when", "state"),
    [(True, "unchanged"), (False, "skipped"), ("params.p > 2", "skipped"), ("params.p > 0", "unchanged")],
)
def test_a_condition_decides_whether_the_task_runs(make: Make, when, state: str) -> None:
    whole = tasks(task("1.1", when=when), params={"p": {"type": "integer", "default": 1}})
    assert make(whole).run().states == {"1.1": state}


@wires("key:task.outputs")
@pytest.mark.parametrize(
    ("outputs", "state"), [({"code": "{{ result.exit_code }}"}, "skipped"), ({"code": "7"}, "unchanged")]
)
def test_outputs_are_read_by_later_tasks(make: Make, outputs, state: str) -> None:
    work = [task("1.1", outputs=outputs), task("1.2", when="tasks['1.1'].outputs.code | int == 7")]
    assert make(tasks(*work)).run().states["1.2"] == state


@wires("key:task.foreach", "key:task.foreach.glob", "key:task.foreach.items", "key:task.foreach.as")
@pytest.mark.parametrize(
    ("foreach", "name", "made", "said"),
    [
        (None, None, ["1.1"], [""]),
        ({"items": ["x", "y"]}, "item", ["1.1.x", "1.1.y"], ["x", "y"]),
        ({"glob": "src/*.ts"}, "item", ["1.1.a", "1.1.b"], ["src/a.ts", "src/b.ts"]),
        ({"items": ["x"], "as": "file"}, "file", ["1.1.x"], ["x"]),
    ],
)
def test_a_task_is_repeated(make: Make, foreach, name: str | None, made: list[str], said: list[str]) -> None:
    more = {"foreach": foreach, "env": {"IT": f"{{{{ {name} }}}}"}} if foreach else {}
    repository = make(
        tasks(task("1.1", 'echo "$IT" >> said', **more)), **{"src/a.ts": "", "src/b.ts": "", "src/c.js": ""}
    )
    assert repository.planned() == made
    assert repository.run().started == made
    assert repository.read("said").splitlines() == said


@wires("key:task.exclusive")
@pytest.mark.parametrize(("exclusive", "most"), [(False, 2), (True, 1)])
def test_an_exclusive_task_runs_alone(make: Make, exclusive: bool, most: int) -> None:
    script = "sleep 0.15" if most == 1 else "touch here-$0; until [ $(ls here-* | wc -l) -ge 2 ]; do sleep 0.01; done"
    work = [task(f"1.{n}", command=["sh", "-c", script, str(n)], exclusive=exclusive) for n in range(2)]
    assert make(tasks(*work, execution="parallel")).run().most_at_once == most


@wires("key:task.secrets")
def test_a_secret_reaches_its_task_alone_and_no_output(make: Make) -> None:
    work = [task("1.1", 'echo "[$TOKEN]"; [ -n "$TOKEN" ]', secrets=["TOKEN"]), task("1.2", '[ -z "$TOKEN" ]')]
    repository = make(tasks(*work))
    ran = repository.run("--verbose", env={"TOKEN": "very-secret-value"})
    assert ran.states == {"1.1": "unchanged", "1.2": "unchanged"}
    assert "very-secret-value" not in repository.orchestrate("logs", "1.1").out
    del work[0]["secrets"]
    assert make(tasks(*work)).run(env={"TOKEN": "very-secret-value"}).states["1.1"] == "failed"


@wires("key:task.tags", "flag:run --tag")
def test_tags_select(make: Make) -> None:
    whole = tasks(task("1.1", tags=["fast"]), task("1.2"), execution="parallel")
    assert make(whole).run("--tag", "fast").started == ["1.1"]


def test_validate_and_plan_count_the_same_tasks(make: Make) -> None:
    each = task("1.1", foreach={"items": ["one", "two", "three"]})
    repository = make(tasks(each, task("1.2")))
    assert "1 phase, 1 group, 4 tasks" in repository.orchestrate("validate").out
    assert "4 tasks in 1 group and 1 phase" in repository.orchestrate("plan").out
    assert "1 phase, 1 group, 4 tasks" in repository.orchestrate("validate").out  # of the plan that was kept


def test_tasks_that_only_a_param_counts_are_counted_as_written(make: Make) -> None:
    repository = make(tasks(task("1.1", "echo {{ params.p }}"), params={"p": {}}))
    assert "1 phase, 1 group, 1 task as written" in repository.orchestrate("validate").out


@pytest.mark.parametrize("format", ["tree", "table", "json"])
def test_the_plan_marks_what_is_up_to_date(make: Make, format: str) -> None:
    """As a run would find it: what was done and whose inputs are as they were."""
    inputs = {"inputs": ["given"], "produces": ["made"]}
    repository = make(tasks(task("1.1", "cp given made", **inputs), task("1.2", "echo x > other")), given="1")

    def marked() -> list[str]:
        out = repository.orchestrate("plan", "--up-to-date", "--format", format).out
        if format == "json":
            return list(json.loads(out)["up_to_date"])
        head, *rows = out.splitlines()
        found = [id for id in ("1.1", "1.2") for row in rows if id in row and "up to date" in row]
        assert (f"{len(found)} up to date" in head) == bool(found)
        return found

    assert marked() == []
    assert repository.run().code == 0
    assert marked() == ["1.1"]
    repository.write("given", "2")
    assert marked() == []
