"""The keys of a task, and the params of the handlers."""

import stat

import psutil
import pytest
from wiring_registry import wires
from wiring_world import Make, document, group, phase, task, tasks


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


# ---------------------------------------------------------------- handler command


def _run(make: Make, more, files=None, **flags):
    repository = make(tasks({"id": "1.1", "name": "x", "type": "command", **more}), **(files or {}))
    return repository.run()


COMMAND = {
    # param: (params that make the difference, state), (params without it, state)
    "command": (({"command": ["false"]}, "failed"), ({"command": ["true"]}, "unchanged")),
    "shell": (
        ({"command": "true && false", "shell": True}, "failed"),
        ({"command": ["true", "&&", "false"]}, "unchanged"),
    ),
    "cwd": (
        ({"command": ["ls", "inner-file"], "cwd": "inner"}, "unchanged"),
        ({"command": ["ls", "inner-file"]}, "failed"),
    ),
    "stdin": (
        ({"command": ["grep", "needle"], "stdin": "needle"}, "unchanged"),
        ({"command": ["grep", "needle"]}, "failed"),
    ),
    "creates": (
        ({"command": ["false"], "creates": ["inner/inner-file"]}, "unchanged"),
        ({"command": ["false"]}, "failed"),
    ),
    "produces": (({"command": ["true"], "produces": ["missing"]}, "failed"), ({"command": ["true"]}, "unchanged")),
    "exit_codes": (
        ({"command": ["sh", "-c", "exit 3"], "exit_codes": {"ok": [0, 3]}}, "unchanged"),
        ({"command": ["sh", "-c", "exit 3"]}, "failed"),
    ),
    "exit_codes.ok": (
        ({"command": ["true"], "exit_codes": {"ok": [3]}}, "failed"),
        ({"command": ["true"]}, "unchanged"),
    ),
    "exit_codes.changed": (
        ({"command": ["true"], "exit_codes": {"changed": [0]}}, "changed"),
        ({"command": ["true"]}, "unchanged"),
    ),
    "exit_codes.unchanged": (
        (
            {"command": ["sh", "-c", "echo x > made; exit 4"], "exit_codes": {"unchanged": [4]}, "rollback": False},
            "changed",
        ),
        ({"command": ["sh", "-c", "echo x > made; exit 4"]}, "failed"),
    ),
}


@wires(*(f"handler:command.{name}" for name in COMMAND))
@pytest.mark.parametrize("name", COMMAND)
def test_a_param_of_command_makes_a_difference(make: Make, name: str) -> None:
    for params, state in COMMAND[name]:
        assert _run(make, params, {"inner/inner-file": ""}).states == {"1.1": state}


@wires("handler:command.exit_codes.transient")
def test_a_transient_exit_code_is_worth_another_attempt(make: Make) -> None:
    for codes, tries in (({"transient": [75]}, 2), ({}, 1)):
        ran = _run(make, {"command": ["sh", "-c", "exit 75"], "exit_codes": codes, "retry": {"attempts": 2}})
        assert len(ran.attempts("1.1")) == tries


@wires("handler:command.inputs")
def test_a_command_that_declares_its_inputs_is_up_to_date(make: Make) -> None:
    for inputs, first, then in ((["in"], 0, 1), (None, 1, 1)):
        more = {} if inputs is None else {"inputs": inputs}
        repository = make(tasks(task("1.1", **more)), **{"in": "one"})
        repository.run()
        assert len(repository.run().started) == first
        repository.write("in", "two")
        assert len(repository.run().started) == then


def test_a_failed_command_takes_nothing_away_that_it_does_not_declare(make: Make) -> None:
    """A person may have edited the file while the command ran: it stays, is named, and can be undone."""
    repository = make(tasks(task("1.1", "echo mine >> notes.txt; echo x > made; exit 1", produces=["made"])))
    repository.write("notes.txt", "before\n")
    ran = repository.run()
    assert ran.code == 1
    assert (repository.root / "notes.txt").read_text() == "before\nmine\n"
    assert not repository.has("made")
    told = ran.of("task.finished")[0]["data"]["detail"]
    assert "taken back: made" in told
    assert "left as it is: notes.txt" in told


@wires("handler:command.rollback")
@pytest.mark.parametrize(("rollback", "left"), [(True, False), (False, True)])
def test_what_a_failed_command_changed_is_taken_back(make: Make, rollback: bool, left: bool) -> None:
    ran = _run(make, {"command": ["sh", "-c", "echo x > made; exit 1"], "produces": ["made"], "rollback": rollback})
    assert ran.repository.has("made") is left


@wires("handler:command.read_only")
@pytest.mark.parametrize(("read_only", "state"), [(True, "unchanged"), (False, "changed")])
def test_a_command_that_promises_to_write_nothing_is_not_watched(make: Make, read_only: bool, state: str) -> None:
    ran = _run(make, {"command": ["sh", "-c", "echo x > made"], "read_only": read_only})
    assert ran.states == {"1.1": state}


@wires(
    "handler:command.idempotent",
    "state:interrupted",
    "run:interrupted",
    "run:running",
    "state:running",
    "flag:resume --yes",
    "flag:resume -y",
    "twin:resume ORCHESTRATE_YES",
    "exit:6",
)
@pytest.mark.parametrize(
    ("idempotent", "flags", "env", "code"),
    [
        (False, [], {}, 6),
        (True, [], {}, 0),
        (False, ["--yes"], {}, 0),
        (False, ["-y"], {}, 0),
        (False, [], {"ORCHESTRATE_YES": "1"}, 0),
    ],
)
def test_an_interrupted_command_is_started_again_only_when_that_does_no_harm(
    make: Make, idempotent, flags, env, code
) -> None:
    script = "[ -e go ] || { echo begun > /dev/stderr; sleep 60; }"
    repository = make(tasks(task("1.1", script, idempotent=idempotent)))
    with repository.start("run", "--all", "--ui", "none", "--events", "-") as process:
        assert process.stdout is not None
        while '"task.started"' not in process.stdout.readline():
            pass
        while repository.states()["1.1"] != "running":
            pass
        assert repository.record()["state"] == "running"
        [engine] = psutil.Process(process.pid).children()
        engine.kill()
        assert process.wait(20) == 4
    assert (repository.record()["state"], repository.states()) == ("interrupted", {"1.1": "interrupted"})
    repository.write("go", "")
    assert repository.orchestrate("resume", *flags, env=env).code == code


# ---------------------------------------------------------------- handler file_generation


def _generate(make: Make, more, *, template: str = "one = 1\n", target: str = "made.py", present: str | None = None):
    work = {"id": "1.1", "name": "x", "type": "file_generation", "templates": ["t.j2"], "target": target, **more}
    files = {"own/t.j2": template} | ({target: present} if present is not None else {})
    repository = make(tasks(work, settings={"templates": ["own"]}), **files)
    ran = repository.run()
    assert ran.code == 0, ran.answer.text
    return repository


@wires("handler:file_generation.header")
def test_a_header_says_where_a_file_comes_from(make: Make) -> None:
    assert _generate(make, {}).read("made.py") == "one = 1\n"
    assert "1.1" in _generate(make, {"header": True}).read("made.py").splitlines()[0]


@wires("handler:file_generation.values")
def test_values_are_further_names_of_templates(make: Make) -> None:
    given = {"values": {"project": {"name": "mine"}}}
    assert _generate(make, given, template="x = '{{ project.name }}'").read("made.py") == "x = 'mine'\n"
    assert _generate(make, {}, template="x = '{{ project.name }}'").read("made.py") == "x = 'wired'\n"


@wires("handler:file_generation.mode")
@pytest.mark.parametrize(("more", "executable"), [({}, False), ({"mode": "0755"}, True)])
def test_a_mode_is_set(make: Make, more, executable: bool) -> None:
    mode = (_generate(make, more).root / "made.py").stat().st_mode
    assert bool(mode & stat.S_IXUSR) is executable


@wires(
    "handler:file_generation.overwrite",
    *(f"value:handler:file_generation.overwrite={word}" for word in ("never", "if_unchanged", "always")),
)
@pytest.mark.parametrize(
    ("overwrite", "foreign", "own"),
    [
        ("never", "theirs\n", "one = 1\n"),
        ("if_unchanged", "theirs\n", "one = 2\n"),
        ("always", "one = 1\n", "one = 2\n"),
    ],
)
def test_what_is_overwritten(make: Make, overwrite: str, foreign: str, own: str) -> None:
    """`foreign`: what becomes of a file that somebody else wrote; `own`: of one that the task wrote before."""
    assert _generate(make, {"overwrite": overwrite}, present="theirs\n").read("made.py") == foreign
    repository = _generate(make, {"overwrite": overwrite})
    repository.write("own/t.j2", "one = 2\n")
    repository.run()
    assert repository.read("made.py") == own


@wires("handler:file_generation.format", *(f"value:handler:file_generation.format={word}" for word in ("auto", "none")))
@pytest.mark.parametrize(("format", "text"), [("auto", "one = 1\n"), ("none", "one   =   1\n")])
def test_the_formatter_of_the_project_is_asked(make: Make, format: str, text: str) -> None:
    """A stand-in for ruff on PATH: what the project configures is what is started."""
    work = {
        "id": "1.1",
        "name": "x",
        "type": "file_generation",
        "templates": ["t.j2"],
        "target": "made.py",
        "format": format,
    }
    files = {"own/t.j2": "one   =   1\n", "ruff.toml": "", "bin/ruff": "#!/bin/sh\nsed 's/  */ /g'\n"}
    repository = make(tasks(work, settings={"templates": ["own"]}), **files)
    (repository.root / "bin/ruff").chmod(0o755)
    assert repository.run(env={"PATH": f"{repository.root}/bin:/usr/bin:/bin"}).code == 0
    assert repository.read("made.py") == text


# ---------------------------------------------------------------- handler manual


@wires(
    "handler:manual.instructions",
    "state:waiting",
    "outcome:waiting",
    "run:waiting",
    "event:task.waiting",
    "wait:approval",
)
def test_a_manual_task_waits_with_its_instructions(make: Make) -> None:
    ran = make(tasks({"id": "1.1", "name": "x", "type": "manual", "instructions": "TURN THE KEY"})).run()
    assert (ran.code, ran.states, ran.repository.record()["state"]) == (7, {"1.1": "waiting"}, "waiting")
    assert ran.attempts("1.1")[0]["kind"] == "waiting"
    assert ran.of("task.waiting")[0]["data"]["question"] == "TURN THE KEY"
    assert "approval: TURN THE KEY" in ran.repository.orchestrate("status").out
    assert "now: approval: TURN THE KEY" in ran.repository.orchestrate("explain", "1.1").out


@wires(
    "handler:manual.evidence", *(f"value:handler:manual.evidence={word}" for word in ("none", "optional", "required"))
)
@pytest.mark.parametrize(
    ("evidence", "given", "code", "kept"),
    [
        ("required", None, 7, None),
        ("required", "a photo", 0, {"text": "a photo"}),
        ("optional", None, 0, None),
        ("optional", "a photo", 0, {"text": "a photo"}),
        ("none", "a photo", 0, None),
    ],
)
def test_evidence(make: Make, evidence: str, given: str | None, code: int, kept) -> None:
    repository = make(tasks({"id": "1.1", "name": "x", "type": "manual", "instructions": "do", "evidence": evidence}))
    repository.run()
    repository.orchestrate("approve", "1.1", *(["--evidence", given] if given else []))
    assert repository.orchestrate("resume", "--ui", "none").code == code
    assert (repository.record()["tasks"][0]["outputs"] or {}).get("evidence") == kept


def test_a_decision_that_was_given_while_no_engine_was_there_is_heard(make: Make) -> None:
    look = {"id": "1.1", "name": "x", "type": "manual", "instructions": "do"}
    for decision, state, code in (("approve", "changed", 0), ("reject", "failed", 1)):
        repository = make(tasks(look))
        assert repository.run().code == 7
        assert repository.orchestrate(decision).code == 0
        assert repository.orchestrate("resume", "--ui", "none").code == code
        assert repository.states() == {"1.1": state}
    # a person who said no is asked again
    assert repository.orchestrate("resume", "--ui", "none").code == 7


def test_what_a_phase_says_reaches_templates_of_commands(make: Make) -> None:
    """`{{ task }}`, `{{ run }}` and `{{ env }}` are names that expressions see."""
    work = task("1.1", 'echo "$A $B" > said', env={"A": "{{ task.id }}", "B": "{{ run.dry_run }}"})
    whole = document(phase(group(work)))
    repository = make(whole)
    assert repository.run().code == 0
    assert repository.read("said") == "1.1 false\n"


# ---------------------------------------------------------------- handler config_edit


@wires("handler:config_edit.target", "handler:config_edit.action")
@pytest.mark.parametrize(
    ("target", "action", "more", "text"),
    [
        ("one.json", "json_set", {"path": ["a"], "value": 2}, '{"a": 2}\n'),
        ("two.json", "json_set", {"path": ["a"], "value": 2}, '{"a": 1}\n'),
        ("one.json", "json_delete", {"path": ["a"]}, "{}\n"),
    ],
)
def test_one_action_on_one_file(make: Make, target: str, action: str, more, text: str) -> None:
    work = {"id": "1.1", "name": "x", "type": "config_edit", "target": target, "action": action, **more}
    repository = make(tasks(work), **{"one.json": '{"a": 1}\n', "two.json": '{"a": 1}\n'})
    ran = repository.run()
    assert ran.code == 0, repository.record()["tasks"]
    assert repository.read("one.json") == text
