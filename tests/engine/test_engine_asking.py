"""A question of a run: seen from elsewhere while it stands, and answered from wherever it is, once."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from engine_plans import plan, task
from engine_stage import EPOCH, RUN, FakeClock, Recorder, RecordingLedger, Stage

from orchestrator.contracts import Answer, Outcome, TaskContext, changed, waiting
from orchestrator.engine.asking import Questions
from orchestrator.engine.bus import Bus
from orchestrator.errors import DecisionRefused, Unusable
from orchestrator.ledger.memory import MemoryLedger
from orchestrator.models.events import EventType
from orchestrator.models.facts import ApprovalGiven, RunStarted
from orchestrator.models.record import ApprovalRecord
from orchestrator.models.status import RunState, TaskState

HERE, LATER = Answer(decision="approved", by="Ada", note="looks well"), Answer(decision="later", by="Ada")
ELSEWHERE = Answer(decision="rejected", by="Bob")


class Person:
    """Says something when it is told to; notes what had happened when it was asked, and that it was called off."""

    def __init__(self, look: Callable[[], int] = lambda: 0) -> None:
        self.asked = asyncio.Event()
        self.says: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.called_off = False
        self.seen: list[int] = []
        self._look = look

    async def ask(self, task: str, title: str, instructions: str, *, needs_evidence: bool = False) -> Answer:
        self.seen.append(self._look())
        self.asked.set()
        try:
            return await self.says
        except asyncio.CancelledError:
            self.called_off = True
            raise


class Desk:
    """The questions of a run with one task, `1`, and what comes of them."""

    def __init__(self, ledger: Any = None, **more: Any) -> None:
        self.memory = MemoryLedger()
        begins = RunStarted(run=RUN, kind="run", time=EPOCH, command=(), plan={}, tasks=(("1", "d"),))
        self.memory.append([begins]).result()
        self.recorder = Recorder()
        self.bus = Bus(RUN, [self.recorder], lambda: EPOCH)
        planned = plan([task("1")])
        self.bus.start(planned)
        self.person = Person(lambda: len(self.recorder.events))
        more.setdefault("person", self.person)
        tasks = {each.id: each for each in planned.tasks}
        self.questions = Questions(
            run=RUN, tasks=tasks, ledger=ledger or self.memory, clock=FakeClock(), bus=self.bus, **more
        )

    def ask(self) -> "asyncio.Task[Answer]":
        return asyncio.ensure_future(self.questions.ask("1", "look", "at it"))

    async def asked(self) -> "asyncio.Task[Answer]":
        """Ask, and return when the question stands at the terminal."""
        asked = self.ask()
        await self.person.asked.wait()
        return asked

    def decide(self, answer: Answer = ELSEWHERE) -> None:
        """Decide from another terminal."""
        self.memory.append(
            [ApprovalGiven(run=RUN, task="1", time=EPOCH, decision=answer.decision, by=answer.by)]
        ).result()

    @property
    def state(self) -> TaskState:
        return self.memory.read_run(RUN).tasks[0].state

    @property
    def approvals(self) -> tuple[ApprovalRecord, ...]:
        return self.memory.approvals(RUN)


def at_a_desk(scene: Callable[[Desk], Coroutine[Any, Any, None]], **more: Any) -> Desk:
    async def work() -> Desk:
        desk = Desk(**more)
        try:
            await scene(desk)
        finally:
            desk.bus.close()
        return desk

    return asyncio.run(work())


def test_a_question_is_recorded_and_announced_before_it_is_asked() -> None:
    async def scene(desk: Desk) -> None:
        desk.bus.publish(EventType.WARNING, text="x")
        await desk.asked()
        assert desk.questions.at_the_terminal() == {"1": "at it"}
        assert desk.state is TaskState.WAITING

    desk = at_a_desk(scene)
    assert desk.person.seen == [2]  # the warning, and that the task waits
    event = desk.recorder.events[-1]
    assert (event.type, event.task) == (EventType.TASK_WAITING, "1")
    assert event.data == {"question": "at it", "asking": True}


def test_an_answer_at_the_terminal_is_recorded_before_anything_follows_from_it() -> None:
    async def scene(desk: Desk) -> None:
        asked = await desk.asked()
        desk.person.says.set_result(HERE)
        assert await asked == HERE
        assert desk.questions.at_the_terminal() == {}
        with pytest.raises(DecisionRefused):
            desk.decide()

    desk = at_a_desk(scene)
    assert desk.state is TaskState.RUNNING
    [said] = desk.approvals
    assert (said.question, said.decision, said.by, said.note) == ("at it", "approved", "Ada", "looks well")
    assert said.where == "terminal"


def test_a_decision_from_elsewhere_calls_the_question_off() -> None:
    async def scene(desk: Desk) -> None:
        asked = await desk.asked()
        assert await desk.questions.hear() == {}
        desk.decide(HERE)
        desk.decide(ELSEWHERE)  # they thought better of it
        assert await desk.questions.hear() == {}  # no other attempt is needed
        assert (await asked).decision == "rejected"
        assert desk.person.called_off
        with pytest.raises(DecisionRefused):
            desk.decide()

    assert at_a_desk(scene).state is TaskState.RUNNING


@pytest.mark.parametrize("says", [LATER, HERE])
def test_a_decision_that_the_run_has_not_heard_of_counts_however_the_prompt_ends(says: Answer) -> None:
    async def scene(desk: Desk) -> None:
        asked = await desk.asked()
        desk.decide()
        desk.person.says.set_result(says)
        assert (await asked).by == "Bob"

    assert [each.by for each in at_a_desk(scene).approvals] == ["Bob"]


def test_a_question_that_is_put_off_goes_on_standing() -> None:
    async def scene(desk: Desk) -> None:
        asked = await desk.asked()
        desk.person.says.set_result(LATER)
        assert await asked == LATER
        assert desk.questions.stands("1")
        desk.decide()
        assert {task: said.by for task, said in (await desk.questions.hear()).items()} == {"1": "Bob"}
        assert not desk.questions.stands("1")

    assert at_a_desk(scene).state is TaskState.READY


def test_a_decision_about_an_earlier_question_is_no_answer_to_a_new_one() -> None:
    async def scene(desk: Desk) -> None:
        asked = await desk.asked()
        desk.decide()
        await desk.questions.hear()
        await asked
        desk.person.says = asyncio.get_running_loop().create_future()
        again = desk.ask()
        for _ in range(5):  # before the new question is recorded, while it is, and after
            assert await desk.questions.hear() == {}
            await asyncio.sleep(0)
        desk.person.says.set_result(LATER)
        assert (await again).decision == "later"

    at_a_desk(scene)


def test_a_question_of_a_task_that_is_cancelled_is_called_off() -> None:
    async def scene(desk: Desk) -> None:
        asked = await desk.asked()
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        assert desk.person.called_off
        assert desk.questions.at_the_terminal() == {}

    at_a_desk(scene)


def test_what_cannot_be_recorded_is_not_asked() -> None:
    async def scene(desk: Desk) -> None:
        with pytest.raises(Unusable, match="the disk is full"):
            await desk.ask()

    desk = at_a_desk(scene, ledger=RecordingLedger(refuse_from=1, error=Unusable("the disk is full")))
    assert desk.person.seen == []


def test_an_answer_that_was_given_beforehand_is_recorded_and_nobody_is_asked() -> None:
    async def scene(desk: Desk) -> None:
        assert await desk.ask() == HERE

    desk = at_a_desk(scene, beforehand={"1": HERE})
    assert desk.person.seen == []
    assert [(each.decision, each.by, each.where) for each in desk.approvals] == [("approved", "Ada", "option")]


# ---------------------------------------------------------------- in a run


async def asks(context: TaskContext) -> Outcome:
    """Ask whoever is there; without a decision the task waits."""
    said = context.decision
    if said is None and context.interaction is not None:
        said = await context.interaction.ask(context.task.id, "look", "at it")
    return changed(f"{said.decision} by {said.by}") if said and said.decision != "later" else waiting("at it")


def test_a_question_that_is_put_off_is_one_question_and_told_once() -> None:
    async def work() -> Stage:
        person = Person()
        person.says.set_result(LATER)
        stage = Stage(plan([task("1")]), {"1": asks}, person=person)
        assert (await stage.go()).state is RunState.WAITING
        return stage

    stage = asyncio.run(work())
    assert len(stage.reporters[0].of(EventType.TASK_WAITING)) == 1
    assert [type(fact).__name__ for fact in stage.ledger.committed].count("TaskWaiting") == 1


def test_what_is_decided_while_a_run_is_about_to_end_is_not_left_to_a_resume() -> None:
    class Decided(RecordingLedger):
        def append(self, facts: Any) -> Any:
            done = super().append(facts)
            if any(type(fact).__name__ == "TaskWaiting" for fact in facts):
                super().append([ApprovalGiven(run=RUN, task="1", time=EPOCH, decision="approved", by="Bob")])
            return done

    stage = Stage(plan([task("1")]), {"1": asks}, ledger=Decided())
    assert stage.play().exit_code == 0
    assert stage.ledger.last_attempt("1").summary == "approved by Bob"


def test_ctrl_c_at_a_question_leaves_it_to_whoever_decides() -> None:
    async def work() -> Stage:
        person = Person()
        stage = Stage(plan([task("1")]), {"1": asks}, person=person)
        run = asyncio.ensure_future(stage.go())
        await person.asked.wait()
        stage.executor.request_stop(2)
        result = await run
        assert {name: state.value for name, state in result.states.items()} == {"1": "waiting"}
        return stage

    stage = asyncio.run(work())
    assert stage.ledger.attempts("1") == ["waiting"]
    assert stage.ledger.ended() == {}
