"""The whole executor in a storm: shuffled event loops, late commits, crashes between any two steps, stops, resumes.

`weather(seed)` plays one random plan through as many lives as it takes and raises Violation when a promise is broken:
nothing acknowledged is done again, nothing starts before it may, limits and locks hold, and the result is the one
that an uninterrupted run would have had.
"""

import asyncio
import random
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from engine_plans import Fates, random_fates, random_plan
from engine_referee import Violation, claim, expected_states, overlap
from engine_stage import RecordingLedger, Stage
from msgspec.structs import replace

from orchestrator.contracts import Outcome, TaskContext, changed
from orchestrator.engine.outcome import RunResult
from orchestrator.models.facts import AttemptStarted, Fact, TaskEnded
from orchestrator.models.plan import Limits, Plan
from orchestrator.models.status import WELL, FailureClass

MOST_LIVES = 6


class StormLoop(asyncio.SelectorEventLoop):
    """Runs what is ready in a random order, and calls `die` at a given step."""

    def __init__(self, rng: random.Random, die_at: int, die: Callable[[], None]) -> None:
        super().__init__()
        self._rng = rng
        self._steps_left = die_at
        self._die = die

    def _run_once(self) -> None:
        self._steps_left -= 1
        if self._steps_left == 0:
            self._die()
        ready = list(self._ready)  # type: ignore[attr-defined]
        self._rng.shuffle(ready)
        self._ready.clear()  # type: ignore[attr-defined]
        self._ready.extend(ready)  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]


class LateLedger(RecordingLedger):
    """Commits some steps later, in order; what is on its way when the engine dies may or may not be there.

    The facts of earlier lives are in `committed` from the start. After `die` nothing is recorded any more: what the
    dead engine does while its jobs are cleared away is seen by nobody.
    """

    def __init__(self, rng: random.Random, committed: Sequence[Fact]) -> None:
        super().__init__()
        self.committed += committed
        self.is_dead = False
        self._rng = rng
        self._on_its_way: list[tuple[int, tuple[Fact, ...], Future[None]]] = []

    def _finish(self, number: int, facts: Sequence[Fact], future: "Future[None]") -> None:
        if self.is_dead:
            future.set_result(None)
            return
        self._on_its_way.append((number, tuple(facts), future))
        self._hop(self._rng.randrange(4))

    def _hop(self, hops: int) -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon(self._settle if hops == 0 else lambda: self._hop(hops - 1))

    def _settle(self) -> None:
        while self._on_its_way:
            super()._finish(*self._on_its_way.pop(0))

    def die(self) -> None:
        """Keep a beginning of what was on its way, as a disk does."""
        kept = self._rng.randrange(len(self._on_its_way) + 1)
        self.is_dead = True
        for number, (_, facts, future) in enumerate(self._on_its_way):
            self.committed += facts if number < kept else ()
            future.set_result(None)
        self._on_its_way = []


def weather(seed: int, plant: Callable[[Stage], None] = lambda stage: None) -> None:
    """Play one plan through a storm."""
    rng = random.Random(seed)
    plan = _without_fail_fast(random_plan(rng))
    fates = random_fates(rng, plan)
    fates.decided = dict.fromkeys(fates.decided, False)
    facts: list[Fact] = []
    for number in range(MOST_LIVES):
        life = _Life(rng, plan, fates, facts, plant, calm=number == MOST_LIVES - 1)
        is_over = life.play()
        facts = life.ledger.committed
        if is_over:
            break
    want = {name: state for name, state in expected_states(plan, fates).items() if state.is_final}
    ended = {fact.task: fact.state for fact in facts if isinstance(fact, TaskEnded)}
    final = {name: ended.get(name) for name in want}
    claim(final == want, f"ended as {final}, not {want}")


def _without_fail_fast(plan: Plan) -> Plan:
    groups = tuple(replace(item, fail_fast=False) for item in plan.groups)
    tasks = tuple(replace(task, retry=replace(task.retry, on=tuple(FailureClass), delay=1.0)) for task in plan.tasks)
    return replace(plan, groups=groups, tasks=tasks, limits=Limits(max_parallel_tasks=plan.limits.max_parallel_tasks))


class _Life:
    def __init__(
        self,
        rng: random.Random,
        plan: Plan,
        fates: Fates,
        earlier: Sequence[Fact],
        plant: Callable[[Stage], None],
        *,
        calm: bool,
    ) -> None:
        self.rng = rng
        self.plan = plan
        self.fates = fates
        self.ledger = LateLedger(rng, earlier)
        self.tasks = {task.id: task for task in plan.tasks}
        self.running: set[str] = set()
        self.violations: list[Violation] = []
        self.tries: dict[str, int] = {}
        done = {fact.task: fact.state for fact in earlier if isinstance(fact, TaskEnded) and fact.state in WELL}
        before = {fact.task: fact.attempt for fact in earlier if isinstance(fact, AttemptStarted)}
        self.stage = Stage(
            plan,
            dict.fromkeys(self.tasks, self._work),
            ledger=self.ledger,
            measurements=dict(fates.checkpoints),
            guards=dict(fates.guards),
            reporters=[],
            done=done,
            before=before,
        )
        plant(self.stage)
        self.crash_at = 0 if calm or rng.random() < 0.4 else rng.randint(2, 120)
        self.stop_at = "" if calm or rng.random() < 0.7 or not self.tasks else rng.choice(list(self.tasks))

    def play(self) -> bool:
        """Return whether the run came to its end by itself."""
        loop = StormLoop(self.rng, self.crash_at, self._die)
        self.run = loop.create_task(self._go())
        try:
            result = loop.run_until_complete(self.run)
        except asyncio.CancelledError:
            return False
        finally:
            loop.close()
            if self.violations:
                raise self.violations[0]
        if self.ledger.is_dead:
            return False
        claim(not self.running, f"{self.running} still run at the end")
        return int(result.exit_code) < 128

    async def _go(self) -> RunResult:
        return await self.stage.make().run()

    def _die(self) -> None:
        if not self.run.done():
            self.ledger.die()
            self.run.cancel()

    # ------------------------------------------------------------ the world that the handlers see

    async def _work(self, context: TaskContext) -> Outcome:
        name = context.task.id
        if self.ledger.is_dead:
            return changed("nobody sees it")
        try:
            self._may_begin(name, context.attempt)
        except Violation as violation:  # the engine would take it for a broken handler
            self.violations.append(violation)
        self.running.add(name)
        try:
            for _ in range(self.rng.randrange(6)):
                await asyncio.sleep(0)
            if name == self.stop_at:
                self.stage.executor.request_stop(signal.SIGTERM)
                await asyncio.Event().wait()
        finally:
            self.running.discard(name)
        number = self.tries.get(name, 0)
        self.tries[name] = number + 1
        kind = self.fates.attempts[name][number]
        return Outcome(kind=kind, summary=kind.value)

    def _may_begin(self, name: str, attempt: int) -> None:
        task = self.tasks[name]
        ended = {fact.task: fact.state for fact in self.ledger.committed if isinstance(fact, TaskEnded)}
        claim(ended.get(name) not in WELL, f"{name} is acknowledged and is done again")
        starts = [
            fact.attempt for fact in self.ledger.committed if isinstance(fact, AttemptStarted) and fact.task == name
        ]
        claim(bool(starts) and starts[-1] == attempt, f"{name} began before its start was durable")
        claim(len(set(starts)) == len(starts), f"an attempt of {name} was numbered twice")
        for other in task.depends_on:
            claim(ended.get(other) in WELL, f"{name} began before {other} was acknowledged")
        limit = self.plan.limits.max_parallel_tasks
        claim(not limit or len(self.running) < limit, f"{name} began above the limit")
        for other in self.running:
            claim(not task.exclusive and not self.tasks[other].exclusive, f"{name} began beside {other}, exclusive")
            clash = _clash(task.targets.writes, self.tasks[other].targets.writes)
            claim(not clash, f"{name} and {other} write the same file")


def _clash(one: Sequence[str], other: Sequence[str]) -> bool:
    return any(overlap(mine, theirs) for mine in one for theirs in other)
