"""The commands that a run names next can be typed as they stand."""

import pytest
from msgspec.structs import replace

from orchestrator.models.status import RunState, TaskState
from orchestrator.reporters.flags import Flags, flags_of
from orchestrator.reporters.outline import Outline, TaskLine
from orchestrator.reporters.style import Look
from orchestrator.reporters.summary import next_commands, render_outline

FAILED = TaskLine(id="1.2", name="Fixtures", state=TaskState.FAILED)
WAITING = TaskLine(id="2.1", name="Look", state=TaskState.WAITING)
ELSEWHERE = Flags(place=" -c 'my plans/p.yaml'", plan=" -D n=2")


@pytest.mark.parametrize(
    ("command", "flags"),
    [
        (("run", "--all", "--yes"), Flags(tasks=" --all")),
        (
            ("run", "-c", "my plans/p.yaml", "-D", "n=2", "-j", "2", "-g", "b"),
            Flags(place=" -c 'my plans/p.yaml'", plan=" -D n=2", tasks=" -g b"),
        ),
        (
            ("run", "--project=.", "--profile", "ci", "-p", "1", "--with-deps", "--yes"),
            Flags(place=" --project=.", plan=" --profile ci", tasks=" -p 1 --with-deps"),
        ),
        (("run", "--config"), Flags(place=" --config")),
    ],
)
def test_what_a_command_line_says_about_place_plan_and_tasks_is_kept(command: tuple[str, ...], flags: Flags) -> None:
    assert flags_of(command) == flags


def outline(state: RunState, *tasks: TaskLine, kind: str = "run", changed: int = 0) -> Outline:
    counts = {TaskState.CHANGED: changed}
    return Outline(run="r", kind=kind, state=state, seconds=1.0, counts=counts, tasks=tasks, flags=ELSEWHERE)


@pytest.mark.parametrize(
    ("shown", "commands"),
    [
        (
            outline(RunState.FAILED, FAILED),
            ("orchestrate logs 1.2 -c 'my plans/p.yaml'", "orchestrate run --failed -D n=2 -c 'my plans/p.yaml'"),
        ),
        (
            outline(RunState.SUCCEEDED, changed=1),
            ("orchestrate diff -c 'my plans/p.yaml'", "orchestrate undo -c 'my plans/p.yaml'"),
        ),
        (
            outline(RunState.FAILED, FAILED, kind="undo"),
            tuple(f"orchestrate undo {way} -c 'my plans/p.yaml'" for way in ("--merge", "--keep", "--force")),
        ),
    ],
)
def test_commands_name_the_document_and_the_params_that_they_need(shown: Outline, commands: tuple[str, ...]) -> None:
    assert next_commands(shown) == commands


def test_a_task_that_needs_evidence_is_approved_with_it() -> None:
    strict = TaskLine(id="2.1", name="Look", state=TaskState.WAITING, needs_evidence=True)
    named = next_commands(replace(outline(RunState.WAITING, strict), flags=Flags()))
    assert named == ("orchestrate approve 2.1 --evidence 'a text, or the path of a file'", "orchestrate resume")


def test_what_failed_beside_a_waiting_task_is_tried_again_by_resume() -> None:
    """A run of what failed would be the last run, and the approval is about this one."""
    named = next_commands(replace(outline(RunState.FAILED, FAILED, WAITING), flags=Flags()))
    assert named == ("orchestrate logs 1.2", "orchestrate approve 2.1", "orchestrate resume")


def test_commands_about_an_older_run_name_it() -> None:
    older = Flags(run="r", place=" -C x")
    assert next_commands(replace(outline(RunState.FAILED, FAILED, WAITING), flags=older)) == (
        "orchestrate logs 1.2 --run r -C x",
        "orchestrate approve 2.1 --run r -C x",
        "orchestrate resume r -C x",
    )
    assert next_commands(replace(outline(RunState.FAILED, FAILED), flags=older)) == (
        "orchestrate logs 1.2 --run r -C x",
    )
    good = replace(outline(RunState.SUCCEEDED, changed=1), flags=older)
    assert next_commands(good) == ("orchestrate diff r -C x", "orchestrate undo r -C x")


def test_after_a_dry_run_that_went_well_the_run_itself_is_named() -> None:
    flags = flags_of(("run", "--dry-run", "-g", "b", "-D", "n=2", "-c", "p.yaml"))
    rehearsed = outline(RunState.SUCCEEDED, kind="dry run", changed=1)
    assert next_commands(replace(rehearsed, flags=flags)) == ("orchestrate run -g b -D n=2 -c p.yaml",)
    saved = flags_of(("run", "--plan", "p.json", "-n"))
    assert next_commands(replace(rehearsed, flags=saved)) == ("orchestrate run --plan p.json",)
    assert next_commands(replace(rehearsed, counts={TaskState.UNCHANGED: 1})) == ()
    assert next_commands(outline(RunState.FAILED, FAILED, kind="dry run", changed=1)) == ()


def test_while_a_run_goes_on_nothing_is_named_that_it_would_refuse() -> None:
    named = next_commands(outline(RunState.RUNNING, FAILED, WAITING))
    assert [command.split(" -c ")[0] for command in named] == ["orchestrate logs 1.2", "orchestrate approve 2.1"]


def test_a_command_is_never_broken_in_two() -> None:
    strict = TaskLine(id="2.1", name="Look", state=TaskState.WAITING, text="one two three " * 4, needs_evidence=True)
    rows = render_outline(outline(RunState.WAITING, strict), Look(), 40).splitlines()
    assert rows[-2] == "  next: orchestrate approve 2.1 --evidence 'a text, or the path of a file' -c 'my plans/p.yaml'"
    assert max(len(row) for row in rows[:-2]) <= 40
