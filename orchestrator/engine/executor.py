"""Carry a plan out: asyncio around the scheduler, facts before effects, how everything ends as a value.

The loop sleeps until something has ended, then in one turn tells the scheduler, asks what to do next, and appends
the facts of both (the end of one task, the start of the next) in one transaction. Attempts are launched, and
ends announced, when that transaction is durable.
"""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from signal import SIGTERM
from types import MappingProxyType

from orchestrator.contracts import Answer, Ledger
from orchestrator.engine.alarm import Alarm
from orchestrator.engine.asking import NOTHING_SAID, Questions
from orchestrator.engine.bus import Bus
from orchestrator.engine.commit import Commits
from orchestrator.engine.conclude import conclude
from orchestrator.engine.decision import Decision, Verdict
from orchestrator.engine.decisions import Decisions
from orchestrator.engine.earlier import EarlierChecks
from orchestrator.engine.jobs import Jobs, Work, never_begun
from orchestrator.engine.measure import ScopeAnswer, ScopeChecks
from orchestrator.engine.news import News
from orchestrator.engine.outcome import RunResult, Verdicts
from orchestrator.engine.ports import AskGuard, AttemptEnd, Attempts, Clock, Measure
from orchestrator.engine.retry import pause_before_next
from orchestrator.engine.scheduler import Scheduler
from orchestrator.engine.step import Step
from orchestrator.engine.stop import Stopping, who_stops
from orchestrator.engine.underway import Underway
from orchestrator.errors import OrchestrateError
from orchestrator.models.facts import Fact
from orchestrator.models.plan import Plan
from orchestrator.models.status import OutcomeKind, TaskState

# So many tasks start in one turn; the loop breathes in between, however many are ready.
MOST_STARTS = 64
NO_ATTEMPTS: Mapping[str, int] = MappingProxyType({})
_OVER = (Verdict.COMPLETE, Verdict.ALL_BLOCKED, Verdict.WAITING)


class PhaseExecutor:
    """Carries out one run of a plan; made for one call of `run`.

    `opening` are the facts that the run begins with (RunStarted or RunResumed), `before` the attempts that each
    task had in earlier parts of the run, `decisions` what people said meanwhile about tasks that wait. `hurry` is
    called when a second signal wants the end at once.
    """

    def __init__(
        self,
        *,
        run: str,
        plan: Plan,
        scheduler: Scheduler,
        ledger: Ledger,
        attempts: Attempts,
        measure: Measure,
        questions: Questions,
        bus: Bus,
        clock: Clock,
        rng: random.Random,
        ask: AskGuard | None = None,
        earlier: EarlierChecks | None = None,
        opening: Sequence[Fact] = (),
        before: Mapping[str, int] = NO_ATTEMPTS,
        decisions: Mapping[str, Answer] = NOTHING_SAID,
        hurry: Callable[[], None] = lambda: None,
        dry_run: bool = False,
    ) -> None:
        self.scheduler = scheduler  # may be asked for states and reasons at any time
        self._run = run
        self._tasks = {task.id: task for task in plan.tasks}
        self._ledger = ledger
        self._attempts = attempts
        self._questions = questions
        self._checks = ScopeChecks(run, plan, clock, measure, ask, earlier)
        self._news = News(bus, plan, self._tasks)
        self._clock = clock
        self._rng = rng
        self._step = Step(run, clock, self._news, opening)
        self._before = before
        self._dry_run = dry_run
        self._stopping = Stopping(hurry)
        self._verdicts = Verdicts()
        self._bell = asyncio.Event()
        self._jobs = Jobs(self._bell.set)
        self._underway = Underway()
        self._decisions = Decisions(questions, scheduler, decisions, self._bell.set)
        self._error: BaseException | None = None
        self._alarm = Alarm(clock, self._bell.set)

    # ------------------------------------------------------------ from outside, on the loop's thread

    async def run(self) -> RunResult:
        """Carry the plan out. Raises only what is a bug of ours, and a cancellation of the caller, both at the end."""
        started = self._clock.monotonic()
        loop = asyncio.get_running_loop()
        self._commits = Commits(self._ledger, loop, ring=self._bell.set, on_failure=self._lost_ledger)
        self.scheduler.start(started)
        self._step.say(partial(self._news.run_started, self._dry_run, self.scheduler.states()))
        try:
            async with asyncio.TaskGroup() as self._group:
                was_cancelled = await self._until_over()
        except BaseExceptionGroup as bugs:  # a bug in this file: the run counts as interrupted
            raise bugs.exceptions[0] if len(bugs.exceptions) == 1 else bugs from None
        result = await conclude(
            run=self._run,
            ledger=self._ledger,
            clock=self._clock,
            started=started,
            states=self.scheduler.states(),
            verdicts=self._verdicts,
            stopped=self._stopping.code,
            error=self._jobs.crash or self._error or self._commits.failure,
        )
        self._news.run_finished(result)
        if result.error is not None and not isinstance(result.error, OrchestrateError):
            raise result.error
        if was_cancelled:
            raise asyncio.CancelledError
        return result

    def request_stop(self, signal: int) -> None:
        """Stop: the first time nothing more is started and what runs is ended in order, the second time at once."""
        if self._stopping.ask(signal):
            self.scheduler.stop(self._clock.monotonic())
        else:
            self._jobs.cancel_all()
        self._news.run_stopping(who_stops(signal), self._stopping.at_once)
        self._bell.set()

    def drain(self) -> None:
        """Start nothing more, let what runs come to its end."""
        self.scheduler.drain()
        self._news.run_stopping("drained", False)
        self._bell.set()

    async def hear(self) -> bool:
        """Go on with what people decided elsewhere; return whether another attempt follows from it."""
        return await self._decisions.hear()

    # ------------------------------------------------------------ the loop

    async def _until_over(self) -> bool:
        """Turn until everything has ended; return whether the caller was cancelled meanwhile."""
        was_cancelled = False
        while True:
            try:
                if not self._turn():
                    await self._bell.wait()
                elif not await self.hear():  # what was decided until now is not left to a resume
                    return was_cancelled
            except asyncio.CancelledError:  # an orderly end: a cancelled task still records its end
                was_cancelled = True
                self.request_stop(SIGTERM)
            self._bell.clear()

    def _turn(self) -> bool:
        """Take what has ended, decide, record, launch; return whether the run is over."""
        now = self._clock.monotonic()
        inbox = self._jobs.inbox
        starts = 0
        while True:
            self._take_all(now)
            decision = self.scheduler.next(now, MOST_STARTS)
            self._follow(decision)
            starts += len(decision.start)
            if not inbox or starts >= MOST_STARTS:  # what was up to date has ended already, and shares the commit
                break
        self._alarm.set(decision.until)
        self._commit()
        if starts >= MOST_STARTS or inbox:
            asyncio.get_running_loop().call_soon(self._bell.set)  # go on, but let the loop breathe
            return False
        return (
            decision.verdict in _OVER and not self._jobs and not self._underway.starting and not self._commits.pending
        )

    # ------------------------------------------------------------ what has ended

    def _take_all(self, now: float) -> None:
        inbox = self._jobs.inbox
        while inbox:
            item = inbox.popleft()
            if isinstance(item, AttemptEnd):
                self._take(item, now)
            else:
                self._take_answer(item, now)
        if self._jobs.crash is not None:
            self._fail(self._jobs.crash)

    def _take(self, end: AttemptEnd, now: float) -> None:
        """Record how an attempt ended and tell the scheduler."""
        key = end.key
        end = self._questions.left_by(end)
        if end.attempted:
            self._step.end_attempt(end)
        if end.kind is OutcomeKind.WAITING:
            if self._decisions.wait(end):
                self._step.wait(end)
        else:
            self._questions.close(key)
            pause = pause_before_next(self._tasks[key].retry, self._underway.tries.get(key, 0), end, self._rng)
            self._underway.ends[key] = end
            self.scheduler.finished(key, end.kind, now, retry_at=None if pause is None else now + pause)
            if pause is not None and self.scheduler.state(key) is TaskState.READY:
                self._step.retry(end, pause)
            elif end.code is not None:
                self._verdicts.codes.add(end.code)
        if end.fatal is not None:
            self._fail(end.fatal)

    def _take_answer(self, answer: ScopeAnswer, now: float) -> None:
        """Record what was measured and tell the scheduler."""
        self._step.answer(answer)
        if not answer.ok and not answer.cancelled:
            self._verdicts.refused.add(answer.scope)
        if answer.stop:
            self.scheduler.drain(f"a guard of {answer.scope} stopped the run", answer.scope)
        self.scheduler.checkpoint_finished(answer.scope, answer.ok, now)
        if answer.fatal is not None:
            self._fail(answer.fatal)

    def _fail(self, error: BaseException) -> None:
        """End the run for an error that it cannot go on with; the first one is reported."""
        self._error = self._error or error
        self.scheduler.stop(self._clock.monotonic())

    def _lost_ledger(self) -> None:
        self.scheduler.stop(self._clock.monotonic())
        self._bell.set()

    # ------------------------------------------------------------ what to do

    def _follow(self, decision: Decision) -> None:
        """Do what the scheduler decided, as far as no fact has to be durable first."""
        step = self._step
        for name in decision.cancel:
            if not self._jobs.cancel(name) and name in self._underway.starting:
                self._underway.starting[name] = False
        for ended in decision.ended:
            self._verdicts.see(ended)
            step.end_task(ended, self._underway.ends.pop(ended.task, None))
        step.move_scopes(decision)
        for scope in decision.ask:
            if self._dry_run:
                self._jobs.inbox.append(ScopeAnswer(scope=scope, ok=True, is_guard=True))
            else:
                self._launch(scope, self._checks.guards(scope), is_guard=True)
        for scope in decision.measure:
            self._measure(scope)
        for name in decision.start:
            number = self._before.get(name, 0) + self._underway.tries.get(name, 0) + 1
            ready = self._attempts.prepare(self._tasks[name], number, self._decisions.take(name))
            if isinstance(ready, AttemptEnd):
                self._jobs.inbox.append(ready)
            else:
                self._underway.tries[name] = self._underway.tries.get(name, 0) + 1
                self._underway.starting[name] = True
                step.start(ready)

    def _measure(self, scope: str) -> None:
        """Measure a checkpoint; a dry run, which has changed nothing, lists it."""
        if self._dry_run:
            titles = [check.title or check.type for check in self._checks.checks(scope)]
            self._step.say(partial(self._news.listed, scope, titles))
            self._jobs.inbox.append(ScopeAnswer(scope=scope, ok=True))
            return
        names = self.scheduler.scope_tasks(scope)
        states = {name: self.scheduler.state(name).value for name in names}
        tasks = tuple(self._tasks[name] for name in names)
        self._launch(scope, self._checks.checkpoint(scope, states, tasks), is_guard=False)

    def _launch(self, scope: str, work: Work, *, is_guard: bool) -> None:
        gone = partial(ScopeAnswer, scope=scope, ok=False, is_guard=is_guard, cancelled=True)
        self._jobs.launch(self._group, scope, work, gone)

    def _commit(self) -> None:
        step, self._step = self._step, Step(self._run, self._clock, self._news)
        if step.facts:
            self._commits.append(step.facts, partial(self._committed, step))
        else:
            self._committed(step, True)

    def _committed(self, step: Step, durable: bool) -> None:
        """Announce what is recorded now, and launch."""
        if durable:
            self._questions.recorded(step.questions)
            step.announce()
        for ready in step.launches:
            gone = partial(never_begun, ready)
            if self._underway.starting.pop(ready.key) and durable:
                self._jobs.launch(self._group, ready.key, self._attempts.carry_out(ready), gone)
            else:
                self._jobs.inbox.append(gone())
