"""Checkpoints and guards of a scope, one after the other. What cannot be measured does not hold."""

import asyncio
import logging
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext

from msgspec import Struct
from msgspec.structs import replace

from orchestrator.contracts import Measurement
from orchestrator.engine.earlier import EarlierChecks, said_again
from orchestrator.engine.failures import judge
from orchestrator.engine.ports import AskGuard, Clock, Measure
from orchestrator.engine.scopes import RUN, group_scope, phase_scope
from orchestrator.engine.uninterrupted import is_being_cancelled
from orchestrator.errors import Unusable
from orchestrator.models.plan import Plan, PlannedCheck, PlannedGuard, PlannedTask
from orchestrator.models.record import Measured

_LOG = logging.getLogger(__name__)

# A guard that says no does this; `warn` alone lets the work go on, what we do not know blocks.
WARN, STOP = "warn", "stop"


class ScopeAnswer(Struct, frozen=True, kw_only=True):
    """What the checkpoint or the guards of a scope said; `stop` = a guard wants the whole run to end."""

    scope: str
    ok: bool
    is_guard: bool = False
    facts: tuple[Measured, ...] = ()
    stop: bool = False
    cancelled: bool = False
    fatal: Unusable | None = None


async def measured(work: Awaitable[Measurement]) -> tuple[Measurement, Unusable | None]:
    """Await a measurement; whatever goes wrong becomes one that does not hold. Only our own cancelling passes."""
    fatal: Unusable | None = None
    try:
        measurement: object = await work
        if isinstance(measurement, Measurement):
            return measurement, None
        why = f"got {type(measurement).__name__} instead of a measurement"
    except GeneratorExit:
        raise
    except asyncio.CancelledError:
        if is_being_cancelled():
            raise
        why = "it cancelled itself"
    except Unusable as error:
        why, fatal = error.message, error
    except BaseException as error:  # even SystemExit: a plug-in does not end the run
        why = judge(error).outcome.summary
    return Measurement(ok=False, message=f"cannot be measured: {why}"), fatal


def fact_of(
    run: str, scope: str, clock: Clock, of: PlannedCheck | PlannedGuard, measurement: Measurement, since: float
) -> Measured:
    """Return the fact that stands for a measurement; `since` is the clock's reading when it began."""
    return Measured(
        run=run,
        scope=scope,
        time=clock.now(),
        type=of.type,
        title=of.title,
        ok=measurement.ok,
        value=measurement.value,
        limit=measurement.limit,
        unit=measurement.unit,
        source=measurement.source,
        message=measurement.message,
        details=measurement.details,
        seconds=round(clock.monotonic() - since, 6),
    )


class ScopeChecks:
    """Measures the checkpoints and asks the guards of a plan's phases and groups."""

    def __init__(
        self,
        run: str,
        plan: Plan,
        clock: Clock,
        measure: Measure,
        ask: AskGuard | None,
        earlier: EarlierChecks | None = None,
    ) -> None:
        self._earlier = earlier
        self._run = run
        self._clock = clock
        self._measure = measure
        self._ask = ask
        self._turns: dict[str, asyncio.Lock] = {}  # by command
        self._checks: dict[str, tuple[PlannedCheck, ...]] = {}
        self._guards: dict[str, tuple[PlannedGuard, ...]] = {RUN: plan.guards}
        for phase in plan.phases:
            self._checks[phase_scope(phase)] = phase.checkpoint
            self._guards[phase_scope(phase)] = phase.guards
        for group in plan.groups:
            self._checks[group_scope(group)] = group.checkpoint
            self._guards[group_scope(group)] = group.guards

    def checks(self, scope: str) -> tuple[PlannedCheck, ...]:
        """Return the entries of a scope's checkpoint."""
        return self._checks[scope]

    async def checkpoint(self, scope: str, states: Mapping[str, str], tasks: Sequence[PlannedTask]) -> ScopeAnswer:
        """Measure every entry, also after one that does not hold: all numbers are worth seeing."""
        facts: list[Measured] = []
        try:
            for check in self._checks[scope]:
                inputs = await self._look(check)
                kept = self._kept(check, scope, inputs)
                if kept is not None:
                    facts.append(kept)
                    continue
                async with self._turn(check):
                    since = self._clock.monotonic()
                    measurement, fatal = await measured(self._measure(check, scope, states, tasks, None))
                fact = fact_of(self._run, scope, self._clock, check, measurement, since)
                facts.append(replace(fact, inputs=inputs))
                if fatal is not None:
                    return ScopeAnswer(scope=scope, ok=False, facts=tuple(facts), fatal=fatal)
        except asyncio.CancelledError:
            return ScopeAnswer(scope=scope, ok=False, facts=tuple(facts), cancelled=True)
        return ScopeAnswer(scope=scope, ok=all(fact.ok for fact in facts), facts=tuple(facts))

    def _turn(self, check: PlannedCheck) -> AbstractAsyncContextManager[object]:
        """Return what is entered to measure: one command at a time, as its report and what its tests share are one."""
        command = check.params.get("command")
        return self._turns.setdefault(repr(command), asyncio.Lock()) if command else nullcontext()

    async def _look(self, check: PlannedCheck) -> str | None:
        """Return what decides the measurement; None when that cannot be told: it is measured every time."""
        if self._earlier is None:
            return None
        try:
            if self._earlier.depends_on_files(check):
                return await asyncio.to_thread(self._earlier.look, check)
        except Exception:  # params that do not fit, a folder that cannot be read: measuring will say so
            _LOG.debug("cannot tell what decides %s", check.type, exc_info=True)
        return None

    def _kept(self, check: PlannedCheck, scope: str, inputs: str | None) -> Measured | None:
        """Return the earlier measurement, if it still holds, as a fact of this run."""
        found = self._earlier.kept(check, scope, inputs) if self._earlier is not None and inputs is not None else None
        return None if found is None else said_again(found, self._run, self._clock.now(), inputs or "")

    async def guards(self, scope: str) -> ScopeAnswer:
        """Ask every guard until one blocks or stops."""
        facts: list[Measured] = []
        try:
            for guard in self._guards[scope]:
                since = self._clock.monotonic()
                measurement, fatal = await measured(self._answer(guard, scope))
                facts.append(fact_of(self._run, f"guard of {scope}", self._clock, guard, measurement, since))
                if not measurement.ok and (guard.on_fail != WARN or fatal):
                    stop = guard.on_fail == STOP
                    return ScopeAnswer(scope=scope, ok=False, is_guard=True, facts=tuple(facts), stop=stop, fatal=fatal)
        except asyncio.CancelledError:
            return ScopeAnswer(scope=scope, ok=False, is_guard=True, facts=tuple(facts), cancelled=True)
        return ScopeAnswer(scope=scope, ok=True, is_guard=True, facts=tuple(facts))

    async def _answer(self, guard: PlannedGuard, scope: str) -> Measurement:
        if self._ask is None:
            return Measurement(ok=False, message=f"there is nobody who could answer the guard {guard.type}")
        return await self._ask(guard, scope)
