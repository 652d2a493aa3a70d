"""What persons decide about tasks that wait, on its way to the attempts that carry it out."""

from collections.abc import Callable, Mapping
from contextlib import suppress

from orchestrator.contracts import Answer
from orchestrator.engine.asking import NOTHING_SAID, Questions
from orchestrator.engine.ports import AttemptEnd
from orchestrator.engine.scheduler import Scheduler
from orchestrator.errors import OrchestrateError
from orchestrator.models.status import TaskState


class Decisions:
    """The decisions that no attempt has taken yet; `given` are those of the time before this part of the run.

    `ring` is called when there is one that an attempt can carry out.
    """

    def __init__(
        self, questions: Questions, scheduler: Scheduler, given: Mapping[str, Answer], ring: Callable[[], None]
    ) -> None:
        self._questions = questions
        self._scheduler = scheduler
        self._given = dict(given)
        self._ring = ring

    async def hear(self) -> bool:
        """Go on with what was decided elsewhere; return whether there was something for another attempt.

        A ledger that cannot be read now is asked again later.
        """
        heard = NOTHING_SAID
        with suppress(OrchestrateError):
            heard = await self._questions.hear()
        self._given.update(heard)
        for task in heard:
            self._go_on(task)
        return bool(heard)

    def take(self, task: str) -> Answer | None:
        """Return what was decided about a task, to the attempt that carries it out."""
        return self._given.pop(task, None)

    def wait(self, end: AttemptEnd) -> bool:
        """Leave a task to whoever decides; return whether its question has still to be recorded."""
        self._scheduler.waiting(end.key, end.outcome.question)
        self._go_on(end.key)
        return end.key not in self._given and not self._questions.stands(end.key)

    def _go_on(self, task: str) -> None:
        if task in self._given and self._scheduler.state(task) is TaskState.WAITING:
            self._scheduler.decided(task)
            self._ring()
