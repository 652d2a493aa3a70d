"""A plan as a picture's source: Mermaid for Markdown, Graphviz for everything else.

Ids in the output are our own (`t0`, `g0`, `p0`), so that no id or name of a document can become syntax.
"""

from collections.abc import Iterator
from itertools import pairwise

from orchestrator.models.plan import Plan, PlannedTask
from orchestrator.models.status import Execution
from orchestrator.reporters.grouping import spoken
from orchestrator.sanitize import line

# Mermaid refuses more than 500 edges and 50,000 characters; above that the picture shows groups only.
_MOST_EDGES = 500
_MOST_TASKS = 200
_MERMAID_ESCAPES = str.maketrans({char: f"#{ord(char)};" for char in '#"<>&`[](){}|;\\'})


class _Graph:
    """Nodes and edges of a plan by our own ids."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.phases = {phase.id: f"p{n}" for n, phase in enumerate(plan.phases)}
        self.groups = {group.id: f"g{n}" for n, group in enumerate(plan.groups)}
        self.tasks = {task.id: f"t{n}" for n, task in enumerate(plan.tasks)}
        self.members: dict[str, list[PlannedTask]] = {group.id: [] for group in plan.groups}
        for task in plan.tasks:
            self.members.setdefault(task.group, []).append(task)

    def phase_edges(self) -> Iterator[tuple[str, str]]:
        """Yield (before, after) ids of phases."""
        for phase in self.plan.phases:
            yield from ((self.phases[before], self.phases[phase.id]) for before in phase.after if before in self.phases)

    def group_edges(self) -> Iterator[tuple[str, str]]:
        """Yield (before, after) ids of groups."""
        for group in self.plan.groups:
            known = (before for before in group.depends_on if before in self.groups)
            yield from ((self.groups[before], self.groups[group.id]) for before in known)

    def task_edges(self) -> Iterator[tuple[str, str]]:
        """Yield (before, after) ids of tasks: `depends_on`, and list order in sequential groups."""
        for group in self.plan.groups:
            if group.execution is Execution.SEQUENTIAL:
                ids = [self.tasks[task.id] for task in self.members[group.id]]
                yield from pairwise(ids)
        for task in self.plan.tasks:
            known = (before for before in task.depends_on if before in self.tasks)
            yield from ((self.tasks[before], self.tasks[task.id]) for before in known)


def render_mermaid(plan: Plan) -> str:
    """Return a Mermaid flowchart; every task is a node, or every group when there are too many tasks."""
    graph = _Graph(plan)
    edges = [*graph.phase_edges(), *graph.group_edges()]
    task_edges = list(dict.fromkeys(graph.task_edges()))
    shows_tasks = len(plan.tasks) <= _MOST_TASKS and len(edges) + len(task_edges) <= _MOST_EDGES
    lines = ["flowchart LR"]
    for phase in plan.phases:
        lines.append(f'  subgraph {graph.phases[phase.id]}["{_mermaid(f"Phase {phase.id} {phase.name}".rstrip())}"]')
        for group in plan.groups:
            if group.phase != phase.id:
                continue
            title = _mermaid(f"{spoken(group.letter)} {group.name}".rstrip())
            if not shows_tasks:
                lines.append(f'    {graph.groups[group.id]}["{title} ({len(graph.members[group.id])})"]')
                continue
            lines.append(f'    subgraph {graph.groups[group.id]}["{title}"]')
            lines += [
                f'      {graph.tasks[task.id]}["{_mermaid(f"{task.id} {task.name}")}"]'
                for task in graph.members[group.id]
            ]
            lines.append("    end")
        lines.append("  end")
    shown = edges + task_edges if shows_tasks else edges[:_MOST_EDGES]
    return "\n".join([*lines, *(f"  {before} --> {after}" for before, after in shown)]) + "\n"


def render_dot(plan: Plan) -> str:
    """Return a Graphviz digraph: phases and groups are clusters, an edge between clusters joins their first tasks."""
    graph = _Graph(plan)
    lines = ["digraph plan {", "  rankdir=LR; compound=true; node [shape=box];"]
    for phase in plan.phases:
        lines.append(f"  subgraph cluster_{graph.phases[phase.id]} {{")
        lines.append(f"    label={_dot(f'Phase {phase.id} {phase.name}'.rstrip())};")
        for group in plan.groups:
            if group.phase == phase.id:
                lines.append(f"    subgraph cluster_{graph.groups[group.id]} {{")
                lines.append(f"      label={_dot(f'{spoken(group.letter)} {group.name}'.rstrip())};")
                lines += [
                    f"      {graph.tasks[task.id]} [label={_dot(f'{task.id} {task.name}')}];"
                    for task in graph.members[group.id]
                ]
                lines.append("    }")
        lines.append("  }")
    lines += [f"  {before} -> {after};" for before, after in dict.fromkeys(graph.task_edges())]
    return "\n".join([*lines, *_dot_cluster_edges(graph), "}"]) + "\n"


def _dot_cluster_edges(graph: _Graph) -> Iterator[str]:
    """Yield edges between clusters: Graphviz draws them between nodes and cuts them at the cluster's border."""
    anchors = {graph.groups[group]: graph.tasks[tasks[0].id] for group, tasks in graph.members.items() if tasks}
    for phase, number in graph.phases.items():
        members = [task for task in graph.plan.tasks if task.phase == phase]
        if members:
            anchors[number] = graph.tasks[members[0].id]
    for before, after in [*graph.phase_edges(), *graph.group_edges()]:
        if before in anchors and after in anchors:
            yield f"  {anchors[before]} -> {anchors[after]} [ltail=cluster_{before}, lhead=cluster_{after}];"


def _mermaid(text: str) -> str:
    return line(text).strip().translate(_MERMAID_ESCAPES)


def _dot(text: str) -> str:
    escaped = line(text).strip().replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
