"""The questions of a run: asked at its terminal or left to others, and what was decided about them.

That a task waits is a fact before its question is shown: `status` in another terminal reads the ledger only. So is
every answer, before anything follows from it: one question has one answer, wherever that was given. A question comes
after the news before it: once it has the terminal, nothing else is shown until it is answered.
"""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from types import MappingProxyType

from msgspec.structs import replace

from orchestrator.contracts import Answer, Interaction, Ledger, answers_of, waiting
from orchestrator.engine.bus import Bus
from orchestrator.engine.ports import AttemptEnd, Clock
from orchestrator.errors import DecisionRefused, OrchestrateError
from orchestrator.models.events import EventType
from orchestrator.models.facts import ApprovalGiven, DecisionHeard, Fact, TaskWaiting
from orchestrator.models.plan import PlannedTask
from orchestrator.models.status import OutcomeKind, TaskState

LATER = "later"
NOTHING_SAID: Mapping[str, Answer] = MappingProxyType({})


class Questions:
    """What the tasks of one run ask; implements `contracts.Interaction`.

    `person` sits at the run's terminal. `beforehand` are answers that were given when the run was started, by task.
    """

    def __init__(
        self,
        *,
        run: str,
        tasks: Mapping[str, PlannedTask],
        ledger: Ledger,
        clock: Clock,
        bus: Bus,
        person: Interaction | None = None,
        beforehand: Mapping[str, Answer] = NOTHING_SAID,
    ) -> None:
        self._run = run
        self._tasks = tasks
        self._ledger = ledger
        self._clock = clock
        self._bus = bus
        self._person = person
        self._beforehand = beforehand
        self._open: dict[str, str] = {}  # recorded, and not answered as far as the run knows
        self._elsewhere: dict[str, asyncio.Future[Answer]] = {}  # of those that stand at the terminal
        self._answering = asyncio.Lock()

    @property
    def interaction(self) -> Interaction | None:
        """Return whom handlers may ask; None where nobody would answer."""
        return self if self._person is not None or self._beforehand else None

    def at_the_terminal(self) -> Mapping[str, str]:
        """Return the questions that stand at the terminal, by task."""
        return {task: self._open[task] for task in self._elsewhere if task in self._open}

    def stands(self, task: str) -> bool:
        """Say whether the task's question is recorded and unanswered, as far as the run knows."""
        return task in self._open

    def recorded(self, asked: Iterable[TaskWaiting]) -> None:
        """Take that these questions are durable: from now on decisions about them may come."""
        self._open.update((each.task, each.question) for each in asked)

    def close(self, task: str) -> None:
        """Take that the task has ended, or is tried again: what it asked is of no concern any more."""
        self._open.pop(task, None)

    def left_by(self, end: AttemptEnd) -> AttemptEnd:
        """Return how an attempt ended: one that was called off at its question leaves that to whoever decides."""
        if end.kind is not OutcomeKind.CANCELLED or end.key not in self._open:
            return end
        return replace(end, outcome=waiting(self._open[end.key]))

    async def hear(self) -> Mapping[str, Answer]:
        """Go on with what was decided elsewhere; return the decisions that another attempt has to carry out.

        What stands at the terminal gets its answer there. Raise OrchestrateError when the ledger cannot be used.
        """
        async with self._answering:
            decided = self._decided()
            if not decided:
                return NOTHING_SAID
            await self._record([self._heard(task) for task in decided])
            answers = self._decided()  # the newest: somebody may have thought better of it until then
            for task in tuple(answers):
                del self._open[task]
                at_the_terminal = self._elsewhere.get(task)
                if at_the_terminal is not None:
                    at_the_terminal.set_result(answers.pop(task))
            return answers

    async def ask(self, task: str, title: str, instructions: str, *, needs_evidence: bool = False) -> Answer:
        """Return what was decided first, at the terminal or elsewhere; Unusable when the ledger takes no more facts.

        After `later`, and after a cancellation, the question goes on standing.
        """
        known = self._beforehand.get(task)
        if known is not None:
            await self._record([self._given(task, known, "option")])
            return known
        if self._person is None:
            return Answer(decision=LATER)
        waits = TaskWaiting(run=self._run, task=task, time=self._clock.now(), question=instructions)
        await self._record([waits])
        self.recorded([waits])
        elsewhere = self._elsewhere[task] = asyncio.get_running_loop().create_future()
        try:
            self._bus.publish(EventType.TASK_WAITING, task=self._tasks[task], question=instructions, asking=True)
            await self._bus.catch_up()
            here = asyncio.ensure_future(self._person.ask(task, title, instructions, needs_evidence=needs_evidence))
            await _first(here, elsewhere)
            return elsewhere.result() if elsewhere.done() else await self._answered(task, here.result(), elsewhere)
        except asyncio.CancelledError:
            if elsewhere.done():  # nobody carries it out any more: the next part of the run does
                self._open[task] = instructions
            raise
        finally:
            del self._elsewhere[task]

    async def _answered(self, task: str, answer: Answer, elsewhere: "asyncio.Future[Answer]") -> Answer:
        """Record what was said at the terminal, unless somebody elsewhere was first: then return what they said."""
        if answer.decision != LATER:
            async with self._answering:
                with suppress(DecisionRefused):
                    await self._record([self._given(task, answer, "terminal")])
                    self.close(task)
                    return answer
        with suppress(OrchestrateError):
            await self.hear()
        return elsewhere.result() if elsewhere.done() else Answer(decision=LATER, by=answer.by)

    def _decided(self) -> dict[str, Answer]:
        if not self._open:
            return {}
        said = answers_of(self._ledger.approvals(self._run))
        return {task: answer for task, answer in said.items() if task in self._open}

    def _heard(self, task: str) -> DecisionHeard:
        state = TaskState.RUNNING if task in self._elsewhere else TaskState.READY
        return DecisionHeard(run=self._run, task=task, time=self._clock.now(), state=state)

    def _given(self, task: str, answer: Answer, where: str) -> ApprovalGiven:
        return ApprovalGiven(
            run=self._run,
            task=task,
            time=self._clock.now(),
            decision=answer.decision,
            by=answer.by,
            note=answer.note,
            evidence=answer.evidence,
            where=where,
            heard=True,
        )

    async def _record(self, facts: list[Fact]) -> None:
        await asyncio.wrap_future(self._ledger.append(facts))


async def _first(here: "asyncio.Future[Answer]", elsewhere: "asyncio.Future[Answer]") -> None:
    """Wait for the first of both; the prompt is called off when it is not that."""
    try:
        await asyncio.wait((here, elsewhere), return_when=asyncio.FIRST_COMPLETED)
    finally:
        if not here.done():
            here.cancel()
            with suppress(asyncio.CancelledError):
                await here
