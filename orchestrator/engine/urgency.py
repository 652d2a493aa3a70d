"""Which tasks count as more or less urgent than the document says, because the run would end later otherwise.

Priority decides between tasks that compete; a long task that is outranked by all others would begin last and keep
the run waiting alone. So the plan is played through with the durations that earlier runs measured, and a task on the
way to the end is raised, or one beside it lowered, by as few steps as help, while that makes the run shorter by more
than `WORTH`. What is critical is never lowered.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain, pairwise
from types import MappingProxyType

from orchestrator.engine.graph import UNKNOWN_SECONDS
from orchestrator.engine.scheduler import AS_WRITTEN, NOTHING_DONE
from orchestrator.engine.simulate import Prediction, predict
from orchestrator.models.plan import Plan, PlannedTask
from orchestrator.models.status import Execution, Priority, TaskState

WORTH = 0.003  # of the expected seconds
_TASKS_PER_SECOND = 250.0  # so many tasks are played through per expected second of the run: some 0.5 % of it
_MOST_TASKS = 20_000  # in all; one that is done already costs half of the others, and is counted like them
_FEWEST_PLAYS = 4  # with fewer nothing can be found, so not even the first is made
_BY_RANK = tuple(sorted(Priority, key=lambda priority: priority.rank))


def effective_priorities(
    plan: Plan,
    durations: Mapping[str, float],
    checkpoints: Callable[[], Mapping[str, float]] = dict,
    done: Mapping[str, TaskState] = NOTHING_DONE,
) -> Mapping[str, Priority]:
    """Return the tasks that count as more or less urgent, and as how urgent; none where no duration is known.

    `checkpoints` gives the seconds of scopes' checkpoints; it is asked only where priorities differ at all.
    """
    if not is_worth_asking(plan, durations, done):
        return AS_WRITTEN
    search = _Search(plan, durations, checkpoints(), done)
    # exchanges are many: they get what is left when all phases have had the single steps
    for ways in ((search.single_steps,), (search.single_steps, search.exchanges)):
        for phase in search.phases():
            while any(search.improve(steps(phase)) for steps in ways):
                pass
    return MappingProxyType(search.effective)


def is_worth_asking(plan: Plan, durations: Mapping[str, float], done: Mapping[str, TaskState] = NOTHING_DONE) -> bool:
    """Say whether something could count as more or less urgent: priorities differ, and the run takes long enough."""
    left = [task for task in plan.tasks if task.id not in done]
    if not any(task.id in durations for task in left) or len({task.priority for task in left}) < 2:
        return False
    expected = sum(durations.get(task.id, UNKNOWN_SECONDS) for task in left)
    return len(plan.tasks) * _FEWEST_PLAYS <= _affordable(expected)


def _affordable(seconds: float) -> int:
    """Return how many tasks may be played through for a run of so many expected seconds."""
    return min(_MOST_TASKS, int(seconds * _TASKS_PER_SECOND))


class _Search:
    """What counts so far, how the run goes with it, and how much may still be played through."""

    def __init__(
        self,
        plan: Plan,
        durations: Mapping[str, float],
        checkpoints: Mapping[str, float],
        done: Mapping[str, TaskState],
    ) -> None:
        self._plan = plan
        self._given = (durations, checkpoints, done)
        self._followers = _followers(plan)
        self._known = _with_all_before(self._followers, durations)
        self._tried: set[tuple[tuple[str, Priority], ...]] = set()
        self.effective: dict[str, Priority] = {}
        self._best = self._play(self.effective)
        self._allowed = _affordable(self._best.makespan) - len(plan.tasks)

    def phases(self) -> Sequence[str]:
        """Return the phases on the way to the end, the last one first; a change in one leaves the others alone."""
        phase_of = {task.id: task.phase for task in self._plan.tasks}
        return tuple(dict.fromkeys(phase_of[name] for name in self._way()))

    def single_steps(self, phase: str) -> Iterator[Mapping[str, Priority]]:
        """Yield what raises something on the way to the end, then what lowers something beside it."""
        raisings = (more for task in self._outranked(phase) for more in self._raisings(task))
        lowerings = (more for task in self._in_the_way(phase) for more in self._lowerings(task))
        return chain(raisings, lowerings)

    def exchanges(self, phase: str) -> Iterator[Mapping[str, Priority]]:
        """Yield what raises a task on the way to the end and lowers one beside it."""
        way = set(self._way())
        on_the_way = [task for task in self._plan.tasks if task.phase == phase and task.id in way & self._known]
        lowerings = [more for task in self._in_the_way(phase) for more in self._lowerings(task)]
        for task in on_the_way:
            for priority in reversed(_BY_RANK[: self._priority(task).rank]):
                yield from ({task.id: priority, **lowering} for lowering in lowerings)

    def improve(self, changes: Iterable[Mapping[str, Priority]]) -> bool:
        """Make the first change that makes the run shorter; False when none does, or no more may be played."""
        for more in changes:
            effective = self._changed_by(more)
            key = tuple(sorted(effective.items()))
            if key in self._tried:
                continue
            self._tried.add(key)
            self._allowed -= len(self._plan.tasks)
            if self._allowed < 0:
                return False
            found = self._play(effective)
            if found.makespan < self._best.makespan * (1 - WORTH):
                self.effective, self._best = effective, found
                return True
        return False

    def _changed_by(self, more: Mapping[str, Priority]) -> dict[str, Priority]:
        """Return what counts with more of it, without what the document says already."""
        given = {task.id: task.priority for task in self._plan.tasks}
        effective = {**self.effective, **more}
        return {name: priority for name, priority in effective.items() if priority is not given[name]}

    def _play(self, effective: Mapping[str, Priority]) -> Prediction:
        durations, checkpoints, done = self._given
        return predict(self._plan, durations, checkpoints=checkpoints, done=done, effective=effective)

    def _priority(self, task: PlannedTask) -> Priority:
        return self.effective.get(task.id, task.priority)

    def _raisings(self, task: PlannedTask) -> Iterator[dict[str, Priority]]:
        """Yield for each higher priority the task alone, then with all that waits for it."""
        behind: list[PlannedTask] | None = None
        for priority in reversed(_BY_RANK[: self._priority(task).rank]):
            yield {task.id: priority}
            behind = self._behind(task) if behind is None else behind  # now that a play could be afforded
            lower = [each for each in behind if self._priority(each).rank > priority.rank]
            if lower:
                yield {each.id: priority for each in (task, *lower)}

    def _lowerings(self, task: PlannedTask) -> Iterator[dict[str, Priority]]:
        """Yield each lower priority."""
        for priority in _BY_RANK[self._priority(task).rank + 1 :]:
            yield {task.id: priority}

    def _behind(self, task: PlannedTask) -> list[PlannedTask]:
        found = {task.id: task}
        pending = [task]
        for at in pending:  # grows while we walk it
            new = [each for each in self._followers.get(at.id, ()) if each.id not in found]
            found |= {each.id: each for each in new}
            pending += new
        return pending[1:]

    def _outranked(self, phase: str) -> Iterator[PlannedTask]:
        """Yield a phase's tasks on the way to the end before which something of higher priority began, the last first.

        A raised task must be known to take long: its own duration, or that of something behind it, was measured.
        """
        tasks = {task.id: task for task in self._plan.tasks}
        starts = self._best.starts
        opens: dict[str, float] = {}
        first: dict[Priority, list[float]] = {priority: [] for priority in _BY_RANK}
        for name, start in starts.items():  # in the order of starting
            opens.setdefault(tasks[name].phase, start)
            first[self._priority(tasks[name])].append(start)
        for name in self._way():
            task = tasks[name]
            if (
                task.phase == phase
                and name in self._known
                and any(
                    bisect_right(first[priority], starts[name])
                    > bisect_right(first[priority], opens[task.phase] - 1e-9)
                    for priority in _BY_RANK[: self._priority(task).rank]
                )
            ):
                yield task

    def _in_the_way(self, phase: str) -> Iterator[PlannedTask]:
        """Yield a phase's tasks that had a place before the last one on the way to the end, the shortest first.

        One that is shorter than what a change has to gain can gain no more than it takes.
        """
        starts, durations = self._best.starts, self._given[0]
        way = set(self._way())
        here = [task for task in self._plan.tasks if task.phase == phase and task.id in starts]
        last = max((starts[task.id] for task in here if task.id in way), default=0.0)
        worth = self._best.makespan * WORTH
        found = [
            task
            for task in here
            if task.id not in way
            and task.priority is not Priority.CRITICAL
            and starts[task.id] < last
            and durations.get(task.id, 0.0) > worth
        ]
        yield from sorted(found, key=lambda task: durations[task.id])

    def _way(self) -> Iterator[str]:
        """Yield the tasks that follow each other without a pause up to the end of the run, from its end on.

        Which of them waited for the one before and which for its place makes no difference here.
        """
        by_end = sorted(self._best.ends, key=lambda name: (self._best.ends[name], self._best.starts[name]))
        ends = [self._best.ends[name] for name in by_end]
        place = len(by_end) - 1
        while place >= 0:
            yield by_end[place]
            start = self._best.starts[by_end[place]]
            place = min(bisect_right(ends, start), place) - 1


def _followers(plan: Plan) -> Mapping[str, list[PlannedTask]]:
    """Return what waits for each task by itself: dependents, and the next one of a sequential group."""
    followers: dict[str, list[PlannedTask]] = {}
    for task in plan.tasks:
        for name in task.depends_on:
            followers.setdefault(name, []).append(task)
    in_turn = {group.id for group in plan.groups if group.execution is Execution.SEQUENTIAL}
    members: dict[str, list[PlannedTask]] = {}
    for task in plan.tasks:
        if task.group in in_turn:
            members.setdefault(task.group, []).append(task)
    for each in members.values():
        for before, after in pairwise(each):
            followers.setdefault(before.id, []).append(after)
    return followers


def _with_all_before(followers: Mapping[str, list[PlannedTask]], names: Iterable[str]) -> AbstractSet[str]:
    """Return the names with those of all tasks that one of them waits for."""
    before: dict[str, list[str]] = {}
    for name, after in followers.items():
        for each in after:
            before.setdefault(each.id, []).append(name)
    found = set(names)
    pending = list(found)
    while pending:
        new = [name for name in before.get(pending.pop(), ()) if name not in found]
        found.update(new)
        pending += new
    return found
