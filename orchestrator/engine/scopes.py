"""The tree of gates: run → phases → groups → tasks.

A group or phase is one gate that opens and one that closes, so that `n` tasks after `m` tasks cost n + m edges
and not n times m.
"""

from orchestrator.models.plan import Plan, PlannedGroup, PlannedPhase
from orchestrator.models.status import Execution

RUN = "run"


class Scope:
    """The run, a phase or a group, and how far it is.

    `needs` counts what has to happen before it opens (its parent opens, what it comes after has closed well);
    `left` counts children or tasks without an end; `cause` is set as soon as it can no longer end well.
    """

    __slots__ = (
        "asked",
        "blocked",
        "cause",
        "checks",
        "children",
        "closed",
        "critical",
        "fail_fast",
        "followers",
        "guards",
        "is_gate",
        "left",
        "limit",
        "measuring",
        "members",
        "name",
        "needs",
        "offered",
        "opened",
        "parent",
        "position",
        "predecessors",
        "running",
        "sequential",
        "stopped",
        "whole",
        "work",
    )

    def __init__(self, name: str, parent: "Scope | None", *, guards: bool, checks: bool) -> None:
        self.name = name
        self.parent = parent
        self.guards = guards
        self.checks = checks
        self.children: list[Scope] = []
        self.members: list[int] = []
        self.followers: list[Scope] = []
        self.predecessors: list[Scope] = []
        self.needs = 1 if parent else 0
        self.left = 0
        self.asked = self.opened = self.measuring = self.closed = False
        self.blocked = False  # it will never open
        self.work = 0  # tasks inside, at any depth, that this run still has to do; without any no guard is asked
        self.cause: str | None = None
        self.critical = True  # what comes after it waits for its good end
        self.is_gate = False  # it has said no by itself, by its checkpoint or by never opening
        # of groups only
        self.sequential = False
        self.fail_fast = False
        self.stopped = False  # fail_fast has cancelled the rest
        self.limit = 0
        self.running = 0
        self.position = 0  # whose turn it is in a sequential group
        self.offered = False  # that task has been told
        self.whole = 0  # how many members from the first on can still get their turn
        if parent:
            parent.children.append(self)
            parent.left += 1

    def come_after(self, other: "Scope") -> None:
        """Open only when `other` has closed well, or has closed where it is not critical."""
        other.followers.append(self)
        self.predecessors.append(other)
        self.needs += 1


def phase_scope(phase: PlannedPhase) -> str:
    """Return the scope's name as it stands in facts and messages."""
    return f"phase {phase.id}"


def group_scope(group: PlannedGroup) -> str:
    """Return the scope's name as it stands in facts and messages."""
    return f"group {group.id}"


def build_scopes(plan: Plan) -> dict[str, Scope]:
    """Return every scope by name, the run first. What a selection left out counts as done: no gate waits for it."""
    root = Scope(RUN, None, guards=bool(plan.guards), checks=False)
    scopes = {RUN: root}
    for phase in plan.phases:
        name = phase_scope(phase)
        scopes[name] = Scope(name, root, guards=bool(phase.guards), checks=bool(phase.checkpoint))
        scopes[name].critical = phase.critical
    for group in plan.groups:
        name = group_scope(group)
        scope = Scope(name, scopes[f"phase {group.phase}"], guards=bool(group.guards), checks=bool(group.checkpoint))
        scope.sequential = group.execution is Execution.SEQUENTIAL
        scope.fail_fast = group.fail_fast
        scope.limit = group.max_parallel
        scopes[name] = scope
    _link(plan, scopes)
    for index, task in enumerate(plan.tasks):
        scopes[f"group {task.group}"].members.append(index)
    for scope in scopes.values():
        scope.left += len(scope.members)
        scope.whole = len(scope.members)
    return scopes


def _link(plan: Plan, scopes: dict[str, Scope]) -> None:
    for phase in plan.phases:
        for name in phase.after:
            other = scopes.get(f"phase {name}")
            if other is not None:
                scopes[phase_scope(phase)].come_after(other)
    for group in plan.groups:
        for name in group.depends_on:
            other = scopes.get(f"group {name}")
            if other is not None:
                scopes[group_scope(group)].come_after(other)
