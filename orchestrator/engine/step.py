"""What one turn of the executor leads to: facts for one transaction, and what follows once they are durable."""

from collections.abc import Callable, Iterable
from functools import partial

from orchestrator.engine.decision import Decision, Ended
from orchestrator.engine.measure import ScopeAnswer
from orchestrator.engine.news import News
from orchestrator.engine.ports import AttemptEnd, Clock, Ready
from orchestrator.engine.retry import failure_class
from orchestrator.models.facts import AttemptEnded, AttemptStarted, Fact, TaskEnded, TaskWaiting


class Step:
    """Collects facts with the news that goes with each; news waits until the facts are durable."""

    def __init__(self, run: str, clock: Clock, news: News, opening: Iterable[Fact] = ()) -> None:
        self.facts: list[Fact] = list(opening)
        self.launches: list[Ready] = []
        self.questions: list[TaskWaiting] = []
        self._run = run
        self._clock = clock
        self._news = news
        self._wanted = news.wanted
        self._announcements: list[Callable[[], None]] = []

    def announce(self) -> None:
        """Tell the news; the facts are durable."""
        for announcement in self._announcements:
            announcement()

    def say(self, announcement: Callable[[], None]) -> None:
        """Announce something that no fact of this step stands for."""
        if self._wanted:
            self._announcements.append(announcement)

    def start(self, ready: Ready) -> None:
        """Record the start of an attempt, which is launched when that is durable."""
        self.launches.append(ready)
        self.facts.append(AttemptStarted(run=self._run, task=ready.key, attempt=ready.number, time=self._clock.now()))
        if self._wanted:
            self._announcements.append(partial(self._news.started, ready.key, ready.number))

    def end_attempt(self, end: AttemptEnd) -> None:
        """Record how an attempt ended, and what its own checks measured."""
        outcome = end.outcome
        self.facts += end.measured
        self.facts.append(
            AttemptEnded(
                run=self._run,
                task=end.key,
                attempt=end.number,
                time=self._clock.now(),
                kind=outcome.kind,
                seconds=end.seconds,
                summary=outcome.summary,
                detail=outcome.detail,
                failure=failure_class(end),
                exit_code=outcome.exit_code,
                log=end.log,
                outputs=outcome.outputs,
                fingerprint=end.fingerprint,
            )
        )
        if end.measured:
            self.say(partial(self._news.verified, end))

    def retry(self, end: AttemptEnd, pause: float) -> None:
        """Announce another attempt; its pause is a state of the scheduler and needs no fact."""
        self.say(partial(self._news.retry, end, pause))

    def wait(self, end: AttemptEnd) -> None:
        """Record the question that a task waits with."""
        waits = TaskWaiting(run=self._run, task=end.key, time=self._clock.now(), question=end.outcome.question)
        self.questions.append(waits)
        self.facts.append(waits)
        self.say(partial(self._news.waiting, end))

    def end_task(self, ended: Ended, end: AttemptEnd | None) -> None:
        """Record a terminal state; `end` is the task's last attempt, if it had one."""
        reason = ended.reason or (end.outcome.summary if end else "")
        self.facts.append(
            TaskEnded(
                run=self._run,
                task=ended.task,
                state=ended.state,
                time=self._clock.now(),
                reason=reason,
                cause=ended.cause,
            )
        )
        if self._wanted:
            self._announcements.append(partial(self._news.finished, ended, end))

    def answer(self, answer: ScopeAnswer) -> None:
        """Record what a checkpoint or guards measured."""
        self.facts += answer.facts
        self.say(partial(self._news.answered, answer))

    def move_scopes(self, decision: Decision) -> None:
        """Announce the phases and groups that ended and began."""
        for closed in decision.closed:
            self.say(partial(self._news.closed, closed))
        for scope in decision.opened:
            self.say(partial(self._news.opened, scope))
