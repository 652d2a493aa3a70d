"""News for reporters. Nothing that a reporter does can hold up, change or end a run.

Each reporter has a thread and a bounded queue of its own. One that raises, or that is so far behind that its queue is
full, gets no more news; the others are told once. Without reporters an announcement costs a comparison.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from queue import SimpleQueue

from orchestrator.contracts import Reporter
from orchestrator.models.events import Event, EventType
from orchestrator.models.json import Json
from orchestrator.models.plan import Plan, PlannedTask

BOUND = 100_000  # events that a reporter may be behind
PATIENCE = 2.0  # seconds without any progress after which a reporter is given up at the end
# Seconds that a reporter rests when it has caught up: what happens meanwhile is handed over together. To wake its
# thread for every event would cost a run of short tasks more than all of its bookkeeping.
_PAUSE = 0.01
MOST_WAITED = 0.5  # seconds that a question waits for news to be shown before it
_LOOK = 0.002  # seconds between two looks whether it has been
_logger = logging.getLogger(__name__)


class Bus:
    """Announce what happens in one run; to be used from one thread."""

    def __init__(
        self,
        run: str,
        reporters: Sequence[Reporter],
        now: Callable[[], datetime],
        *,
        bound: int = BOUND,
        patience: float = PATIENCE,
    ) -> None:
        self._run = run
        self._now = now
        self._bound = bound
        self._patience = patience
        self._seq = 0
        self._feeds = [_Feed(reporter) for reporter in reporters]
        self._look_who_hears()

    @property
    def has_listeners(self) -> bool:
        """Say whether announcing is worth preparing anything for."""
        return bool(self._feeds)

    def wants(self, type_: EventType) -> bool:
        """Say whether anybody hears news of this type."""
        return bool(self._feeds) and type_ not in self._unheard

    def start(self, plan: Plan) -> None:
        """Have every reporter prepare to show a run of this plan."""
        for feed in self._feeds:
            feed.start(plan)

    def publish(
        self,
        type_: EventType,
        *,
        task: PlannedTask | None = None,
        phase: str | None = None,
        group: str | None = None,
        attempt: int | None = None,
        **data: Json,
    ) -> None:
        """Announce something; `data` is JSON without secrets."""
        if not self.wants(type_):
            return
        self._seq += 1
        event = Event(
            seq=self._seq,
            time=self._now(),
            run=self._run,
            type=type_,
            phase=task.phase if task else phase,
            group=task.group if task else group,
            task=task.id if task else None,
            attempt=attempt,
            data=data,
        )
        trouble = False
        for feed in self._feeds:
            if type_ not in feed.ignores:
                trouble |= not feed.put(event, self._bound)
        if trouble:
            self._drop()

    def _look_who_hears(self) -> None:
        """Note what nobody hears: not even an event is made of it."""
        deaf = [feed.ignores for feed in self._feeds]
        self._unheard = frozenset.intersection(*deaf) if deaf else frozenset()

    def _drop(self) -> None:
        """Take broken reporters out and tell the others."""
        broken = [feed for feed in self._feeds if feed.problem]
        self._feeds = [feed for feed in self._feeds if not feed.problem]
        self._look_who_hears()
        for feed in broken:
            text = f"the reporter {feed.name} was dropped: {feed.problem}"
            _logger.warning("%s", text)
            self.publish(EventType.WARNING, text=text)

    async def catch_up(self, patience: float = MOST_WAITED) -> None:
        """Wait until the reporters have shown what was announced; not longer than `patience` seconds."""
        feeds = self._feeds
        for feed in feeds:
            feed.hurry()
        for _ in range(round(patience / _LOOK)):
            if not any(feed.is_behind for feed in feeds):
                return
            await asyncio.sleep(_LOOK)

    def close(self) -> None:
        """Let the reporters show what they have not shown yet, and give the terminal back.

        Waits as long as they get on with it, and gives those up that do not move for `patience` seconds.
        """
        for feed in self._feeds:
            feed.finish()
        for feed in self._feeds:
            feed.join(self._patience)
        for feed in self._feeds:
            if feed.problem:
                _logger.warning("the reporter %s was dropped: %s", feed.name, feed.problem)
        self._feeds = []


class _Feed:
    """One reporter in its thread."""

    def __init__(self, reporter: Reporter) -> None:
        self.name = type(reporter).__name__
        self.problem = ""
        self.ignores: frozenset[EventType] = getattr(reporter, "ignores", frozenset())
        self._reporter = reporter
        self._queue: SimpleQueue[Event | None] = SimpleQueue()
        self._handled = 0
        self._given = 0
        self._wake = threading.Event()
        self._plan: Plan | None = None
        self._thread = threading.Thread(target=self._show, name=f"reporter {self.name}", daemon=True)

    def start(self, plan: Plan) -> None:
        self._plan = plan
        self._thread.start()

    def put(self, event: Event, bound: int) -> bool:
        """Hand an event over; False when the reporter is broken or too far behind."""
        waiting = self._queue.qsize()
        if waiting > bound // 2:
            self._wake.set()
        if not self.problem and waiting >= bound:
            self.problem = f"it is {bound} events behind"
        if self.problem:
            return False
        self._given += 1
        self._queue.put(event)
        return True

    @property
    def is_behind(self) -> bool:
        return self._handled < self._given and not self.problem

    def hurry(self) -> None:
        self._wake.set()

    def finish(self) -> None:
        self._queue.put(None)
        self._wake.set()

    def join(self, patience: float) -> None:
        """Wait for the end as long as events are being handled."""
        if self._thread.ident is None:
            return
        before = -1
        while self._thread.is_alive() and self._handled != before:
            before = self._handled
            self._thread.join(patience)
        if self._thread.is_alive():
            self.problem = "it does not come to an end"

    def _show(self) -> None:
        """Live in the thread; whatever the reporter raises ends nothing but itself."""
        try:
            if self._plan is not None:
                self._reporter.start(self._plan)
            while (event := self._queue.get()) is not None and not self.problem:
                self._reporter.handle(event)
                self._handled += 1
                if self._queue.empty():
                    self._wake.wait(_PAUSE)
                    self._wake.clear()
        except BaseException as error:  # even SystemExit: it is not the reporter's run
            self.problem = f"{type(error).__name__}: {error}"
        try:
            self._reporter.close()
        except BaseException as error:
            self.problem = self.problem or f"{type(error).__name__}: {error}"
