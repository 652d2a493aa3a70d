"""News never holds up a run, whatever reporters do."""

import asyncio
import logging
import threading
import time
from typing import Any

import pytest
from engine_plans import plan, task
from engine_stage import EPOCH, RUN, Recorder

from orchestrator.engine.bus import Bus
from orchestrator.models.events import Event, EventType
from orchestrator.models.plan import Plan


class Stuck(Recorder):
    """Blocks in its first event until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = threading.Event()
        self.let_go = threading.Event()

    def handle(self, event: Event) -> None:
        self.reached.set()
        self.let_go.wait()
        super().handle(event)


class Raising(Recorder):
    def __init__(self, where: str, error: BaseException) -> None:
        super().__init__()
        self.where = where
        self.error = error

    def _maybe(self, where: str) -> None:
        if where == self.where:
            raise self.error

    def start(self, plan: Plan) -> None:
        self._maybe("start")

    def handle(self, event: Event) -> None:
        self._maybe("handle")
        super().handle(event)

    def close(self) -> None:
        self._maybe("close")


def bus_of(*reporters: Any, **more: Any) -> Bus:
    bus = Bus(RUN, reporters, lambda: EPOCH, **more)
    bus.start(plan([task("1")]))
    return bus


def test_events_arrive_in_order_with_their_places() -> None:
    recorder = Recorder()
    bus = bus_of(recorder)
    bus.publish(EventType.PHASE_STARTED, phase="1")
    bus.publish(EventType.TASK_PROGRESS, task=task("1"), attempt=2, text="half")
    bus.close()
    assert recorder.events == [
        Event(seq=1, time=EPOCH, run=RUN, type=EventType.PHASE_STARTED, phase="1"),
        Event(
            seq=2,
            time=EPOCH,
            run=RUN,
            type=EventType.TASK_PROGRESS,
            phase="1",
            group="1.a",
            task="1",
            attempt=2,
            data={"text": "half"},
        ),
    ]


@pytest.mark.parametrize("where", ["start", "handle"])
@pytest.mark.parametrize("error", [RuntimeError("no screen"), SystemExit(1), KeyboardInterrupt()])
def test_a_reporter_that_raises_is_dropped_with_one_warning(
    where: str, error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    raising, recorder = Raising(where, error), Recorder()
    bus = bus_of(raising, recorder)
    bus.publish(EventType.PHASE_STARTED, phase="1")
    for thread in threading.enumerate():
        if thread.name == "reporter Raising":
            thread.join(5)
    for number in range(5):
        bus.publish(EventType.PHASE_STARTED, phase=str(number))
    bus.close()
    warnings = recorder.told().count("warning")
    assert warnings == 1
    assert len(recorder.events) == 7
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_a_reporter_that_cannot_close_is_named(caplog: pytest.LogCaptureFixture) -> None:
    bus_of(Raising("close", RuntimeError("terminal gone"))).close()
    assert caplog.messages == ["the reporter Raising was dropped: RuntimeError: terminal gone"]


def test_a_reporter_that_blocks_does_not_block_others_and_is_dropped_when_its_queue_is_full() -> None:
    stuck, recorder = Stuck(), Recorder()
    bus = bus_of(stuck, recorder, bound=3)
    bus.publish(EventType.PHASE_STARTED, phase="0")
    stuck.reached.wait(5)
    for sent in range(2, 7):  # each is seen before the next: on a busy machine the other one would be late, too
        bus.publish(EventType.PHASE_STARTED, phase="x")
        until = time.monotonic() + 30
        while len(recorder.events) < sent and time.monotonic() < until:
            threading.Event().wait(0.001)
    stuck.let_go.set()
    bus.close()
    assert recorder.of(EventType.WARNING)[0].data == {"text": "the reporter Stuck was dropped: it is 3 events behind"}


def test_the_end_does_not_wait_for_a_reporter_that_never_moves(caplog: pytest.LogCaptureFixture) -> None:
    stuck = Stuck()
    bus = bus_of(stuck, patience=0.01)
    bus.publish(EventType.PHASE_STARTED, phase="1")
    stuck.reached.wait(5)
    bus.close()
    assert caplog.messages == ["the reporter Stuck was dropped: it does not come to an end"]
    stuck.let_go.set()


def test_the_end_waits_for_a_reporter_that_is_behind_but_moves() -> None:
    class Slow(Recorder):
        def handle(self, event: Event) -> None:
            threading.Event().wait(0.002)
            super().handle(event)

    slow = Slow()
    bus = bus_of(slow, patience=0.05)
    for _ in range(100):
        bus.publish(EventType.PHASE_STARTED, phase="1")
    bus.close()
    assert len(slow.events) == 100
    assert slow.closed


def test_without_reporters_nothing_is_made() -> None:
    bus = bus_of()
    assert bus.has_listeners is False
    bus.publish(EventType.PHASE_STARTED, phase="1")
    bus.close()


class Deaf(Recorder):
    ignores = frozenset({EventType.TASK_OUTPUT, EventType.TASK_PROGRESS})


def test_a_reporter_is_not_told_what_it_ignores() -> None:
    deaf, hearing = Deaf(), Recorder()
    bus = Bus(RUN, [deaf, hearing], lambda: EPOCH)
    bus.start(plan([task("1")]))
    for type_ in (EventType.TASK_STARTED, EventType.TASK_OUTPUT, EventType.TASK_FINISHED):
        bus.publish(type_, text="x")
    bus.close()
    assert [event.type for event in deaf.events] == [EventType.TASK_STARTED, EventType.TASK_FINISHED]
    assert len(hearing.events) == 3


def test_of_what_nobody_hears_no_event_is_made() -> None:
    deaf = Deaf()
    bus = Bus(RUN, [deaf], lambda: EPOCH)
    assert (bus.wants(EventType.TASK_OUTPUT), bus.wants(EventType.TASK_STARTED)) == (False, True)
    bus.start(plan([task("1")]))
    for type_ in (EventType.TASK_OUTPUT, EventType.TASK_STARTED):
        bus.publish(type_, text="x")
    bus.close()
    assert [(event.seq, event.type) for event in deaf.events] == [(1, EventType.TASK_STARTED)]
    assert not bus.wants(EventType.TASK_STARTED)


def test_a_bus_that_never_started_can_be_closed() -> None:
    recorder = Recorder()
    Bus(RUN, [recorder], lambda: EPOCH).close()
    assert recorder.events == []


def test_catching_up_waits_until_everything_was_shown() -> None:
    recorder = Recorder()
    bus, seen = bus_of(recorder), []

    async def work() -> None:
        for count in range(20):
            for _ in range(count):
                bus.publish(EventType.WARNING, text="x")
            await bus.catch_up()
            seen.append(len(recorder.events))

    asyncio.run(work())
    bus.close()
    assert seen == [sum(range(count + 1)) for count in range(20)]


def test_a_reporter_that_is_stuck_holds_no_question_up() -> None:
    stuck = Stuck()
    bus = bus_of(stuck, patience=0.01)
    bus.publish(EventType.WARNING, text="x")
    asyncio.run(bus.catch_up(0.01))
    assert stuck.events == []
    stuck.let_go.set()
    bus.close()
