"""The params of the handlers that write files and that ask people."""

import stat

import pytest
from wiring_registry import wires
from wiring_world import Make, document, group, phase, task, tasks

from orchestrator.workspace.lock import RunLock

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


def test_an_approval_of_a_run_that_has_ended_waits_for_resume_whoever_works_in_the_repository(make: Make) -> None:
    repository = make(tasks({"id": "1.1", "name": "x", "type": "manual", "instructions": "TURN THE KEY"}))
    assert repository.run().states == {"1.1": "waiting"}
    with RunLock(repository.root / ".orchestrate/lock"):  # its own engine, which writes a report, or another command
        approved = repository.orchestrate("approve", "1.1")
    assert (approved.code, approved.out.splitlines()[-1]) == (0, "next: orchestrate resume")


def test_an_approval_stands_until_the_instructions_change(make: Make) -> None:
    first = make(tasks({"id": "1.1", "name": "x", "type": "manual", "instructions": "TURN THE KEY"}))
    assert first.run("--approve", "1.1").states == {"1.1": "changed"}
    assert first.run().states == {"1.1": "unchanged"}
    first.plant(tasks({"id": "1.1", "name": "x", "type": "manual", "instructions": "TURN IT BACK"}))
    assert first.run().states == {"1.1": "waiting"}


def test_an_approval_stands_until_the_file_that_was_shown_as_evidence_changes(make: Make) -> None:
    repository = make(tasks({"id": "1.1", "name": "x", "type": "manual", "instructions": "do"}), shown="seen")
    for content in ("seen", "something else"):
        repository.write("shown", content)
        assert repository.run().states == {"1.1": "waiting"}
        assert repository.orchestrate("approve", "1.1", "--evidence", "shown").code == 0
        assert repository.orchestrate("resume", "--ui", "none").code == 0
        assert repository.run("--approve", "1.1").states == {"1.1": "unchanged"}


LOOK = {"id": "1.3", "name": "look", "type": "manual", "instructions": "look at a.txt"}


@pytest.mark.parametrize(
    ("execution", "look"),
    [
        ("sequential", LOOK),
        ("parallel", {**LOOK, "depends_on": ["1.1"]}),
        ("parallel", {**LOOK, "depends_on": ["1.2"]}),  # which depends on 1.1
    ],
)
def test_an_approval_falls_when_what_it_follows_has_changed_something_since(
    make: Make, execution: str, look: dict[str, object]
) -> None:
    def roadmap(text: str) -> dict[str, object]:
        write = task("1.1", f"echo {text} > a.txt")
        return document(phase(group(write, task("1.2", "true", depends_on=["1.1"]), look, execution=execution)))

    repository = make(roadmap("one"))
    assert repository.run("--approve", "1.3").states["1.3"] == "changed"
    assert repository.run().states == {"1.1": "unchanged", "1.2": "unchanged", "1.3": "unchanged"}
    repository.plant(roadmap("two"))
    assert repository.run().states == {"1.1": "changed", "1.2": "unchanged", "1.3": "waiting"}
    told = repository.orchestrate("explain", "1.3").out
    assert ("1.3: runs" in told, "1.1 changed a.txt" in told) == (True, True)
    assert repository.run().states["1.3"] == "waiting"  # nothing changed now, and nobody has looked yet
    assert repository.run("--approve", "1.3").states["1.3"] == "changed"
    assert repository.run().states["1.3"] == "unchanged"
    assert "1.3: up to date" in repository.orchestrate("explain", "1.3").out


def test_an_approval_stands_when_what_changed_is_not_what_it_follows_or_is_as_it_was(make: Make) -> None:
    def roadmap(text: str, other: str) -> dict[str, object]:
        write = task("1.1", f"echo {text} > a.txt", produces=["a.txt"])  # so that it is clear which of both wrote it
        beside = task("1.2", f"echo {other} > b.txt", produces=["b.txt"])
        return document(phase(group(write, beside, {**LOOK, "depends_on": ["1.1"]}, execution="parallel")))

    repository = make(roadmap("one", "one"))
    assert repository.run("--approve", "1.3").states["1.3"] == "changed"
    repository.plant(roadmap("one", "two"))
    assert repository.run().states == {"1.1": "unchanged", "1.2": "changed", "1.3": "unchanged"}
    repository.plant(roadmap("two", "two"))
    assert repository.run().states["1.3"] == "waiting"
    repository.plant(roadmap("one", "two"))
    assert repository.run().states == {"1.1": "changed", "1.2": "unchanged", "1.3": "unchanged"}


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


def test_an_approval_that_could_not_stand_is_refused_when_it_is_given(make: Make) -> None:
    look = {"id": "1.1", "name": "x", "type": "manual", "instructions": "do", "evidence": "required"}
    repository = make(tasks(look))
    repository.run()
    refused = repository.orchestrate("approve", "1.1", "--evidence", "  ")
    assert (refused.code, "task 1.1 needs evidence" in refused.err) == (2, True)
    assert repository.record()["approvals"][0]["decision"] is None
    assert repository.orchestrate("reject", "1.1").code == 0


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
