"""A stage for the executor: a ledger that records, a tree in memory, a clock that jumps, scripted handlers."""

import asyncio
import random
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from orchestrator.contracts import (
    Finished,
    Handler,
    Interaction,
    LeftAlone,
    Measurement,
    Outcome,
    Params,
    TakenBack,
    TaskContext,
    changed,
)
from orchestrator.engine.asking import Questions
from orchestrator.engine.attempt import TaskAttempts
from orchestrator.engine.bus import Bus
from orchestrator.engine.executor import PhaseExecutor
from orchestrator.engine.freshness import Freshness
from orchestrator.engine.outcome import RunResult
from orchestrator.engine.ports import AskGuard, Tools
from orchestrator.engine.scheduler import Scheduler
from orchestrator.ledger.drafts import drafts
from orchestrator.ledger.questions import questions
from orchestrator.models.events import Event, EventType
from orchestrator.models.facts import AttemptEnded, AttemptStarted, Fact, RunEnded, TaskEnded
from orchestrator.models.plan import Plan, PlannedCheck, PlannedGuard, PlannedTask
from orchestrator.models.record import ApprovalRecord, Change
from orchestrator.models.status import TaskState
from orchestrator.runners.local import LocalRunner

RUN = "r1"
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class FakeClock:
    """Time passes only when somebody waits for it: then it jumps to that moment."""

    def __init__(self) -> None:
        self.moment = 0.0

    def monotonic(self) -> float:
        return self.moment

    def now(self) -> datetime:
        return EPOCH + timedelta(seconds=self.moment)

    def call_at(self, moment: float, callback: Callable[[], None]) -> Callable[[], None]:
        def jump() -> None:
            self.moment = max(self.moment, moment)
            callback()

        return asyncio.get_running_loop().call_soon(jump).cancel


class RecordingLedger:
    """Keeps every transaction; `refuse_from` makes the n-th and all later ones fail, `threaded` commits later."""

    def __init__(self, *, refuse_from: int = 0, error: Exception | None = None, threaded: bool = False) -> None:
        self.transactions: list[tuple[Fact, ...]] = []
        self.committed: list[Fact] = []
        self.calls = 0
        self.awaited: dict[type, asyncio.Event] = {}  # set when a fact of this type is appended
        self._refuse_from = refuse_from
        self._error = error
        self._threaded = threaded
        self._threads: list[threading.Thread] = []

    def append(self, facts: Sequence[Fact]) -> "Future[None]":
        self.calls += 1
        number = self.calls
        future: Future[None] = Future()
        facts = tuple(facts)
        for fact in facts:
            if type(fact) in self.awaited:
                self.awaited[type(fact)].set()
        if not self._threaded:
            self._finish(number, facts, future)
        else:
            before = self._threads[-1] if self._threads else None
            thread = threading.Thread(target=self._later, args=(before, number, facts, future))
            self._threads.append(thread)
            thread.start()
        return future

    def _later(
        self, before: threading.Thread | None, number: int, facts: Sequence[Fact], future: "Future[None]"
    ) -> None:
        if before is not None:
            before.join()
        self._finish(number, facts, future)

    def _finish(self, number: int, facts: Sequence[Fact], future: "Future[None]") -> None:
        if self._refuse_from and number >= self._refuse_from and self._error is not None:
            future.set_exception(self._error)
            return
        self.transactions.append(tuple(facts))
        self.committed += facts
        future.set_result(None)

    def approvals(self, run: str) -> tuple[ApprovalRecord, ...]:
        return questions(row for number, draft in enumerate(drafts(self.committed)) if (row := (number, *draft[1:])))

    # what tests ask

    def appended(self, kind: type) -> Awaitable[bool]:
        """Return what ends when the next fact of this type is appended."""
        event = self.awaited[kind] = asyncio.Event()
        return event.wait()

    def ended(self) -> dict[str, str]:
        return {fact.task: fact.state.value for fact in self.committed if isinstance(fact, TaskEnded)}

    def reasons(self) -> dict[str, str]:
        return {fact.task: fact.reason for fact in self.committed if isinstance(fact, TaskEnded)}

    def attempts(self, task: str) -> list[str]:
        return [fact.kind.value for fact in self.committed if isinstance(fact, AttemptEnded) and fact.task == task]

    def started(self) -> list[str]:
        return [fact.task for fact in self.committed if isinstance(fact, AttemptStarted)]

    def last_attempt(self, task: str) -> AttemptEnded:
        return [fact for fact in self.committed if isinstance(fact, AttemptEnded) and fact.task == task][-1]

    def run_ended(self) -> RunEnded:
        (fact,) = (fact for fact in self.committed if isinstance(fact, RunEnded))
        return fact


class MemoryTree:
    """Files in a dict; attempts stage, apply and take back."""

    def __init__(self, files: Mapping[str, bytes] | None = None) -> None:
        self.files: dict[str, bytes] = dict(files or {})
        self.applying: asyncio.Event | None = None  # set when an apply has begun, which then waits for `go_on`
        self.go_on: asyncio.Event | None = None
        self.refusal: Exception | None = None
        self.rollback_refusal: Exception | None = None
        self.left: tuple[LeftAlone, ...] = ()
        self.rolled_back: list[str] = []

    def open_attempt(self, task: str, attempt: int) -> "MemoryFiles":
        return MemoryFiles(self, task)


class MemoryFiles:
    def __init__(self, tree: MemoryTree, task: str) -> None:
        self._tree = tree
        self._task = task
        self._staged: dict[str, bytes] = {}
        self._before: dict[str, bytes | None] = {}

    def read_bytes(self, path: str) -> bytes:
        if path in self._staged:
            return self._staged[path]
        if path not in self._tree.files:
            raise FileNotFoundError(2, "No such file", path)
        return self._tree.files[path]

    def glob(self, pattern: str) -> tuple[str, ...]:
        return tuple(sorted(path for path in self._tree.files if path.startswith(pattern.removesuffix("**"))))

    def write_text(self, path: str, text: str) -> bool:
        if self._tree.files.get(path) == text.encode():
            return False
        self._staged[path] = text.encode()
        return True

    def staged(self) -> tuple[Change, ...]:
        return tuple(Change(path=path, before=None, after="x") for path in {**self._before, **self._staged})

    async def apply(self) -> None:
        if self._tree.applying is not None and self._tree.go_on is not None:
            self._tree.applying.set()
            await self._tree.go_on.wait()
        if self._tree.refusal is not None:
            raise self._tree.refusal
        for path, data in self._staged.items():
            self._before[path] = self._tree.files.get(path)
            self._tree.files[path] = data
        self._staged.clear()

    async def track(
        self, work: Awaitable[Finished], *, writes: Sequence[str] | None = None, only_declared: bool = False
    ) -> Finished:
        return await work

    async def rollback(self) -> TakenBack:
        if self._tree.rollback_refusal is not None:
            raise self._tree.rollback_refusal
        self._tree.rolled_back.append(self._task)
        for path, data in self._before.items():
            if data is None:
                del self._tree.files[path]
            else:
                self._tree.files[path] = data
        self._staged.clear()
        self._before.clear()
        return TakenBack(left=self._tree.left)


class NoParams(Params):
    """A scripted handler takes none."""


Act = Callable[[TaskContext], Awaitable[Any]]


class Scripted(Handler[NoParams]):
    """Does what the script says: an outcome, an exception, a coroutine function, or a list of them, one per attempt."""

    type = "probe"
    params_model = NoParams

    def __init__(self, script: Mapping[str, Any], own_hash: str | None = None) -> None:
        self.script = {name: list(acts) if isinstance(acts, list) else acts for name, acts in script.items()}
        self.own_hash = own_hash
        self.ran: list[str] = []
        self.verdicts: dict[str, Exception] = {}
        self.contexts: dict[str, TaskContext] = {}

    def fingerprint(self, params: NoParams, context: TaskContext) -> str | None:
        return self.own_hash

    async def run(self, params: NoParams, context: TaskContext) -> Outcome:
        name = context.task.id
        self.ran.append(name)
        self.contexts[name] = context
        act = self.script.get(name, changed("did it"))
        if isinstance(act, list):
            act = act.pop(0)
        if isinstance(act, BaseException):
            raise act
        if callable(act):
            act = await act(context)
        return act  # type: ignore[no-any-return]

    async def verify(self, params: NoParams, context: TaskContext) -> None:
        if context.task.id in self.verdicts:
            raise self.verdicts[context.task.id]


class PlainBinding:
    """Expressions are Python lookups: `when` is the name of a task whose outputs have `yes`."""

    word = ""

    def values(self, task: PlannedTask, attempt: int, outputs: Mapping[str, Any]) -> dict[str, Any]:
        return {"tasks": dict(outputs)}

    def wanted(self, task: PlannedTask, values: Mapping[str, Any]) -> bool:
        return bool(values["tasks"][task.when].get("yes"))

    def bind(self, task: PlannedTask, values: Mapping[str, Any]) -> PlannedTask:
        return replace(task, params={}, late=(), env={"BOUND": self.word + str(sorted(values["tasks"]))})

    def outputs(self, task: PlannedTask, values: Mapping[str, Any], result: Mapping[str, Any]) -> dict[str, Any]:
        return {name: result[key] for name, key in task.outputs.items()}


class Recorder:
    """A reporter that keeps what it hears."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.started = self.closed = False

    def start(self, plan: Plan) -> None:
        self.started = True

    def handle(self, event: Event) -> None:
        self.events.append(event)

    def close(self) -> None:
        self.closed = True

    def told(self) -> list[str]:
        return [f"{event.type.value} {event.task or event.group or event.phase or ''}".strip() for event in self.events]

    def of(self, type_: EventType) -> list[Event]:
        return [event for event in self.events if event.type is type_]


@dataclass
class Stage:
    """Everything around one run; change what a test is about, then `await stage.play()`."""

    plan: Plan
    script: Mapping[str, Any] = field(default_factory=dict)
    ledger: RecordingLedger = field(default_factory=RecordingLedger)
    tree: MemoryTree = field(default_factory=MemoryTree)
    clock: FakeClock = field(default_factory=FakeClock)
    reporters: list[Any] = field(default_factory=lambda: [Recorder()])
    measurements: dict[str, Any] = field(default_factory=dict)
    guards: dict[str, Any] = field(default_factory=dict)
    freshness: Freshness = field(default_factory=Freshness)
    tools: Tools = field(default_factory=lambda: Tools(processes=None))  # type: ignore[arg-type]
    person: Interaction | None = None
    own_hash: str | None = None
    dry_run: bool = False
    keep_going: bool = False
    done: Mapping[str, TaskState] = field(default_factory=dict)
    before: Mapping[str, int] = field(default_factory=dict)
    opening: tuple[Fact, ...] = ()
    measured: list[str] = field(default_factory=list)
    hurried: list[bool] = field(default_factory=list)
    attempts_class: type[TaskAttempts] = TaskAttempts

    def __post_init__(self) -> None:
        self.handler = Scripted(self.script, self.own_hash)
        self.binding = PlainBinding()
        self.bus = Bus(RUN, self.reporters, self.clock.now, patience=0.2)
        self.questions = Questions(
            run=RUN,
            tasks={task.id: task for task in self.plan.tasks},
            ledger=self.ledger,  # type: ignore[arg-type]
            clock=self.clock,
            bus=self.bus,
            person=self.person,
        )
        self.attempts = self.attempts_class(
            run=RUN,
            handlers=lambda name: self.handler,
            workspaces=self.tree,  # type: ignore[arg-type]
            tools=lambda task, attempt, on_output: self.tools,
            templates=None,  # type: ignore[arg-type]
            binding=self.binding,
            runner=LocalRunner(),
            measure=self.measure,
            clock=self.clock,
            bus=self.bus,
            freshness=self.freshness,
            interaction=self.questions.interaction,
            dry_run=self.dry_run,
        )

    async def measure(
        self, check: PlannedCheck, scope: str, states: Mapping[str, str], tasks: Any, context: TaskContext | None
    ) -> Measurement:
        self.measured.append(scope)
        return await self._say(self.measurements.get(scope, True))

    async def ask(self, guard: PlannedGuard, scope: str) -> Measurement:
        return await self._say(self.guards.get(scope, True))

    async def _say(self, answer: Any) -> Measurement:
        if isinstance(answer, BaseException):
            raise answer
        if callable(answer):
            answer = await answer()
        return Measurement(ok=answer, message="measured", value=1.0) if isinstance(answer, bool) else answer

    def make(self) -> PhaseExecutor:
        ask: AskGuard = self.ask
        self.executor = PhaseExecutor(
            run=RUN,
            plan=self.plan,
            scheduler=Scheduler(self.plan, done=self.done, keep_going=self.keep_going),
            ledger=self.ledger,  # type: ignore[arg-type]
            attempts=self.attempts,
            measure=self.measure,
            questions=self.questions,
            bus=self.bus,
            clock=self.clock,
            rng=random.Random(0),
            ask=ask,
            opening=self.opening,
            before=self.before,
            hurry=lambda: self.hurried.append(True),
            dry_run=self.dry_run,
        )
        return self.executor

    async def go(self) -> RunResult:
        self.bus.start(self.plan)
        try:
            return await self.make().run()
        finally:
            self.bus.close()

    def play(self) -> RunResult:
        return asyncio.run(asyncio.wait_for(self.go(), 10))


def never() -> Act:
    """Make an act that waits until it is cancelled."""

    async def act(context: TaskContext) -> Outcome:
        await asyncio.Event().wait()
        raise AssertionError

    return act
