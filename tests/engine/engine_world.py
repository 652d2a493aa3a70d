"""A simulated world around the scheduler: virtual time, random durations, failures, crashes, people who decide.

`live(seed)` plays one random plan to its end and raises Violation as soon as a rule is broken. The same seed is the
same history. `plant` may spoil each scheduler that is made, to prove that the referee sees it.
"""

import random
from collections.abc import Callable
from heapq import heappop, heappush

from engine_plans import Fates, random_fates, random_plan
from engine_referee import Referee, Violation, claim, expected_states

from orchestrator.engine.decision import Decision, Verdict
from orchestrator.engine.scheduler import Scheduler
from orchestrator.models.plan import Plan
from orchestrator.models.status import FINAL, WELL, OutcomeKind, TaskState

Plant = Callable[[Scheduler], None]
GOES_WELL = (OutcomeKind.CHANGED, OutcomeKind.UNCHANGED, OutcomeKind.SKIPPED)
MOST_EVENTS = 5_000


def live(seed: int, plant: Plant = lambda scheduler: None) -> None:
    """Play one random history."""
    rng = random.Random(seed)
    plan = random_plan(rng)
    fates = random_fates(rng, plan)
    try:
        World(rng, plan, fates, plant).play()
    except Violation:
        raise
    except Exception as error:  # a broken scheduler may also raise
        message = f"seed {seed}: {type(error).__name__}: {error}"
        raise Violation(message) from error


class World:
    """What survives a crash of the engine: the ledger with the tasks that ended well, and passed checkpoints."""

    def __init__(self, rng: random.Random, plan: Plan, fates: Fates, plant: Plant) -> None:
        self.rng = rng
        self.plan = plan
        self.fates = fates
        self.plant = plant
        self.keep_going = rng.random() < 0.3
        self.stops = rng.random() < 0.1
        self.done: dict[str, TaskState] = {}
        self.passed: set[str] = set()
        self.starts_of_done = 0

    def play(self) -> None:
        crashes = self.rng.choice((0, 0, 1, 2))
        while not Life(self, crash_after=self.rng.randint(1, 25) if crashes else 0).play():
            crashes -= 1


class Life:
    """One life of the engine, from its start to its end or to a crash."""

    def __init__(self, world: World, crash_after: int) -> None:
        self.world = world
        self.rng = world.rng
        self.crash_after = crash_after
        self.now = 0.0
        self.events: list[tuple[float, int, str, str]] = []
        self.counter = 0
        self.tries: dict[str, int] = {}
        self.doomed: set[str] = set()
        self.referee = Referee(world.plan, keep_going=world.keep_going)
        self.referee.states.update(world.done)
        self.referee.measured.update(dict.fromkeys(world.passed, True))
        self.scheduler = Scheduler(
            world.plan, done=dict(world.done), passed=frozenset(world.passed), keep_going=world.keep_going
        )
        world.plant(self.scheduler)

    def play(self) -> bool:
        """Return whether the run came to its end; False after a crash."""
        self.scheduler.start(self.now)
        if self.world.stops:
            self._later("stop", "run", self.rng.uniform(0, 15))
        for count in range(MOST_EVENTS):
            decision = self.scheduler.next(self.now)
            self._carry_out(decision)
            if self.crash_after and count >= self.crash_after:
                return False
            if decision.verdict in (Verdict.COMPLETE, Verdict.ALL_BLOCKED, Verdict.WAITING) and not self._decisions():
                self._judge()
                return True
            if decision.verdict is not Verdict.DISPATCHED:
                self.referee.idle(self.now)
                self._explain()
                claim(bool(self.events), f"deadlock at {self.now}: {self.scheduler.reasons()}")
                self._happen()
        message = "the run does not come to an end"
        raise Violation(message)

    def _decisions(self) -> bool:
        return any(kind == "decide" for _, _, kind, _ in self.events)

    def _carry_out(self, decision: Decision) -> None:
        for ended in decision.ended:
            self.referee.ended(ended.task, ended.state, ended.cause)
            if ended.state in WELL:
                self.world.done[ended.task] = ended.state
        wanted = self.referee.to_cancel & self.referee.running
        claim(wanted <= set(decision.cancel) | self.doomed, f"{wanted} should be cancelled")
        for name in decision.cancel:
            if name in self.referee.running:
                self.doomed.add(name)
                self._later("cancelled", name, self.rng.random())
        for name in decision.start:
            claim(name not in self.world.done, f"{name} is done and was started again")
            self.referee.start(name, self.now)
            self._later("finish", name, self.rng.expovariate(0.5))
        for scope in decision.ask:
            claim(scope not in self.referee.guarded, f"the guards of {scope} are asked twice")
            self.referee.measuring.add(scope)
            self._later("answer", scope, self.rng.random())
        for scope in decision.measure:
            claim(scope not in self.world.passed, f"{scope} has passed and is measured again")
            self.referee.measure(scope)
            self._later("check", scope, self.rng.random())
        if decision.until is not None:
            self._later("wake", "", max(0.0, decision.until - self.now))

    def _explain(self) -> None:
        """Ask now and then why everything waits: whatever neither runs nor has ended has a reason."""
        if self.rng.random() < 0.1:
            states = self.scheduler.states()
            still = {name for name, state in states.items() if state not in FINAL and state is not TaskState.RUNNING}
            claim(set(self.scheduler.reasons()) == still, f"no reasons for {still - set(self.scheduler.reasons())}")

    def _later(self, kind: str, name: str, after: float) -> None:
        self.counter += 1
        heappush(self.events, (self.now + after, self.counter, kind, name))

    def _happen(self) -> None:
        self.now, _, kind, name = heappop(self.events)
        getattr(self, f"_{kind}")(name)

    # ------------------------------------------------------------ events

    def _finish(self, name: str) -> None:
        if name not in self.referee.running:
            return
        number = self.tries.get(name, 0)
        self.tries[name] = number + 1
        kinds = self.world.fates.attempts[name]
        kind = kinds[number]
        self.referee.running.discard(name)
        if kind is OutcomeKind.WAITING:
            self.referee.states[name] = TaskState.WAITING
            self.scheduler.waiting(name, "?")
            if self.world.fates.decided[name]:
                self._later("decide", name, self.rng.expovariate(0.3))
            return
        again = kind not in GOES_WELL and number + 1 < len(kinds)
        retry_at = self.now + self.rng.choice((0.0, 0.5, 3.0)) if again else None
        self.referee.states[name] = TaskState.READY
        self.referee.until[name] = retry_at or 0.0
        self.scheduler.finished(name, kind, self.now, retry_at=retry_at)

    def _cancelled(self, name: str) -> None:
        if name in self.referee.running:
            self.referee.running.discard(name)
            self.referee.states[name] = TaskState.READY
            self.scheduler.finished(name, OutcomeKind.CANCELLED, self.now)

    def _answer(self, scope: str) -> None:
        self.referee.measuring.discard(scope)
        self.referee.guarded[scope] = self.world.fates.guards[scope]
        self.scheduler.checkpoint_finished(scope, self.world.fates.guards[scope], self.now)

    def _check(self, scope: str) -> None:
        ok = self.world.fates.checkpoints[scope]
        self.referee.checked(scope, ok)
        if ok:
            self.world.passed.add(scope)
        self.scheduler.checkpoint_finished(scope, ok, self.now)

    def _decide(self, name: str) -> None:
        if self.referee.states[name] is TaskState.WAITING and "run" not in self.referee.stopped:
            self.referee.states[name] = TaskState.READY
            self.scheduler.decided(name)

    def _stop(self, _: str) -> None:
        self.referee.stopped.add("run")
        self.referee.to_cancel |= self.referee.running
        self.scheduler.stop(self.now)

    def _wake(self, _: str) -> None:
        """Time has come to ask again."""

    # ------------------------------------------------------------ the end

    def _judge(self) -> None:
        referee = self.referee
        claim(not referee.running and not referee.measuring, "the run ended while something ran")
        states = self.scheduler.states()
        told = {name: state for name, state in referee.states.items() if state in FINAL or state is TaskState.WAITING}
        mine = {name: state for name, state in states.items() if state in FINAL or state is TaskState.WAITING}
        claim(told == mine, f"told {told}, is {mine}")
        fail_fast = self.world.plan.limits.fail_fast or any(item.fail_fast for item in self.world.plan.groups)
        if "run" in referee.stopped:
            lost = {name for name, state in states.items() if state not in FINAL and state is not TaskState.WAITING}
            claim(not lost, f"neither ended nor cancelled: {lost}")
        elif not fail_fast or self.world.keep_going:
            want = expected_states(self.world.plan, self.world.fates)
            claim(states == want, f"ended as {_difference(states, want)}")


def _difference(is_: dict[str, TaskState], want: dict[str, TaskState]) -> str:
    return ", ".join(f"{name} {is_[name]} instead of {want[name]}" for name in want if is_[name] != want[name])
