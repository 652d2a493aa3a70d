"""The options of `plan`, `run`, `resume` and `undo`."""

import json
from functools import partial

import pytest
from wiring_flags import option, table
from wiring_registry import claims_of, wires
from wiring_world import Make, document, group, phase, task, tasks

FOUR = document(
    phase(
        group(
            task("1.1"), task("1.2", depends_on=["1.1"]), task("1.3", "[ -e go ]", tags=["fast"]), execution="parallel"
        )
    ),
    phase(group(task("2.1"), id="c"), id="2", parallel_with=["1"]),
)
ALL = ["1.1", "1.2", "1.3", "2.1"]


def planned(make: Make, flags, env, *, base=(), before: bool = False):
    repository = make(FOUR)
    if before:
        repository.run()
    answer = repository.orchestrate("plan", "--json", *base, *flags, env=env)
    return [entry["id"] for entry in json.loads(answer.out)["plan"]["tasks"]] if answer.code == 0 else answer.code


def started(make: Make, flags, env, *, base=(), before: bool = False):
    repository = make(FOUR)
    if before:
        repository.run()
    answer = repository.orchestrate("run", "--yes", "--ui", "json", *base, *flags, env=env)
    if answer.code not in (0, 1):
        return answer.code
    events = map(json.loads, answer.out.splitlines())
    return sorted({event["task"] for event in events if event["type"] == "task.started"})


SELECTORS = [
    ("--phase -p", "2", ["2.1"], {}),
    ("--group -g", "c", ["2.1"], {}),
    ("--task -t", "1.1", ["1.1"], {}),
    ("--tag", "fast", ["1.3"], {}),
    ("--from", "1.3", ["1.3", "2.1"], {}),
    ("--until", "1.1", ["1.1"], {}),
    ("--only", "1.2", ["1.2"], {}),
    ("--skip", "2.1", ["1.1", "1.2", "1.3"], {}),
    ("--failed", None, ["1.3"], {"before": True}),
]
SELECTING = [
    option(name, spellings, partial(look, **more), value=value, seen=seen, otherwise=ALL)
    for name, look in (("plan", planned), ("run", started))
    for spellings, value, seen, more in SELECTORS
] + [
    option(name, "--with-deps", partial(look, base=["--task", "1.2"]), seen=["1.1", "1.2"], otherwise=2)
    for name, look in (("plan", planned), ("run", started))
]


@wires(*claims_of(SELECTING))
@pytest.mark.parametrize(("look", "flags", "env", "expected"), table(SELECTING))
def test_selectors(make: Make, look, flags, env, expected) -> None:
    assert look(make, flags, env) == expected


# ---------------------------------------------------------------- plan and run


def code_of(make: Make, flags, env, *, name: str, base=(), whole=FOUR) -> int:
    return make(whole).orchestrate(name, *base, *flags, env=env).code


def dry(make: Make, flags, env) -> bool:
    repository = make(tasks(task("1.1", "echo x > made")))
    repository.orchestrate("run", "--all", "--ui", "none", *flags, env=env)
    return repository.has("made")


def most(make: Make, flags, env) -> int:
    work = [task(f"1.{n}", "sleep 0.1") for n in range(2)]
    return make(tasks(*work, execution="parallel")).run(*flags, env=env).most_at_once


def after_failure(make: Make, flags, env, *, fail_fast: bool) -> str:
    one, two = task("1.1", "exit 1", priority="high"), task("1.2")
    whole = document(phase(group(one, two, execution="parallel", max_parallel=1, fail_fast=fail_fast)))
    return make(whole).run(*flags, env=env).states["1.2"]


def forced(make: Make, flags, env) -> list[str]:
    repository = make(tasks(task("1.1", inputs=[])))
    repository.run()
    return repository.run(*flags, env=env).started


def approved(make: Make, flags, env) -> str:
    work = {"id": "1.1", "name": "x", "type": "manual", "instructions": "do"}
    return make(tasks(work)).run(*flags, env=env).states["1.1"]


def saved(make: Make, flags, env) -> list[str]:
    repository = make(FOUR)
    assert repository.orchestrate("plan", "--task", "1.1", "--out", "saved.json").code == 0
    return sorted(repository.run(*flags, env=env).started)


def written(make: Make, flags, env) -> bool:
    repository = make(FOUR)
    repository.orchestrate("plan", *flags, env=env)
    return repository.has("saved.json")


def shown_diff(make: Make, flags, env) -> bool:
    write = {"id": "1.1", "name": "x", "type": "file_generation", "templates": ["t.j2"], "target": "made.txt"}
    repository = make(tasks(write, settings={"templates": ["own"]}), **{"own/t.j2": "line"})
    return "+line" in repository.orchestrate("plan", *flags, env=env).out


def marked(make: Make, flags, env) -> bool:
    done = make(tasks(task("1.1", "cp given made", inputs=["given"], produces=["made"])), given="1").run().repository
    return "up to date" in done.orchestrate("plan", *flags, env=env).out


RUNNING = [
    option("run", "--all", partial(code_of, name="run"), seen=1, otherwise=6),
    option("run", "--yes -y", partial(code_of, name="run"), seen=1, otherwise=6),
    option("run", "--dry-run -n", dry, seen=False, otherwise=True),
    option("run", "--sequential", most, seen=1, otherwise=2),
    option("run", "--max-parallel -j", most, value="1", seen=1, otherwise=2),
    option("run", "--keep-going -k", partial(after_failure, fail_fast=True), seen="unchanged", otherwise="cancelled"),
    option("run", "--fail-fast", partial(after_failure, fail_fast=False), seen="cancelled", otherwise="unchanged"),
    option("run", "--force", forced, seen=["1.1"], otherwise=[]),
    option("run", "--approve", approved, value="1.1", seen="changed", otherwise="waiting", twin=False),
    option("run", "--plan", saved, value="saved.json", seen=["1.1"], otherwise=ALL, twin=False, label="saved"),
    option("run", "--allow-empty", partial(code_of, name="run", base=["--failed"]), seen=0, otherwise=5),
    option("plan", "--allow-empty", partial(code_of, name="plan", base=["--failed"]), seen=0, otherwise=5),
    option("plan", "--out -o", written, value="saved.json", seen=True, otherwise=False),
    option("plan", "--up-to-date", marked, seen=True, otherwise=False),
    option("plan", "--diff", shown_diff, seen=True, otherwise=False),
]


@wires(*claims_of(RUNNING))
@pytest.mark.parametrize(("look", "flags", "env", "expected"), table(RUNNING))
def test_running_and_planning(make: Make, look, flags, env, expected) -> None:
    assert look(make, flags, env) == expected


FORMATS = {
    "tree": "└─ 1.1",
    "table": "ID   PLACE",
    "json": '"schema_version": 1',
    "mermaid": "flowchart",
    "dot": "digraph",
}


@wires("flag:plan --format", "flag:plan --json", *(f"choice:plan --format={word}" for word in FORMATS))
@pytest.mark.parametrize("format", FORMATS)
def test_plan_formats(make: Make, format: str) -> None:
    repository = make(tasks(task("1.1")))
    out = repository.orchestrate("plan", "--format", format).out
    assert [word for word, mark in FORMATS.items() if mark in out] == [format]
    if format == "json":
        assert repository.orchestrate("plan", "--json").out == out
