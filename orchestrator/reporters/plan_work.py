"""What a task of a plan does to the world: the files that it writes and the programs that it starts.

Whatever takes a `command` starts it: tasks, checkpoints, types of other packages. A plan shows each in full, because
typing `run` is what allows it.
"""

from collections.abc import Mapping

from orchestrator.models.json import Json
from orchestrator.models.plan import PlannedTask
from orchestrator.sanitize import line


def first_file(task: PlannedTask) -> str:
    """Return the first file that a task writes, and how many more there are; nothing when it declares none."""
    writes = task.targets.writes
    more = f" and {len(writes) - 1} more" if len(writes) > 1 else ""
    return f"{line(writes[0])}{more}" if writes else ""


def executed(params: Mapping[str, Json]) -> str:
    """Return what these params start, in full; nothing when they start nothing."""
    command = params.get("command")
    if isinstance(command, str) and command:
        return f"runs in a shell: {line(command)}"
    if isinstance(command, list) and command and all(isinstance(word, str) for word in command):
        from orchestrator.models.command_line import typed  # only plans that start something need it

        return f"runs {line(typed(map(str, command)))}"
    return ""
