"""A question at the run's terminal: seen from elsewhere while it stands, and answered from wherever it is."""

import asyncio
from collections.abc import Callable

import pytest
from engine_plans import plan, task
from engine_stage import EPOCH, RUN, FakeClock, Recorder, RecordingLedger

from orchestrator.contracts import Answer
from orchestrator.engine.asking import Questions
from orchestrator.engine.bus import Bus
from orchestrator.errors import Unusable
from orchestrator.models.events import EventType
from orchestrator.models.facts import TaskWaiting

HERE, ELSEWHERE = Answer(decision="done", by="Ada"), Answer(decision="approved", by="Bob")


class Person:
    """Says something when it is told to; notes what had happened when it was asked, and that it was called off."""

    def __init__(self, look: Callable[[], int] = lambda: 0) -> None:
        self.asked = asyncio.Event()
        self.says: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.called_off = False
        self.seen: list[int] = []
        self._look = look

    async def ask(self, task: str, title: str, instructions: str) -> Answer:
        self.seen.append(self._look())
        self.asked.set()
        try:
            return await self.says
        except asyncio.CancelledError:
            self.called_off = True
            raise


class Desk:
    """The questions of a run with one task, `1`, and what comes of them."""

    def __init__(self, ledger: RecordingLedger | None = None) -> None:
        self.ledger = ledger or RecordingLedger()
        self.recorder = Recorder()
        self.bus = Bus(RUN, [self.recorder], lambda: EPOCH)
        planned = plan([task("1")])
        self.bus.start(planned)
        self.person = Person(lambda: len(self.recorder.events))
        tasks = {each.id: each for each in planned.tasks}
        self.questions = Questions(
            self.person, run=RUN, tasks=tasks, ledger=self.ledger, clock=FakeClock(), bus=self.bus
        )

    def ask(self) -> "asyncio.Task[Answer]":
        return asyncio.ensure_future(self.questions.ask("1", "look", "at it"))


def test_a_question_is_recorded_and_announced_before_it_is_asked() -> None:
    async def work() -> Desk:
        desk = Desk()
        desk.bus.publish(EventType.WARNING, text="x")
        asked = desk.ask()
        await desk.person.asked.wait()
        assert desk.questions.asked() == {"1": "at it"}
        desk.person.says.set_result(HERE)
        assert await asked == HERE
        desk.bus.close()
        return desk

    desk = asyncio.run(work())
    assert desk.ledger.committed == [TaskWaiting(run=RUN, task="1", time=EPOCH, question="at it")]
    assert desk.person.seen == [2]  # the warning, and that the task waits
    event = desk.recorder.events[-1]
    assert (event.type, event.task) == (EventType.TASK_WAITING, "1")
    assert event.data == {"question": "at it", "asking": True}
    assert desk.questions.asked() == {}


def test_a_decision_from_elsewhere_calls_the_question_off() -> None:
    async def work() -> None:
        desk = Desk()
        asked = desk.ask()
        await desk.person.asked.wait()
        desk.questions.answer("1", ELSEWHERE)
        desk.questions.answer("1", HERE)  # the first one counts
        assert await asked == ELSEWHERE
        assert desk.person.called_off
        assert desk.questions.asked() == {}
        desk.questions.answer("1", HERE)  # nobody asks any more
        desk.bus.close()

    asyncio.run(work())


def test_a_question_of_a_task_that_is_cancelled_is_called_off() -> None:
    async def work() -> None:
        desk = Desk()
        asked = desk.ask()
        await desk.person.asked.wait()
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        assert desk.person.called_off
        assert desk.questions.asked() == {}
        desk.bus.close()

    asyncio.run(work())


def test_what_cannot_be_recorded_is_not_asked() -> None:
    async def work() -> None:
        full = Unusable("the disk is full")
        desk = Desk(RecordingLedger(refuse_from=1, error=full))
        with pytest.raises(Unusable, match="the disk is full"):
            await desk.ask()
        assert desk.person.seen == []
        desk.bus.close()

    asyncio.run(work())
