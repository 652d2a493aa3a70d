"""The params of ``type: command``."""

import psutil
import pytest
from wiring_registry import wires
from wiring_world import Make, task, tasks

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


def test_a_word_of_a_command_that_is_no_text_is_told_once_and_where_it_stands(make: Make) -> None:
    repository = make(tasks({"id": "1.1", "name": "x", "type": "command", "command": ["echo", 1]}))
    said = repository.orchestrate("validate").text
    assert ("entry 2 of `command` must be text, but this is the number 1" in said, said.count("error[")) == (True, 1)
