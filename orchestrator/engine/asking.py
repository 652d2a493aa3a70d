"""Ask the person at the run's terminal; meanwhile others see that the task waits, and may decide from elsewhere.

That it waits is a fact before the question is shown: `status` in another terminal reads the ledger only. A question
comes after the news before it: once it has the terminal, nothing else is shown until it is answered.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from orchestrator.contracts import Answer, Interaction, Ledger
from orchestrator.engine.bus import Bus
from orchestrator.engine.ports import Clock
from orchestrator.models.events import EventType
from orchestrator.models.facts import TaskWaiting
from orchestrator.models.plan import PlannedTask


class Questions:
    """The questions that stand at the terminal of a run; implements `contracts.Interaction`."""

    def __init__(
        self,
        inner: Interaction,
        *,
        run: str,
        tasks: Mapping[str, PlannedTask],
        ledger: Ledger,
        clock: Clock,
        bus: Bus,
    ) -> None:
        self._inner = inner
        self._run = run
        self._tasks = tasks
        self._ledger = ledger
        self._clock = clock
        self._bus = bus
        self._elsewhere: dict[str, asyncio.Future[Answer]] = {}
        self._asked: dict[str, str] = {}

    def asked(self) -> Mapping[str, str]:
        """Return the questions that stand, by task."""
        return dict(self._asked)

    def answer(self, task: str, answer: Answer) -> None:
        """Hand over what was decided elsewhere; nothing comes of it when the question has been answered meanwhile."""
        elsewhere = self._elsewhere.get(task)
        if elsewhere is not None and not elsewhere.done():
            elsewhere.set_result(answer)

    async def ask(self, task: str, title: str, instructions: str) -> Answer:
        """Return what was said first, at the terminal or elsewhere; Unusable when the ledger takes no more facts."""
        self._elsewhere[task] = asyncio.get_running_loop().create_future()
        self._asked[task] = instructions
        try:
            waits = TaskWaiting(run=self._run, task=task, time=self._clock.now(), question=instructions)
            await asyncio.wrap_future(self._ledger.append([waits]))
            self._bus.publish(EventType.TASK_WAITING, task=self._tasks[task], question=instructions, asking=True)
            await self._bus.catch_up()
            return await self._first(task, title, instructions)
        finally:
            del self._elsewhere[task], self._asked[task]

    async def _first(self, task: str, title: str, instructions: str) -> Answer:
        here = asyncio.ensure_future(self._inner.ask(task, title, instructions))
        elsewhere = self._elsewhere[task]
        try:
            await asyncio.wait((here, elsewhere), return_when=asyncio.FIRST_COMPLETED)
            return here.result() if here.done() else elsewhere.result()
        finally:
            if not here.done():
                here.cancel()
                with suppress(asyncio.CancelledError):
                    await here
