"""Replay a recorded run with real processes that sleep: how much faster several slots are, and how near to the bound.

    python -m bench.replay REPOSITORY [--run ID] [--slots 4] [--seconds 120]

REPOSITORY has the ledger. Phases, groups, limits and dependencies are those of the recorded plan; a task sleeps as
long as its attempts took, a checkpoint as long as it took to measure, scaled so that one after the other takes
`--seconds`. The bound is max(critical path, work / slots); the second one also counts what the document itself asks
for: a group takes at least its work / `max_parallel`, a phase at least its work / slots, since the next one waits for
it. Locks on files are not replayed. Bars: at least 2.6 times faster, makespan at most 1.03 times the bound.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import yaml

from orchestrator.cli.state import reading
from orchestrator.models.plan import Plan
from orchestrator.models.record import RunRecord
from orchestrator.models.status import Execution
from orchestrator.planning.plan_json import plan_from_json


class Replay:
    """The structure of a plan with a duration for every task and checkpoint."""

    def __init__(self, plan: Plan, tasks: Mapping[str, float], scopes: Mapping[str, float]) -> None:
        self.plan = plan
        self.tasks = {task.id: tasks.get(task.id, 0.0) for task in plan.tasks}
        self.scopes = scopes

    def work(self) -> float:
        """Return the seconds of everything, one after the other."""
        return sum(self.tasks.values()) + sum(self.scopes.values())

    def scaled(self, seconds: float) -> "Replay":
        """Return the same with that much work."""
        factor = seconds / self.work()
        tasks, scopes = ({name: value * factor for name, value in each.items()} for each in (self.tasks, self.scopes))
        return Replay(self.plan, tasks, scopes)

    def critical_path(self, *, slots: int | None = None) -> float:
        """Return the longest chain; with `slots`, a phase and a parallel group take as long as limits make them."""
        ends: dict[str, float] = {}  # of tasks, groups and phases
        for phase in self.plan.phases:
            begins = max((ends[f"phase {each}"] for each in phase.after), default=0.0)
            latest = begins + (self._work_of(phase.id) / slots if slots else 0.0)
            for group in [each for each in self.plan.groups if each.phase == phase.id]:
                start = max([begins, *(ends[f"group {each}"] for each in group.depends_on)])
                end = start
                mine = [task for task in self.plan.tasks if task.group == group.id]
                for task in mine:
                    at = max([end if group.execution is Execution.SEQUENTIAL else start, *(
                        ends.get(each, 0.0) for each in task.depends_on
                    )])  # fmt: skip
                    ends[task.id] = at + self.tasks[task.id]
                    end = max(end, ends[task.id])
                if slots and group.max_parallel and group.execution is Execution.PARALLEL:
                    end = max(end, start + sum(self.tasks[task.id] for task in mine) / group.max_parallel)
                ends[f"group {group.id}"] = end + self.scopes.get(f"group {group.id}", 0.0)
                latest = max(latest, ends[f"group {group.id}"])
            ends[f"phase {phase.id}"] = latest + self.scopes.get(f"phase {phase.id}", 0.0)
        return max(ends.values())

    def _work_of(self, phase: str) -> float:
        """Return the seconds of a phase's tasks and of its groups' checkpoints, one after the other."""
        groups = {group.id for group in self.plan.groups if group.phase == phase}
        tasks = sum(self.tasks[task.id] for task in self.plan.tasks if task.group in groups)
        return tasks + sum(self.scopes.get(f"group {group}", 0.0) for group in groups)

    def document(self, slots: int) -> str:
        """Return the phases.yaml of the replay."""
        phases = []
        above: dict[str, set[str]] = {}
        for phase in self.plan.phases:
            above[phase.id] = set(phase.after).union(*(above[each] for each in phase.after))
            earlier = [each.id for each in self.plan.phases[: len(phases)]]
            groups = [self._group(group.id) for group in self.plan.groups if group.phase == phase.id]
            phases.append(
                {
                    "id": phase.id,
                    "name": phase.name,
                    "depends_on": list(phase.after),
                    "parallel_with": [each for each in earlier if each not in above[phase.id]],
                    "groups": groups,
                    **self._checkpoint(f"phase {phase.id}"),
                }
            )
        settings = {"max_parallel_tasks": slots}
        return yaml.safe_dump({"version": 1, "project": {"name": "replay"}, "settings": settings, "phases": phases})

    def _group(self, name: str) -> dict[str, object]:
        group = next(each for each in self.plan.groups if each.id == name)
        limit = {"max_parallel": group.max_parallel} if group.execution is Execution.PARALLEL else {}
        tasks = [
            {
                "id": task.id,
                "name": task.name,
                "type": "command",
                "command": ["sleep", f"{self.tasks[task.id]:.4f}"],
                "priority": task.priority.value,
                "depends_on": [each for each in task.depends_on if self._is_extra(each, task.id)],
            }
            for task in self.plan.tasks
            if task.group == name
        ]
        return {
            "id": group.letter,
            "name": group.name,
            "execution": group.execution.value,
            **limit,
            "depends_on": [each.rpartition(".")[2] for each in group.depends_on],
            "tasks": tasks,
            **self._checkpoint(f"group {name}"),
        }

    def _is_extra(self, needed: str, task: str) -> bool:
        """Say whether a dependency is not given by the groups and phases anyway."""
        one, other = self.plan.task(needed), self.plan.task(task)
        return one.group == other.group

    def _checkpoint(self, scope: str) -> dict[str, object]:
        seconds = self.scopes.get(scope)
        return {"checkpoint": [{"type": "command", "command": ["sleep", f"{seconds:.4f}"]}]} if seconds else {}


def recorded(repository: Path, run: str | None) -> Replay:
    """Return what the ledger has of a run, by default the last one that did something."""
    with reading(repository) as ledger:
        chosen = run or next(each.id for each in ledger.runs() if each.kind == "run" and (each.seconds or 0) > 60)
        record: RunRecord = ledger.read_run(chosen)
        plan = plan_from_json(record.plan)
        scopes = dict(ledger.checkpoint_durations(plan.checks))
    tasks = {each.id: sum(one.seconds or 0.0 for one in each.attempts) for each in record.tasks}
    return Replay(plan, tasks, scopes)


def seconds_of(root: Path, *flags: str) -> float:
    """Run the replay and return its seconds, as its own ledger has them."""
    argv = [sys.executable, "-m", "orchestrator"]
    subprocess.run([*argv, "run", "--all", "--ui", "none", *flags], cwd=root, check=True)
    told = subprocess.run([*argv, "status", "--json"], cwd=root, check=True, capture_output=True, text=True)
    return float(json.loads(told.stdout)["run"]["seconds"])


def both(document: str) -> tuple[float, float]:
    """Return the seconds one after the other and in parallel: the second run knows how long each task takes."""
    with tempfile.TemporaryDirectory(prefix="replay-") as folder:
        root = Path(folder)
        (root / "phases.yaml").write_text(document)
        return seconds_of(root, "--sequential"), seconds_of(root)


def main() -> None:
    """Parse the command line, replay twice, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.replay", description=__doc__.splitlines()[0])
    parser.add_argument("repository", type=Path)
    parser.add_argument("--run", help="the run's id (default: the last one that took more than a minute)")
    parser.add_argument("--slots", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=120, help="how long everything one after the other takes")
    given = parser.parse_args()
    whole = recorded(given.repository.resolve(), given.run)
    scaled = whole.scaled(given.seconds)
    sequential, parallel = both(scaled.document(given.slots))
    bound = max(scaled.critical_path(), scaled.work() / given.slots)
    limited = max(scaled.critical_path(slots=given.slots), scaled.work() / given.slots)
    path = f"critical path {whole.critical_path():.0f} s"
    print(f"recorded: {whole.work():.0f} s of work, {path}; scaled to {given.seconds:g} s")
    print(
        f"sequential {sequential:.1f} s, {given.slots} slots {parallel:.1f} s: {sequential / parallel:.2f} times faster"
    )
    print(f"bound max(critical path, work / slots) {bound:.1f} s: makespan / bound {parallel / bound:.3f}")
    print(f"bound with the document's own limits {limited:.1f} s: makespan / bound {parallel / limited:.3f}")
    print(f"the most that the document's structure allows: {scaled.work() / limited:.2f} times faster")


if __name__ == "__main__":
    main()
