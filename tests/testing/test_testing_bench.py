"""What authors of plug-ins test with does what a run does."""

from pathlib import Path

import pytest

from orchestrator.contracts import (
    Answer,
    CheckContext,
    Checkpoint,
    CheckScene,
    Handler,
    Measurement,
    Outcome,
    Params,
    TaskContext,
    changed,
    failed,
    unchanged,
)
from orchestrator.errors import Problem, TaskFailed
from orchestrator.handlers.command import Command
from orchestrator.handlers.manual import Manual
from orchestrator.testing import Bench, Somebody

pytest_plugins = ["orchestrator.testing.fixtures"]


class NoteParams(Params):
    text: str = "hello"
    end: str = "well"
    template: str = ""


class Note(Handler[NoteParams]):
    type = "note"
    params_model = NoteParams

    def check(self, params: NoteParams, scene: CheckScene) -> list[Problem]:
        return [Problem(code="E301", message="`text` is empty")] if not params.text else []

    async def run(self, params: NoteParams, context: TaskContext) -> Outcome:
        context.say("writing")
        text = context.templates.render(params.template, context.values) if params.template else params.text
        context.workspace.write_text("NOTE", text)
        if params.end == "badly":
            return failed("no")
        return unchanged("as it was") if params.end == "modestly" else changed("noted")

    async def verify(self, params: NoteParams, context: TaskContext) -> None:
        if params.end == "unverified":
            message = "it does not say so"
            raise TaskFailed(message, hint="look")
        if params.end == "broken":
            raise ZeroDivisionError


class Says(Checkpoint[NoteParams]):
    type = "says"
    params_model = NoteParams

    async def measure(self, params: NoteParams, context: CheckContext) -> Measurement:
        ok = context.workspace.read_text("NOTE") == params.text and set(context.states.values()) <= {"changed"}
        return Measurement(ok=ok, message=f"{len(context.tasks)} tasks")


def test_a_trial_tells_what_changed_and_what_was_said(bench: Bench) -> None:
    trial = bench.run(Note())
    assert (trial.kind, trial.summary, trial.changed, trial.said) == ("changed", "noted", ("NOTE",), ("writing",))
    assert bench.read("NOTE") == "hello"
    bench.undo()
    assert not bench.has("NOTE")


def test_what_is_written_counts_and_not_what_a_handler_says(bench: Bench) -> None:
    assert bench.run(Note(), {"end": "modestly"}).kind == "changed"
    again = bench.run(Note(), {"end": "modestly"})
    assert (again.kind, again.changed) == ("unchanged", ())


@pytest.mark.parametrize(("end", "summary"), [("badly", "no"), ("unverified", "it does not say so")])
def test_an_attempt_that_fails_is_taken_back(bench: Bench, end: str, summary: str) -> None:
    bench.write("NOTE", "before")
    trial = bench.run(Note(), {"end": end})
    assert (trial.kind, trial.summary, trial.changed, bench.read("NOTE")) == ("failed", summary, (), "before")


def test_a_mistake_of_the_handler_keeps_its_traceback(bench: Bench) -> None:
    with pytest.raises(ZeroDivisionError):
        bench.run(Note(), {"end": "broken"})


def test_a_preview_writes_nothing(bench: Bench) -> None:
    trial = bench.preview(Note())
    assert (trial.kind, trial.changed, bench.has("NOTE")) == ("changed", ("NOTE",), False)
    assert "\n+hello\n" in trial.diff


def test_templates_lie_in_the_repository(bench: Bench) -> None:
    bench.write("templates/note.j2", "for {{ who }}")
    bench.run(Note(), {"template": "note.j2"}, values={"who": "you"})
    assert bench.read("NOTE") == "for you"


def test_programs_are_those_of_the_test_and_leave_an_undo(bench: Bench) -> None:
    bench.program("npm", '#!/bin/sh\necho "$NAME" "$@" > made\n')
    trial = bench.run(Command(), {"command": ["npm", "ci"]}, env={"NAME": "mine"})
    assert (trial.kind, trial.changed, bench.read("made")) == ("changed", ("made",), "mine ci\n")
    bench.undo()
    assert not bench.has("made")


def test_somebody_is_asked_and_no_more_often_than_expected(bench: Bench) -> None:
    person = Somebody(Answer(decision="done", by="me"))
    assert bench.run(Manual(), {"instructions": "Look."}, person=person).summary == "approved by me"
    assert person.questions == [("1.1", "tried alone", "Look.")]
    with pytest.raises(AssertionError, match="nobody expected to be asked: Look"):
        bench.run(Manual(), {"instructions": "Look."}, person=person)
    assert bench.run(Manual(), {"instructions": "Look."}).kind == "waiting"
    decided = bench.run(Manual(), {"instructions": "Look."}, decision=Answer(decision="rejected"))
    assert decided.kind == "failed"


def test_params_are_checked_as_validate_does(bench: Bench) -> None:
    assert bench.problems(Note(), {"text": ""}) == ["`text` is empty"]
    with pytest.raises(ValueError, match="nope"):
        bench.run(Note(), {"nope": 1})


def test_a_checkpoint_measures_the_tree_and_the_tasks_before_it(bench: Bench) -> None:
    bench.write("NOTE", "hello")
    assert bench.measure(Says(), states={"1.1": "changed"}) == Measurement(ok=True, message="1 tasks")
    assert not bench.measure(Says(), states={"1.1": "failed"}).ok


def test_without_pytest_it_is_closed_by_with(tmp_path: Path) -> None:
    with Bench(tmp_path / "new" / "repository") as bench:
        assert bench.run(Note()).kind == "changed"
