"""What runs now: of the ready tasks, those that limits, locks and `exclusive` let through, best first.

The ready heap holds places in the order of preference. A task that cannot start is parked in the queue of what
hinders it (a held lock, a full group). Of each queue at most one task, its best, stands in the ready heap, and
only while the hindrance is gone: so a released lock with 100,000 tasks behind it costs O(log n).
"""

from collections.abc import Sequence
from heapq import heappop, heappush

from orchestrator.engine.locks import Locks, lock_keys
from orchestrator.engine.scopes import Scope
from orchestrator.models.plan import PlannedTask
from orchestrator.models.status import TaskState


class Queue:
    """Tasks parked behind one hindrance: a lock's key, or a group at its limit."""

    __slots__ = ("behind", "heap", "offered")

    def __init__(self, behind: str | Scope) -> None:
        self.behind = behind
        self.heap: list[int] = []
        self.offered = False  # its best task stands in the ready heap


class Dispatcher:
    """Chooses among ready tasks. Tasks are indices of the plan; `order` is the order of preference."""

    def __init__(
        self,
        tasks: Sequence[PlannedTask],
        groups: Sequence[Scope],
        states: Sequence[TaskState],
        order: Sequence[int],
        limit: int,
    ) -> None:
        self.tasks = tasks
        self.groups = groups
        self.states = states
        self.limit = limit
        self.busy = 0  # running tasks and measurings
        self.barrier: int | None = None  # an exclusive task that waits for the others
        self.alone: int | None = None  # an exclusive task that runs
        self.locks = Locks()
        self._order = order
        self._position = [0] * len(order)
        for position, task in enumerate(order):
            self._position[task] = position
        self._keys = [lock_keys(task.targets.writes) if task.targets.writes else () for task in tasks]
        self._ready: list[int] = []
        self._parked: dict[str | Scope, Queue] = {}  # by what the tasks are parked behind
        self._came_from: dict[int, Queue] = {}

    def add(self, task: int) -> None:
        """Let a task that became ready take part."""
        heappush(self._ready, self._position[task])

    @property
    def has_candidates(self) -> bool:
        """Say whether a task waits for nothing but room."""
        return bool(self._ready) or self.barrier is not None

    def has_room(self) -> bool:
        """Say whether the run's limit lets something start now."""
        return self.alone is None and (not self.limit or self.busy < self.limit)

    # ------------------------------------------------------------ choosing

    def choose(self) -> int | None:
        """Start the best task that can start now and return it; None when there is none."""
        if self.barrier is not None:
            return self._pass_barrier()
        while self._ready and self.has_room():
            position = heappop(self._ready)
            task = self._order[position]
            source = self._came_from.pop(position, None) if self._came_from else None
            if source is not None:
                source.offered = False
            if self.states[task] is TaskState.READY:
                hindrance = self._hindrance(task)
                if hindrance is None:
                    if self.tasks[task].exclusive and self.busy:
                        self.barrier = task
                        self._offer(source)
                        return None
                    self._begin(task)
                    self._offer(source)
                    return task
                heappush(hindrance.heap, position)
            self._offer(source)
        return None

    def _pass_barrier(self) -> int | None:
        """Start the exclusive task that holds all others back as soon as it would be alone."""
        task = self.barrier
        if task is not None and self.states[task] is not TaskState.READY:  # cancelled meanwhile
            self.barrier = None
            return self.choose()
        if task is None or self.busy:
            return None
        self.barrier = None
        self._begin(task)
        return task

    def _hindrance(self, task: int) -> Queue | None:
        group = self.groups[task]
        if self._is_full(group):
            return self._queue(group)
        keys = self._keys[task]
        key = self.locks.conflict(keys) if keys else None
        return None if key is None else self._queue(key)

    def _is_full(self, group: Scope) -> bool:
        return bool(group.limit) and group.running >= group.limit

    def _queue(self, behind: str | Scope) -> Queue:
        queue = self._parked.get(behind)
        if queue is None:
            queue = self._parked[behind] = Queue(behind)
        return queue

    def _offer(self, queue: Queue | None) -> None:
        """Put the best task of a queue back among the ready ones, if nothing hinders it any more."""
        if queue is None or queue.offered:
            return
        behind = queue.behind
        if self.locks.holder(behind) is not None if isinstance(behind, str) else self._is_full(behind):
            return
        while queue.heap:
            position = heappop(queue.heap)
            if self.states[self._order[position]] is TaskState.READY:
                queue.offered = True
                self._came_from[position] = queue
                heappush(self._ready, position)
                return
        self._parked.pop(behind, None)

    # ------------------------------------------------------------ running

    def _begin(self, task: int) -> None:
        self.busy += 1
        self.groups[task].running += 1
        if self.tasks[task].exclusive:
            self.alone = task
        keys = self._keys[task]
        if keys:
            self.locks.acquire(task, keys)

    def free(self, task: int) -> None:
        """Give back what a running task held."""
        self.busy -= 1
        group = self.groups[task]
        group.running -= 1
        if self.alone == task:
            self.alone = None
        keys = self._keys[task]
        if keys:
            self.locks.release(keys)
        if self._parked:
            for key in keys:
                self._offer(self._parked.get(key))
            self._offer(self._parked.get(group))

    def begin_measuring(self) -> bool:
        """Take a place for a checkpoint or guard; False when there is none, or an exclusive task comes first."""
        if self.barrier is not None or not self.has_room():
            return False
        self.busy += 1
        return True

    def end_measuring(self) -> None:
        """Give the place back."""
        self.busy -= 1

    # ------------------------------------------------------------ explaining

    def lock_in_the_way(self, task: int) -> tuple[str, int] | None:
        """Return the held lock that the task would have to wait for, and its holder."""
        key = self.locks.conflict(self._keys[task])
        holder = None if key is None else self.locks.holder(key)
        return None if key is None or holder is None else (key, holder)
