"""The options of `resume` and `undo`, and how they and `run` are shown."""

from functools import partial

import pytest
from wiring_flags import option, table
from wiring_registry import claims_of, wires
from wiring_world import EVENTS, Make, Repository, document, group, phase, task, tasks

# ---------------------------------------------------------------- how run, resume and undo are shown


def prepared(make: Make, name: str) -> tuple[Repository, list[str]]:
    """Return a repository in which the command has something to do that prints and changes, and its arguments."""
    repository = make(tasks(task("1.1", "[ -e go ] && echo x > made && echo FROM$((40+2))")))
    if name == "resume":
        repository.run()
    repository.write("go", "")
    if name == "undo":
        repository.run()
    return repository, [name, *(["--all"] if name == "run" else [])]


def streams(make: Make, flags, env, *, name: str) -> dict[str, bool]:
    repository, words = prepared(make, name)
    answer = repository.orchestrate(*words, *flags, env=env)
    assert answer.code == 0, answer.text
    said = {"lines": "1.1" in answer.err, "json": '"run.finished"' in answer.out, "silent": not answer.text.strip()}
    said["moving"] = "\x1b[" in answer.err
    return said


def events_of(make: Make, flags, env, *, name: str) -> bool:
    repository, words = prepared(make, name)
    (repository.root / EVENTS).unlink(missing_ok=True)
    repository.orchestrate(*words, "--ui", "none", *flags, env=env)
    return repository.has(EVENTS) and '"run.finished"' in repository.read(EVENTS)


def told(make: Make, flags, env, *, name: str) -> tuple[bool, bool]:
    """Say whether it is told that the task began, and more than that: its output, what it does."""
    repository, words = prepared(make, name)
    err = repository.orchestrate(*words, "--ui", "plain", *flags, env=env).err
    return "1.1" in err, "FROM42" in err or "restor" in err


def file_of(make: Make, flags, env, *, name: str) -> str:
    """Return how the file begins that tells the run."""
    repository, words = prepared(make, name)
    (repository.root / "told.xml").unlink(missing_ok=True)
    repository.orchestrate(*words, "--ui", "none", *flags, env=env)
    return repository.read("told.xml")[:5] if repository.has("told.xml") else ""


PLAIN = {"lines": True, "json": False, "silent": False, "moving": False}
JSON = {"lines": False, "json": True, "silent": False, "moving": False}
NONE = {"lines": False, "json": False, "silent": True, "moving": False}
SHOWING = [
    case
    for name in ("run", "resume", "undo")
    for case in (
        option(name, "--json", partial(streams, name=name), seen=JSON, otherwise=PLAIN),
        option(name, "--ui", partial(streams, name=name), value="none", seen=NONE, otherwise=PLAIN),
        option(name, "--ui", partial(streams, name=name), value="json", seen=JSON, otherwise=PLAIN, label="json"),
        option(name, "--events", partial(events_of, name=name), value=EVENTS, seen=True, otherwise=False),
        option(name, "--quiet -q", partial(told, name=name), seen=(False, False), otherwise=(True, False)),
        option(name, "--verbose -v", partial(told, name=name), seen=(True, True), otherwise=(True, False)),
    )
] + [
    option(name, flag, partial(file_of, name=name), value="told.xml", seen="<?xml", otherwise="")
    for name in ("run", "resume")
    for flag in ("--report", "--junit")
]


@wires(
    *claims_of(SHOWING),
    *(f"choice:{name} --ui={word}" for name in ("run", "resume", "undo") for word in ("none", "json")),
)
@pytest.mark.parametrize(("look", "flags", "env", "expected"), table(SHOWING))
def test_how_it_is_shown(make: Make, look, flags, env, expected) -> None:
    assert look(make, flags, env) == expected


@wires(*(f"choice:{name} --ui={word}" for name in ("run", "resume", "undo") for word in ("plain", "live")))
@pytest.mark.parametrize("name", ["run", "resume", "undo"])
def test_plain_lines_or_a_live_display(make: Make, name: str) -> None:
    assert streams(make, ["--ui", "plain"], {}, name=name) == PLAIN
    assert streams(make, ["--ui", "live"], {}, name=name)["moving"]


# ---------------------------------------------------------------- resume


def resumed_failure(make: Make, flags, env) -> str:
    one, two = task("1.1", "exit 1", priority="high"), task("1.2")
    repository = make(document(phase(group(one, two, execution="parallel", max_parallel=1, fail_fast=True))))
    repository.run()
    repository.orchestrate("resume", "--ui", "none", *flags, env=env)
    return repository.states()["1.2"]


def resumed_changes(make: Make, flags, env) -> int:
    repository = make(tasks(task("1.1"), task("1.2", "exit 1")))
    repository.run()
    repository.plant(tasks(task("1.1", "echo other"), task("1.2")))
    return repository.orchestrate("resume", "--ui", "none", *flags, env=env).code


def resumed_approval(make: Make, flags, env) -> str:
    repository = make(tasks({"id": "1.1", "name": "x", "type": "manual", "instructions": "do"}))
    repository.run()
    repository.orchestrate("resume", "--ui", "none", *flags, env=env)
    return repository.states()["1.1"]


# ---------------------------------------------------------------- undo


def two_phases(make: Make) -> Repository:
    one = phase(group(task("1.1", "echo x > made-1")), id="1")
    repository = make(document(one, phase(group(task("2.1", "echo x > made-2"), id="c"), id="2")))
    assert repository.run().code == 0
    return repository


def left(make: Make, flags, env, *, edited: bool = False) -> list[str]:
    repository = two_phases(make)
    if edited:
        repository.write("made-2", "edited")
    repository.orchestrate("undo", "--ui", "none", *flags, env=env)
    return [name for name in ("made-1", "made-2") if repository.has(name)]


BOTH = ["made-1", "made-2"]
RESUMING = [
    option("resume", "--keep-going -k", resumed_failure, seen="unchanged", otherwise="cancelled"),
    option("resume", "--accept-changes", resumed_changes, seen=0, otherwise=11),
    option("resume", "--approve", resumed_approval, value="1.1", seen="changed", otherwise="waiting", twin=False),
    option("undo", "--phase -p", left, value="2", seen=["made-1"], otherwise=[], twin=False),
    option("undo", "--group -g", left, value="c", seen=["made-1"], otherwise=[], twin=False),
    option("undo", "--task -t", left, value="2.1", seen=["made-1"], otherwise=[], twin=False),
    option("undo", "--dry-run -n", left, seen=BOTH, otherwise=[]),
    option("undo", "--force", partial(left, edited=True), seen=[], otherwise=BOTH, twin=False),
    option("undo", "--on-conflict", partial(left, edited=True), value="overwrite", seen=[], otherwise=BOTH),
]


@wires(*claims_of(RESUMING))
@pytest.mark.parametrize(("look", "flags", "env", "expected"), table(RESUMING))
def test_resuming_and_undoing(make: Make, look, flags, env, expected) -> None:
    assert look(make, flags, env) == expected


@wires("flag:undo --keep", *(f"choice:undo --on-conflict={word}" for word in ("refuse", "keep", "overwrite")))
@pytest.mark.parametrize(
    ("flags", "code", "present"),
    [
        (["--on-conflict", "refuse"], 11, True),
        (["--on-conflict", "keep"], 0, True),
        (["--keep"], 0, True),
        (["--on-conflict", "overwrite"], 0, False),
    ],
)
def test_what_becomes_of_a_file_that_was_edited_since(make: Make, flags: list[str], code: int, present: bool) -> None:
    repository = two_phases(make)
    repository.write("made-2", "edited")
    assert repository.orchestrate("undo", "--ui", "none", *flags).code == code
    assert repository.has("made-2") is present


@wires(*(f"argument:{name} run" for name in ("resume", "undo", "status", "diff", "report")), "flag:logs --run")
def test_an_earlier_run_can_be_named(make: Make) -> None:
    repository = make(tasks(task("1.1", "echo one; echo x > made-1; exit 1", rollback=False)))
    first = repository.run().repository.record()["id"]
    repository.plant(tasks(task("1.1", "echo two; echo x > made-2")))
    second = repository.run().repository.record()["id"]
    assert second != first
    assert repository.orchestrate("status", first).out.startswith(first)
    assert repository.orchestrate("status").out.startswith(second)
    assert "made-1" in repository.orchestrate("diff", first, "--stat").out
    assert "made-2" in repository.orchestrate("diff", "--stat").out
    assert first in repository.orchestrate("report", first).out
    assert repository.orchestrate("logs", "1.1", "--run", first).out.strip() == "one"
    assert repository.orchestrate("logs", "1.1").out.strip() == "two"
    assert "complete" in repository.orchestrate("resume").out
    assert repository.orchestrate("resume", first, "--accept-changes", "--ui", "none").code == 0
    repository.orchestrate("undo", first, "--ui", "none", "--force")
    assert (repository.has("made-1"), repository.has("made-2")) == (False, True)


def test_what_a_refused_undo_says_next_takes_the_rest_of_the_same_run_back(make: Make) -> None:
    for flag, present in (("--keep", ["made-2"]), ("--force", [])):
        repository = two_phases(make)
        repository.write("made-2", "edited")
        refused = repository.orchestrate("undo", "--ui", "plain")
        assert (refused.code, f"orchestrate undo {flag}" in refused.err) == (11, True)
        assert repository.orchestrate("undo", "--ui", "none", flag).code == 0
        assert [name for name in BOTH if repository.has(name)] == present
    # an undo that went well can be undone, by its name
    again = repository.orchestrate("undo", "--ui", "none")
    assert (again.code, "nothing more to undo" in again.err) == (2, True)
    assert repository.orchestrate("undo", repository.record()["id"], "--ui", "none").code == 0
    assert repository.has("made-2")


@pytest.mark.parametrize("edited", BOTH)
def test_an_undo_takes_everything_back_or_nothing(make: Make, edited: str) -> None:
    repository = two_phases(make)
    repository.write(edited, "edited")
    before = repository.record()["id"]
    refused = repository.orchestrate("undo", "--ui", "plain")
    assert (refused.code, f"{edited} was changed since" in refused.err) == (11, True)
    assert [name for name in BOTH if repository.has(name)] == BOTH
    assert repository.record()["id"] == before  # nothing happened, so there is nothing to record


def test_a_second_undo_takes_the_run_before_back(make: Make) -> None:
    repository = make(tasks(task("1.1", "echo x > made-1")))
    repository.run()
    repository.plant(tasks(task("2.1", "echo x > made-2")))
    repository.run()
    seen = []
    for code in (0, 0, 2):
        answer = repository.orchestrate("undo", "--ui", "none")
        assert answer.code == code
        seen.append([name for name in ("made-1", "made-2") if repository.has(name)])
    assert seen == [["made-1"], [], []]
    redo = f"orchestrate undo {repository.record()['id']}"
    assert redo in answer.err
    assert repository.orchestrate(*redo.split()[1:], "--ui", "none").code == 0
    assert repository.has("made-1")
    assert repository.orchestrate("undo", "--ui", "none").code == 0  # done again, so there is something to undo
    assert not repository.has("made-1")


def test_without_a_name_the_last_run_that_changed_something_is_taken_back(make: Make) -> None:
    repository = make(tasks(task("1.1", "echo x > made", creates=["made"]), task("1.2", "[ ! -e stop ]")))
    repository.run()
    assert repository.run().code == 0  # everything up to date
    assert repository.orchestrate("undo", "--ui", "none").code == 0
    assert not repository.has("made")
    repository.run()
    repository.write("stop", "")
    assert repository.run().code == 1  # one that did not end well is the one that is meant
    assert repository.orchestrate("undo", "--ui", "none").code == 2
    assert repository.has("made")


@wires("flag:undo --all")
def test_everything_is_taken_back(make: Make) -> None:
    """Over several runs, one of which was undone before, and a part of another."""
    repository = make(None, kept="as it was")
    for number in ("1", "2", "3"):
        works = (
            task(f"{number}.1", f"echo {number} >> kept; echo x > made-{number}"),
            task(f"{number}.2", f"echo {number} > y"),
        )
        repository.plant(tasks(*works))
        assert repository.run().code == 0
        if number == "2":
            assert repository.orchestrate("undo", "--ui", "none").code == 0
    assert repository.orchestrate("undo", "--task", "3.2", "--ui", "none").code == 0
    listed = repository.orchestrate("undo", "--all", "--dry-run").out.splitlines()
    assert [line.split(": ")[-1] for line in listed] == [
        "2 files",
        "  kept",
        "  made-3",
        "3 files",
        "  kept",
        "  made-1",
        "  y",
    ]
    assert repository.orchestrate("undo", "--all", "--ui", "none").code == 0
    assert (repository.read("kept"), repository.has("made-1"), repository.has("y")) == ("as it was", False, False)
    again = repository.orchestrate("undo", "--all")
    assert (again.code, again.out) == (0, "no run has changed anything that still stands\n")
    assert repository.orchestrate("undo", "--all", "--task", "1.1").code == 2


def test_everything_stops_at_a_file_that_was_edited_since(make: Make) -> None:
    repository = make(tasks(task("1.1", "echo x > made")))
    repository.run()
    repository.write("made", "edited")
    assert repository.orchestrate("undo", "--all", "--ui", "none").code == 11
    assert repository.read("made") == "edited"
    assert repository.orchestrate("undo", "--all", "--force", "--ui", "none").code == 0


def test_a_run_that_was_undone_is_not_gone_on_with(make: Make) -> None:
    repository = make(tasks(task("1.1", "echo x > made"), task("1.2", "exit 1")))
    run = repository.run().repository.record()["id"]
    repository.orchestrate("undo", "--ui", "none", "--yes")
    answer = repository.orchestrate("resume", run, "--ui", "none")
    assert (answer.code, f"run {run} was undone" in answer.err) == (2, True)
    undo = repository.record()["id"]
    assert f"`orchestrate undo {undo}` brings this back" in answer.err
    assert repository.orchestrate("undo", undo, "--ui", "none").code == 0
    assert repository.has("made")


def test_a_saved_plan_cannot_be_narrowed_and_approvals_are_of_tasks_that_there_are(make: Make) -> None:
    repository = make(tasks(task("1.1"), task("1.2")))
    repository.orchestrate("plan", "--out", "p.plan")
    assert repository.orchestrate("run", "--plan", "p.plan", "--task", "1.1").code == 2
    assert repository.orchestrate("run", "--all", "--approve", "9.9").code == 2


def test_an_age_that_is_none_is_told(make: Make) -> None:
    answer = make(tasks(task("1.1"))).orchestrate("clean", "--older-than", "soon")
    assert (answer.code, "a duration is" in answer.err) == (2, True)
