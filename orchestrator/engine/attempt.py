"""One attempt: get it ready, do the work, bring it to the tree, check it, and take it back when it did not go well."""

import asyncio
import json
from collections.abc import Callable
from functools import cached_property, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from orchestrator.contracts import (
    Answer,
    AttemptFiles,
    Handler,
    Interaction,
    Outcome,
    Runner,
    TaskContext,
    Templates,
    Workspaces,
    failed,
    skipped,
    unchanged,
)
from orchestrator.contracts.ingredients import hash_of_ingredients
from orchestrator.engine.bus import Bus
from orchestrator.engine.failures import Judged, cancelled, errored, judge, timed_out
from orchestrator.engine.freshness import Before, Freshness
from orchestrator.engine.glance import Glance
from orchestrator.engine.measure import fact_of, measured
from orchestrator.engine.overtaken import Overtaken
from orchestrator.engine.ports import AttemptEnd, Binding, Clock, Measure, OpenTools, Ready, Tools
from orchestrator.engine.uninterrupted import is_being_cancelled, to_the_end, uninterrupted
from orchestrator.errors import ExitCode, Unusable
from orchestrator.models.events import EventType
from orchestrator.models.json import JsonObject
from orchestrator.models.plan import PlannedTask
from orchestrator.models.record import Measured
from orchestrator.models.status import OutcomeKind

if TYPE_CHECKING:  # pydantic is loaded with the first handler that is needed
    from orchestrator.contracts import Params

NO_OUTPUTS: JsonObject = MappingProxyType({})
UP_TO_DATE = "up to date"
_Asked: TypeAlias = "tuple[Handler[Params], Params]"


class TaskAttempts(Struct, kw_only=True, dict=True):
    """Carry out the attempts of a run; implements `ports.Attempts`.

    `outputs` holds what ended tasks hand on, at the start that of the tasks done before.
    """

    run: str
    handlers: "Callable[[str], Handler[Params]]"
    workspaces: Workspaces
    tools: OpenTools
    templates: Templates
    binding: Binding
    runner: Runner
    measure: Measure
    clock: Clock
    bus: Bus
    freshness: Freshness = field(default_factory=Freshness)
    overtaken: Overtaken | None = None  # None where there is nothing of earlier runs to look at
    interaction: Interaction | None = None
    dry_run: bool = False
    outputs: dict[str, JsonObject] = field(default_factory=dict)

    def outputs_of(self, task: str) -> JsonObject:
        """Return what an ended task hands to others."""
        return self.outputs.get(task, NO_OUTPUTS)

    # ------------------------------------------------------------ before

    def prepare(self, task: PlannedTask, number: int, decision: Answer | None) -> Ready | AttemptEnd:
        """Decide `when`, render what is late, make the context, and look whether the task is up to date."""
        if task.skip_reason is not None:
            return _needless(task, number, skipped(task.skip_reason))
        try:
            return self._prepare(task, number, decision)
        except BaseException as error:  # whatever a plug-in raises becomes a value
            judged = judge(error)
            return replace(_needless(task, number, judged.outcome), code=judged.code, fatal=judged.fatal)

    def _prepare(self, task: PlannedTask, number: int, decision: Answer | None) -> Ready | AttemptEnd:
        if decision is None and self._glance.finds_up_to_date(task):
            return self._up_to_date(task, number)
        values = self.binding.values(task, number, self.outputs)
        if task.when is not None and not self.binding.wanted(task, values):
            return _needless(task, number, skipped(f"`when` is false: {task.when}"))
        planned = task
        if task.late:
            task = self.binding.bind(task, values)
        tools = self.tools(task, number, partial(self._announce, task, number, EventType.TASK_OUTPUT))
        files = self.workspaces.open_attempt(task.id, number)
        context = self._context(task, number, values, decision, tools, files)
        asked: _Asked | None = None
        if planned.ingredients is not None:  # what is up to date then needs no handler
            own: str | None = hash_of_ingredients(planned.ingredients, task, context.workspace, context.processes.find)
        else:
            asked = self._asked(task)
            own = asked[0].fingerprint(asked[1], context)
        before = self.freshness.before(planned, own, context)
        if decision is None and self._stands(task, asked, context, before):
            return self._up_to_date(task, number)
        handler, params = asked or self._asked(task)
        return Ready(
            key=task.id,
            number=number,
            task=task,
            handler=handler,
            params=params,
            context=context,
            files=files,
            tools=tools,
            before=before,
        )

    def _stands(self, task: PlannedTask, asked: "_Asked | None", context: TaskContext, before: Before | None) -> bool:
        """Say whether the task's last success still holds."""
        if self.freshness.stale(task, context.workspace, before) is not None:
            return False
        judges = asked is not None and asked[0].judges_what_it_follows
        return not (judges and self.overtaken is not None and self.overtaken.reasons(task.id))

    @cached_property
    def _glance(self) -> Glance:
        return Glance(workspaces=self.workspaces, tools=self.tools, freshness=self.freshness)

    def _up_to_date(self, task: PlannedTask, number: int) -> AttemptEnd:
        self.outputs[task.id] = self.freshness.successes[task.id].outputs
        return _needless(task, number, unchanged(UP_TO_DATE))

    def _asked(self, task: PlannedTask) -> _Asked:
        handler = self.handlers(task.handler)
        return handler, handler.params_model.model_validate(task.params)

    def _context(
        self,
        task: PlannedTask,
        number: int,
        values: JsonObject,
        decision: Answer | None,
        tools: Tools,
        files: AttemptFiles,
    ) -> TaskContext:
        progress = partial(self._announce, task, number, EventType.TASK_PROGRESS)
        return TaskContext(
            task=task,
            run=self.run,
            attempt=number,
            dry_run=self.dry_run,
            workspace=files,
            processes=tools.processes,
            templates=self.templates,
            values=values,
            say=lambda text: progress(tools.redact(text)),
            interaction=self.interaction,
            decision=decision,
        )

    def _announce(self, task: PlannedTask, number: int, kind: EventType, text: str) -> None:
        self.bus.publish(kind, task=task, attempt=number, text=text)

    # ------------------------------------------------------------ the attempt

    async def carry_out(self, ready: Ready) -> AttemptEnd:
        """Do the work; every way in which it can end is a value, a cancelled attempt's, too."""
        started = self.clock.monotonic()
        facts: list[Measured] = []
        judged = await self._judged(ready, facts)
        fingerprint: str | None = None
        if judged.outcome.kind in (OutcomeKind.CHANGED, OutcomeKind.UNCHANGED):
            self.outputs[ready.key] = judged.outcome.outputs
            fingerprint = self.freshness.after(ready.task, ready.context.workspace, ready.before)
        elif not judged.outcome.keep_changes:
            judged = await _taken_back(ready, judged)
        return AttemptEnd(
            key=ready.key,
            number=ready.number,
            outcome=judged.outcome,
            seconds=self.clock.monotonic() - started,
            log=ready.tools.log(),
            fingerprint=fingerprint,
            measured=tuple(facts),
            code=judged.code,
            retryable=judged.retryable,
            fatal=judged.fatal,
        )

    async def _judged(self, ready: Ready, facts: list[Measured]) -> Judged:
        """Do the work within its time and return how it ended."""
        seconds = ready.task.timeout
        judged: Judged | None = None
        try:
            async with asyncio.timeout(seconds or None) as limit:
                try:
                    judged = Judged(outcome=_clean(ready, await self._work(ready, facts)))
                except asyncio.CancelledError:
                    if limit.expired() or is_being_cancelled():
                        raise
                    judged = Judged(outcome=errored("the handler cancelled itself"))
                except GeneratorExit:
                    raise
                except BaseException as error:  # SystemExit and KeyboardInterrupt, too: a handler does not end the run
                    judged = judge(error)
                    judged = replace(judged, outcome=_clean(ready, judged.outcome))
        except (TimeoutError, asyncio.CancelledError):
            judged = None
        if judged is not None and judged.fatal is not None:
            return judged
        # Asked last: a handler that swallows its cancellation is over its time all the same.
        if is_being_cancelled():
            return Judged(outcome=cancelled(last_output=ready.tools.last_output()))
        if limit.expired() or judged is None:
            return Judged(outcome=timed_out(seconds, ready.tools.last_output()))
        return judged

    async def _work(self, ready: Ready, facts: list[Measured]) -> Outcome:
        """Run, apply, verify. Nothing is on the tree before `run` has come to its end."""
        params, context = ready.params, ready.context
        outcome: object = await self.runner.run(partial(ready.handler.run, params, context))
        if not isinstance(outcome, Outcome) or not isinstance(outcome.kind, OutcomeKind):
            return errored(f"the handler returned {type(outcome).__name__} instead of an outcome")
        if outcome.kind not in (OutcomeKind.CHANGED, OutcomeKind.UNCHANGED):
            return outcome
        if context.workspace.staged():
            await uninterrupted(context.workspace.apply())
            outcome = replace(outcome, kind=OutcomeKind.CHANGED)
        await ready.handler.verify(params, context)
        said_no = await self._verify(ready, facts)
        if said_no is not None:
            return said_no
        if ready.task.outputs:
            named = self.binding.outputs(ready.task, context.values, outcome.result)
            outcome = replace(outcome, outputs={**outcome.outputs, **named})
        return outcome

    async def _verify(self, ready: Ready, facts: list[Measured]) -> Outcome | None:
        """Measure the task's own checks; not in a dry run, which has no tree to measure on."""
        if self.dry_run:
            return None
        scope = f"task {ready.key}"
        states = {ready.key: "running"}
        for check in ready.task.verify:
            since = self.clock.monotonic()
            measurement, fatal = await measured(self.measure(check, scope, states, (ready.task,), ready.context))
            facts.append(fact_of(self.run, scope, self.clock, check, measurement, since))
            if fatal is not None:
                raise fatal
            if not measurement.ok:
                detail = str(measurement.details.get("output", ""))
                return failed(f"verify: {check.title or check.type}: {measurement.message}", detail=detail)
        return None


def _needless(task: PlannedTask, number: int, outcome: Outcome) -> AttemptEnd:
    return AttemptEnd(key=task.id, number=number, outcome=outcome, attempted=False, retryable=False)


async def _taken_back(ready: Ready, judged: Judged) -> Judged:
    """Take an attempt's changes back, even while the run is being stopped; what could not be is named."""
    try:
        if not ready.files.staged():
            return judged
        back, _ = await to_the_end(ready.files.rollback())
    except Exception as error:
        fatal = (
            error if isinstance(error, Unusable) else Unusable(f"the changes of {ready.key} could not be taken back")
        )
        fatal.__cause__ = None if fatal is error else error
        return replace(judged, fatal=judged.fatal or fatal, retryable=False)
    lines = [f"taken back: {path}" for path in back.restored]
    lines += [f"left as it is: {each.path} ({each.reason})" for each in (*back.left, *back.kept)]
    outcome = replace(judged.outcome, detail="\n".join([judged.outcome.detail, *lines]).strip("\n"))
    if back.is_whole:
        return replace(judged, outcome=outcome)
    return replace(judged, outcome=outcome, code=ExitCode.DRIFT, retryable=False)


def _clean(ready: Ready, outcome: Outcome) -> Outcome:
    """Take secrets out of what is recorded and shown; `result` has served its purpose.

    Raise TypeError or ValueError for outputs that are not JSON.
    """
    redact = ready.tools.redact
    if outcome.outputs:
        json.dumps(dict(outcome.outputs), allow_nan=False)
    return replace(
        outcome,
        summary=redact(outcome.summary),
        detail=redact(outcome.detail),
        question=redact(outcome.question),
        outputs=redact(outcome.outputs) if outcome.outputs else outcome.outputs,
        result=NO_OUTPUTS,
    )
