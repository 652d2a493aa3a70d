"""Small plans, written down in one line, and random ones made from a seed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from orchestrator.models.plan import (
    Limits,
    Plan,
    PlannedCheck,
    PlannedGroup,
    PlannedGuard,
    PlannedPhase,
    PlannedTask,
    RetryPolicy,
    Targets,
)
from orchestrator.models.status import Execution, OutcomeKind, Priority

CHECK = (PlannedCheck(type="probe"),)
GUARD = (PlannedGuard(type="probe"),)


def task(
    name: str, group: str = "1.a", *, writes: Sequence[str] = (), after: Sequence[str] = (), **more: Any
) -> PlannedTask:
    return PlannedTask(
        id=name,
        name=f"task {name}",
        handler=more.pop("handler", "probe"),
        phase=group.split(".", maxsplit=1)[0],
        group=group,
        depends_on=tuple(after),
        targets=Targets(writes=tuple(writes)),
        **more,
    )


def group(name: str = "1.a", *, after: Sequence[str] = (), **more: Any) -> PlannedGroup:
    more.setdefault("execution", Execution.PARALLEL)
    phase, letter = name.split(".")
    return PlannedGroup(id=name, letter=letter, name=letter, phase=phase, depends_on=tuple(after), **more)


def phase(name: str = "1", *, after: Sequence[str] = (), **more: Any) -> PlannedPhase:
    return PlannedPhase(id=name, name=name, after=tuple(after), **more)


def plan(
    tasks: Sequence[PlannedTask],
    groups: Sequence[PlannedGroup] | None = None,
    phases: Sequence[PlannedPhase] | None = None,
    *,
    limit: int = 0,
    fail_fast: bool = False,
    **more: Any,
) -> Plan:
    groups = groups or [group(name) for name in dict.fromkeys(item.group for item in tasks)]
    phases = phases or [phase(name) for name in dict.fromkeys(item.phase for item in groups)]
    return Plan(
        project="test",
        root="/nowhere",
        document="phases.yaml",
        document_hash="",
        phases=tuple(phases),
        groups=tuple(groups),
        tasks=tuple(tasks),
        limits=Limits(max_parallel_tasks=limit, fail_fast=fail_fast),
        **more,
    )


@dataclass
class Fates:
    """What will become of everything, fixed before the run: attempts by task, answers by scope."""

    attempts: dict[str, list[OutcomeKind]] = field(default_factory=dict)
    decided: dict[str, bool] = field(default_factory=dict)  # waiting tasks: will a person ever decide?
    checkpoints: dict[str, bool] = field(default_factory=dict)
    guards: dict[str, bool] = field(default_factory=dict)


_FILES = ("a", "b", "src/a", "src/b", "src/deep/c", "src/", "src/deep/", "docs/d")
_GOOD = (OutcomeKind.CHANGED, OutcomeKind.UNCHANGED, OutcomeKind.SKIPPED)
_BAD = (OutcomeKind.FAILED, OutcomeKind.ERRORED, OutcomeKind.TIMED_OUT)


def random_plan(rng: random.Random) -> Plan:
    phases: list[PlannedPhase] = []
    groups: list[PlannedGroup] = []
    tasks: list[PlannedTask] = []
    for number in range(rng.randint(1, 3)):
        before = phases[-1].id if phases and rng.random() < 0.75 else None
        extras = {"checkpoint": CHECK if rng.random() < 0.3 else (), "guards": GUARD if rng.random() < 0.15 else ()}
        critical = rng.random() < 0.7
        phases.append(phase(str(number), after=[before] if before else (), critical=critical, **extras))
        own: list[PlannedGroup] = []
        for letter in "abc"[: rng.randint(1, 3)]:
            own.append(_random_group(rng, f"{number}.{letter}", own))
            members = rng.choice((0, 1, 1, 2, 3, 4))
            tasks += [_random_task(rng, own[-1].id, f"{own[-1].id}{item}", tasks) for item in range(members)]
        groups += own
    guards = GUARD if rng.random() < 0.1 else ()
    return plan(tasks, groups, phases, limit=rng.randint(0, 3), fail_fast=rng.random() < 0.1, guards=guards)


def _random_group(rng: random.Random, name: str, others: Sequence[PlannedGroup]) -> PlannedGroup:
    return group(
        name,
        after=[other.id for other in others if rng.random() < 0.35],
        execution=rng.choice(tuple(Execution)),
        max_parallel=rng.choice((0, 0, 1, 2)),
        fail_fast=rng.random() < 0.15,
        checkpoint=CHECK if rng.random() < 0.3 else (),
        guards=GUARD if rng.random() < 0.1 else (),
    )


def _random_task(rng: random.Random, owner: str, name: str, others: Sequence[PlannedTask]) -> PlannedTask:
    return task(
        name,
        owner,
        after=[other.id for other in others if rng.random() < 0.12],
        writes=[rng.choice(_FILES) for _ in range(rng.choice((0, 0, 1, 2)))],
        priority=rng.choice(tuple(Priority)),
        critical=rng.random() < 0.75,
        exclusive=rng.random() < 0.1,
        retry=RetryPolicy(attempts=rng.randint(1, 3)),
    )


def random_fates(rng: random.Random, of: Plan) -> Fates:
    fates = Fates()
    for item in of.tasks:
        kinds: list[OutcomeKind] = []
        for _ in range(item.retry.attempts):
            kinds.append(rng.choice(_BAD) if rng.random() < 0.25 else rng.choice(_GOOD))
        if rng.random() < 0.1:
            kinds.insert(0, OutcomeKind.WAITING)
            fates.decided[item.id] = rng.random() < 0.6
        fates.attempts[item.id] = kinds
    for scope in _scopes(of):
        fates.checkpoints[scope] = rng.random() < 0.85
        fates.guards[scope] = rng.random() < 0.8
    return fates


def _scopes(of: Plan) -> list[str]:
    return ["run", *(f"phase {item.id}" for item in of.phases), *(f"group {item.id}" for item in of.groups)]
