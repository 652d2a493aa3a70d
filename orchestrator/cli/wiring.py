"""The one composition root: which implementations a run is made of."""

import os
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from orchestrator.cli.cautions import Cautions
from orchestrator.cli.measuring import Measuring
from orchestrator.cli.places import STATE
from orchestrator.contracts import Answer, Handler, Interaction, Ledger, Reporter, Templates, Workspaces
from orchestrator.engine.asking import Questions
from orchestrator.engine.attempt import TaskAttempts
from orchestrator.engine.bus import Bus
from orchestrator.engine.clock import SystemClock
from orchestrator.engine.earlier import EarlierChecks
from orchestrator.engine.executor import PhaseExecutor
from orchestrator.engine.freshness import Freshness
from orchestrator.engine.overtaken import Overtaken
from orchestrator.engine.ports import Clock, OpenTools, Tools
from orchestrator.engine.scheduler import Scheduler
from orchestrator.models.events import EventType
from orchestrator.models.facts import Fact
from orchestrator.models.json import JsonObject
from orchestrator.models.plan import Plan, PlannedTask
from orchestrator.models.record import LastSuccess, Measured, RecordedChange
from orchestrator.models.status import Priority, TaskState
from orchestrator.plugins import Catalogue
from orchestrator.processes.attempt import ProcessFactory
from orchestrator.processes.redact import Redactor
from orchestrator.runners.local import LocalRunner
from orchestrator.templating.binding import LateBinding

RESTORE = "restore"


_RUNS_LOOKED_AT = 20  # for what tasks have changed since a checkpoint was measured


class Beginning(Struct, frozen=True, kw_only=True):
    """Where a run begins: anew, or in the middle (`done` and `tries` are of its earlier parts).

    `facts` makes what is recorded first when it is: a plan as JSON may be large, and nobody needs it afterwards.
    """

    run: str
    facts: Callable[[], tuple[Fact, ...]]
    done: Mapping[str, TaskState] = field(default_factory=dict)
    passed: tuple[str, ...] = ()  # scopes whose checkpoint passed in an earlier part
    tries: Mapping[str, int] = field(default_factory=dict)
    outputs: Mapping[str, JsonObject] = field(default_factory=dict)
    decisions: Mapping[str, Answer] = field(default_factory=dict)  # given while no engine was there to hear them
    waiting: tuple[
        str, ...
    ] = ()  # tasks about which others may still decide, until it is recorded that the run goes on


class Materials(Struct, frozen=True, kw_only=True):
    """What a run works with and on."""

    root: Path
    plan: Plan
    ledger: Ledger
    workspaces: Workspaces
    templates: Templates
    catalogue: Catalogue
    reporters: Sequence[Reporter] = ()
    successes: Mapping[str, LastSuccess] = field(default_factory=dict)
    durations: Mapping[str, float] = field(default_factory=dict)
    effective: Mapping[str, Priority] = field(default_factory=dict)  # priorities that count instead of the plan's
    measured: Sequence[Measured] = ()  # the newest of each checkpoint
    tree: Callable[[], Mapping[str, str]] | None = None  # contents of all files that are not ignored
    past: Ledger | None = None  # of earlier runs, when `ledger` is only for this one
    person: Interaction | None = None  # at the terminal
    decided: Mapping[str, Answer] = field(default_factory=dict)  # beforehand, by `--approve`
    cautions: Cautions = field(default_factory=Cautions)
    force: bool = False
    keep_going: bool = False
    dry_run: bool = False


class Machinery(Struct, frozen=True, kw_only=True):
    """A run that is ready to go."""

    executor: PhaseExecutor
    attempts: TaskAttempts
    bus: Bus
    processes: ProcessFactory
    questions: Questions
    clock: Clock


def assemble(materials: Materials, beginning: Beginning) -> Machinery:
    """Put a run together; to be called in the process and on the loop that will carry it out."""
    plan, clock = materials.plan, SystemClock()
    processes = ProcessFactory(str(materials.root), str(materials.root / STATE / "logs"), Redactor(_secrets(plan)))
    bus = Bus(beginning.run, materials.reporters, clock.now)
    binding = LateBinding(plan, beginning.run, os.environ, materials.successes, dry_run=materials.dry_run)
    outputs = {**_outputs_of(materials.successes), **beginning.outputs}
    measuring = _measuring(materials, beginning.run, processes, binding, outputs)
    questions = Questions(
        run=beginning.run,
        tasks={task.id: task for task in plan.tasks},
        ledger=materials.ledger,
        clock=clock,
        bus=bus,
        person=materials.person,
        beforehand=materials.decided,
    )
    attempts = _attempts(materials, beginning.run, processes, binding, measuring, clock, bus, outputs, questions)
    executor = PhaseExecutor(
        run=beginning.run,
        plan=plan,
        scheduler=_scheduler(materials, beginning),
        ledger=materials.ledger,
        attempts=attempts,
        measure=measuring.measure,
        questions=questions,
        bus=bus,
        clock=clock,
        rng=random.Random(),  # noqa: S311 - jitter of retries, nothing to guess
        ask=measuring.ask,
        earlier=_earlier(materials, measuring, attempts.freshness),
        opening=beginning.facts(),
        before=beginning.tries,
        decisions=beginning.decisions,
        hurry=processes.hurry,
        dry_run=materials.dry_run,
    )
    return Machinery(
        executor=executor, attempts=attempts, bus=bus, processes=processes, questions=questions, clock=clock
    )


def _scheduler(materials: Materials, beginning: Beginning) -> Scheduler:
    return Scheduler(
        materials.plan,
        materials.durations,
        beginning.done,
        passed=beginning.passed,
        effective=materials.effective,
        keep_going=materials.keep_going,
    )


def _measuring(
    materials: Materials,
    run: str,
    processes: ProcessFactory,
    binding: LateBinding,
    outputs: dict[str, JsonObject],
) -> Measuring:
    return Measuring(
        run=run,
        env=materials.plan.env,
        catalogue=materials.catalogue,
        workspaces=materials.workspaces,
        processes=processes,
        binding=binding,
        outputs=outputs,
    )


def _attempts(
    materials: Materials,
    run: str,
    processes: ProcessFactory,
    binding: LateBinding,
    measuring: Measuring,
    clock: SystemClock,
    bus: Bus,
    outputs: dict[str, JsonObject],
    questions: Questions,
) -> TaskAttempts:
    return TaskAttempts(
        run=run,
        handlers=_handlers(materials.catalogue),
        workspaces=materials.workspaces,
        tools=_tools(processes, run, bus),
        templates=materials.templates,
        binding=binding,
        runner=LocalRunner(),
        measure=measuring.measure,
        clock=clock,
        bus=bus,
        freshness=Freshness(successes=materials.successes, force=materials.force),
        overtaken=overtaken_in(materials.plan, materials.successes, materials.past or materials.ledger),
        interaction=questions.interaction,
        dry_run=materials.dry_run,
        outputs=outputs,
    )


def _earlier(materials: Materials, measuring: Measuring, freshness: Freshness) -> EarlierChecks | None:
    """Return what earlier runs measured; nothing where no tree can be looked at (a dry run measures nothing)."""
    if materials.tree is None:
        return None
    files = materials.workspaces.open_attempt("checkpoints", 1)
    return EarlierChecks(
        materials.plan,
        materials.measured,
        freshness,
        measuring.decided_by,
        materials.tree,
        files,
        partial(_changes, materials.ledger),
    )


def _changes(ledger: Ledger) -> Iterator[RecordedChange]:
    """Yield what tasks have changed in the last runs, oldest first; this run's come as soon as they are made."""
    runs = [run for run, kind in ledger.run_kinds()[:_RUNS_LOOKED_AT] if kind == "run"]
    for run in reversed(runs):
        yield from ledger.read_run(run).changes


def overtaken_in(plan: Plan, successes: Mapping[str, LastSuccess], ledger: Ledger) -> Overtaken:
    """Return what knows the changes since a success; runs are read when somebody asks, all but the newest once."""
    read: dict[str, tuple[RecordedChange, ...]] = {}

    def since(first: str) -> Iterator[RecordedChange]:
        runs = [run for run, kind in ledger.run_kinds() if kind == "run"]
        known = runs[: runs.index(first) + 1] if first in runs else runs
        for run in reversed(known):
            if run not in read or run == runs[0]:  # which may go on
                read[run] = ledger.read_run(run).changes
            yield from read[run]

    return Overtaken(plan, successes, since)


def new_run_id(now: datetime | None = None) -> str:
    """Return an id that sorts by time, to a 65,536th of a second, and is safe as a file name.

    Whoever asks has the lock, and taking it takes longer than that: no two runs of a repository get the same.
    """
    moment = now or datetime.now(UTC)
    return f"{moment:%Y%m%d-%H%M%S}-{moment.microsecond * 65_536 // 1_000_000:04x}"


def _outputs_of(successes: Mapping[str, LastSuccess]) -> dict[str, JsonObject]:
    return {task: success.outputs for task, success in successes.items() if success.outputs}


def _secrets(plan: Plan) -> dict[str, str]:
    """Return the values of all secrets of the plan: what one task may see, no task's output may show."""
    names = {name for task in plan.tasks for name in task.secrets}
    return {name: os.environ[name] for name in sorted(names) if os.environ.get(name)}


def _handlers(catalogue: Catalogue) -> Callable[[str], Handler[Any]]:
    """Return the look-up of handlers; `restore` serves undo only and cannot be named in a document."""

    def handler(name: str) -> Handler[Any]:
        if name != RESTORE:
            return catalogue.handler(name)
        from orchestrator.handlers.restore import Restore

        return Restore()

    return handler


def _tools(processes: ProcessFactory, run: str, bus: Bus) -> OpenTools:
    def make(task: PlannedTask, attempt: int, on_output: Callable[[str], None]) -> Tools:
        heard = on_output if bus.wants(EventType.TASK_OUTPUT) else None
        children = processes.for_attempt(run, task.id, attempt, task.env, secrets=task.secrets, on_output=heard)
        return Tools(
            processes=children,
            log=lambda: children.log,
            last_output=lambda: children.last_output,
            redact=children.redact,
        )

    return make
