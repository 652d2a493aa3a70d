"""The rules of a run, written down a second time in the plainest way, to judge the scheduler by.

Nothing here is fast and nothing is shared with the scheduler: each question is answered from the plan and from
what has happened so far.
"""

from engine_plans import Fates

from orchestrator.models.plan import Plan, PlannedGroup, PlannedTask
from orchestrator.models.status import FINAL, WELL, Execution, OutcomeKind, TaskState

BAD, OPEN, GOOD = "bad", "open", "good"


class Violation(AssertionError):
    """A rule was broken."""


def claim(condition: bool, message: str) -> None:
    if not condition:
        raise Violation(message)


class Referee:
    """What happened so far in one life of the engine, and whether it was allowed."""

    def __init__(self, plan: Plan, *, keep_going: bool) -> None:
        self.plan = plan
        self.tasks = {task.id: task for task in plan.tasks}
        self.groups = {group.id: group for group in plan.groups}
        self.members = {group.id: [task for task in plan.tasks if task.group == group.id] for group in plan.groups}
        self.states: dict[str, TaskState] = dict.fromkeys(self.tasks, TaskState.PENDING)
        self.running: set[str] = set()
        self.measuring: set[str] = set()
        self.measured: dict[str, bool] = {}
        self.guarded: dict[str, bool] = {}
        self.until: dict[str, float] = {}
        self.stopped: set[str] = set()  # groups after fail_fast; "run"
        self.to_cancel: set[str] = set()
        self.keep_going = keep_going

    # ------------------------------------------------------------ what may start

    def objection(self, name: str, now: float) -> str | None:
        """Return why the task may not start now; None when nothing speaks against it."""
        task = self.tasks[name]
        group = self.groups[task.group]
        if self.states[name] not in (TaskState.PENDING, TaskState.READY) or name in self.running:
            return f"it is {self.states[name]}"
        if "run" in self.stopped or task.group in self.stopped:
            return "it was stopped"
        if self.until.get(name, 0.0) > now:
            return "its pause is not over"
        for other in task.depends_on:
            if self.states[other] not in WELL:
                return f"it needs {other}"
        gate = self._gate(group) or self._turn(task, group)
        return gate or self._room(task, group)

    def _gate(self, group: PlannedGroup) -> str | None:
        phase = next(item for item in self.plan.phases if item.id == group.phase)
        for name in phase.after:
            if not self.phase_lets_by(name):
                return f"phase {name} has not passed"
        for name in group.depends_on:
            if not self.group_passed(name):
                return f"group {name} has not passed"
        for scope, guards in (
            ("run", self.plan.guards),
            (f"phase {phase.id}", phase.guards),
            (f"group {group.id}", group.guards),
        ):
            if guards and not self.guarded.get(scope):
                return f"the guards of {scope} did not say yes"
        return None

    def _turn(self, task: PlannedTask, group: PlannedGroup) -> str | None:
        if group.execution is Execution.SEQUENTIAL:
            for other in self.members[group.id]:
                if other is task:
                    break
                state = self.states[other.id]
                if state not in FINAL or (state not in WELL and other.critical):
                    return f"{other.id} comes first"
        return None

    def _room(self, task: PlannedTask, group: PlannedGroup) -> str | None:
        busy = len(self.running) + len(self.measuring)
        limit = self.plan.limits.max_parallel_tasks
        if limit and busy >= limit:
            return "the run is at its limit"
        if (
            group.max_parallel
            and sum(self.tasks[item].group == group.id for item in self.running) >= group.max_parallel
        ):
            return "the group is at its limit"
        for item in self.running:
            for own in task.targets.writes:
                for held in self.tasks[item].targets.writes:
                    if overlap(own, held):
                        return f"{item} writes {held}"
        if (task.exclusive and busy) or any(self.tasks[item].exclusive for item in self.running):
            return "exclusive means alone"
        return None

    def group_passed(self, name: str) -> bool:
        group = self.groups[name]
        well = all(self.states[task.id] in WELL for task in self.members[name])
        phase = next(item for item in self.plan.phases if item.id == group.phase)
        well = well and all(map(self.group_passed, group.depends_on)) and all(map(self.phase_lets_by, phase.after))
        return well and (not group.checkpoint or self.measured.get(f"group {name}", False))

    def phase_passed(self, name: str) -> bool:
        phase = next(item for item in self.plan.phases if item.id == name)
        well = all(self.group_passed(group.id) for group in self.plan.groups if group.phase == name)
        well = well and all(map(self.phase_lets_by, phase.after))
        return well and (not phase.checkpoint or self.measured.get(f"phase {name}", False))

    def phase_lets_by(self, name: str) -> bool:
        """Say whether what comes after a phase may start: of one that is not critical the tasks may have failed."""
        phase = next(item for item in self.plan.phases if item.id == name)
        if phase.critical or self.phase_passed(name):
            return self.phase_passed(name)
        inside = [group.id for group in self.plan.groups if group.phase == name]
        had_its_turn = all(map(self.phase_lets_by, phase.after)) and self.guarded.get(f"phase {name}") is not False
        failed = any(not self.group_passed(item) for item in inside)
        return had_its_turn and failed and all(map(self._group_ended, inside))

    def _group_ended(self, name: str) -> bool:
        states = [self.states[task.id] for task in self.members[name]]
        if any(state not in FINAL for state in states):
            return False
        waits = all(state in WELL for state in states) and bool(self.groups[name].checkpoint)
        return not waits or f"group {name}" in self.measured or not self._could_be_measured(name)

    def _could_be_measured(self, name: str) -> bool:
        group = self.groups[name]
        return all(map(self.group_passed, group.depends_on))

    # ------------------------------------------------------------ what happened

    def start(self, name: str, now: float) -> None:
        objection = self.objection(name, now)
        claim(objection is None, f"{name} started at {now} although {objection}")
        self.states[name] = TaskState.RUNNING
        self.running.add(name)

    def measure(self, scope: str) -> None:
        claim(scope not in self.measuring, f"{scope} is measured twice at once")
        busy = len(self.running) + len(self.measuring)
        limit = self.plan.limits.max_parallel_tasks
        claim(not limit or busy < limit, f"{scope} is measured above the limit")
        claim(not any(self.tasks[item].exclusive for item in self.running), "measured beside an exclusive task")
        kind, _, name = scope.partition(" ")
        if kind == "group":
            claim(all(self.states[task.id] in WELL for task in self.members[name]), f"{scope} measured too early")
        else:
            inside = [group.id for group in self.plan.groups if group.phase == name]
            claim(all(self.group_passed(item) for item in inside), f"{scope} measured too early")
        self.measuring.add(scope)

    def ended(self, name: str, state: TaskState, cause: str | None) -> None:
        claim(self.states[name] not in FINAL, f"{name} ended twice: {self.states[name]}, then {state}")
        claim(state in FINAL, f"{name} ended as {state}")
        claim(name not in self.running, f"{name} ended while it runs")
        if state is TaskState.BLOCKED:
            claim(cause is not None, f"{name} is blocked by nothing")
            root = self.states.get(cause or "")
            known = root in (TaskState.FAILED, TaskState.CANCELLED) or self.measured.get(cause or "") is False
            claim(known or self.guarded.get(cause or "") is False, f"{name} is blocked by {cause}, which is {root}")
        self.states[name] = state
        task = self.tasks[name]
        if state is TaskState.FAILED and task.critical and not self.keep_going:
            if self.groups[task.group].fail_fast:
                self._stop(task.group, {item.id for item in self.members[task.group]})
            if self.plan.limits.fail_fast:
                self._stop("run", set(self.tasks))

    def checked(self, scope: str, ok: bool) -> None:
        self.measuring.discard(scope)
        self.measured[scope] = ok
        if not ok and self.plan.limits.fail_fast and not self.keep_going:
            self._stop("run", set(self.tasks))

    def _stop(self, what: str, names: set[str]) -> None:
        if what not in self.stopped:
            self.stopped.add(what)
            self.to_cancel |= names & self.running

    def idle(self, now: float) -> None:
        """Nothing was started: make sure that nothing could have been."""
        free = {name for name in self.tasks if self.objection(name, now) is None}
        held = {name for name in self.tasks if self.objection(name, now) == "exclusive means alone"}
        if not any(self.tasks[name].exclusive for name in held):
            claim(not free, f"nothing was started at {now}, but {sorted(free)} could run")


def overlap(one: str, other: str) -> bool:
    return (
        one == other or (one.endswith("/") and other.startswith(one)) or (other.endswith("/") and one.startswith(other))
    )


# ---------------------------------------------------------------- the result that a whole run must have


def expected_states(plan: Plan, fates: Fates) -> dict[str, TaskState]:
    """Return the states in which a run without fail_fast ends, whatever the timing, crashes included."""
    states: dict[str, TaskState] = {}
    run = GOOD if not (plan.guards and plan.tasks) or fates.guards["run"] else BAD
    lets_by: dict[str, str] = {}
    groups: dict[str, str] = {}
    for phase in plan.phases:
        work = any(task.phase == phase.id for task in plan.tasks)
        gate = _worst([run, *(lets_by[name] for name in phase.after)])
        gate = _guarded(gate, bool(phase.guards) and work, fates.guards[f"phase {phase.id}"])
        inside: list[str] = [gate] if gate is BAD else []
        for group in (item for item in plan.groups if item.phase == phase.id):
            scope = f"group {group.id}"
            members = [task for task in plan.tasks if task.group == group.id]
            own = _worst([gate, *(groups[name] for name in group.depends_on)])
            own = _guarded(own, bool(group.guards and members), fates.guards[scope])
            well = _play(members, group, own, fates, states)
            groups[group.id] = _checked(_worst([own, well]), bool(group.checkpoint), fates.checkpoints[scope])
            inside.append(groups[group.id])
        mark = _worst([gate, *inside])
        if not phase.critical and gate == GOOD and mark == BAD:
            marks = [_mark(states[task.id]) for task in plan.tasks if task.phase == phase.id]
            lets_by[phase.id] = OPEN if OPEN in (*inside, *marks) else GOOD
            continue
        lets_by[phase.id] = _checked(mark, bool(phase.checkpoint), fates.checkpoints[f"phase {phase.id}"])
    return states


def _play(
    members: list[PlannedTask], group: PlannedGroup, gate: str, fates: Fates, states: dict[str, TaskState]
) -> str:
    sequence = GOOD
    results: list[str] = []
    for task in members:
        turn = sequence if group.execution is Execution.SEQUENTIAL else GOOD
        needs = _worst([gate, turn, *(_mark(states[name]) for name in task.depends_on)])
        if needs == BAD:
            states[task.id] = TaskState.BLOCKED
        elif needs == OPEN:
            states[task.id] = TaskState.PENDING
        else:
            states[task.id] = final_state(task.id, fates)
        result = _mark(states[task.id])
        results.append(result)
        if result == OPEN or (result == BAD and task.critical):
            sequence = _worst([sequence, result])
    return _worst(results)


def final_state(name: str, fates: Fates) -> TaskState:
    """Return how a task ends that is started: the first attempt that goes well counts, else the last one."""
    kinds = list(fates.attempts[name])
    if kinds[0] is OutcomeKind.WAITING:
        if not fates.decided[name]:
            return TaskState.WAITING
        kinds.pop(0)
    for kind in kinds:
        if kind in (OutcomeKind.CHANGED, OutcomeKind.UNCHANGED, OutcomeKind.SKIPPED):
            return TaskState(kind.value)
    return TaskState.FAILED


def _mark(state: TaskState) -> str:
    return GOOD if state in WELL else BAD if state in FINAL else OPEN


def _worst(marks: list[str]) -> str:
    return BAD if BAD in marks else OPEN if OPEN in marks else GOOD


def _guarded(gate: str, guards: bool, answer: bool) -> str:
    return BAD if gate == GOOD and guards and not answer else gate


def _checked(mark: str, checkpoint: bool, answer: bool) -> str:
    return BAD if mark == GOOD and checkpoint and not answer else mark
