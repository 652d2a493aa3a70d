"""The same work, written for orchestrate."""

import sys
from collections.abc import Sequence
from pathlib import Path

from bench.peers import Work


def write_document(folder: Path, work: Work, *, durability: str = "full", cached: bool = False) -> None:
    """Write a phases.yaml that carries the work out in one group; `cached` tasks declare an input."""
    command = ", ".join(f'"{word}"' for word in work.command)
    lines = [
        "version: 1",
        "project: {name: bench, root: .}",
        f"settings: {{max_parallel_tasks: {work.slots}, durability: {durability}}}",
        "phases:",
        "  - id: 1",
        "    groups:",
        "      - id: a",
        f"        execution: {'sequential' if work.chain else 'parallel'}",
        "        tasks:",
    ]
    extra = ", inputs: [input.txt]" if cached else ""
    lines += [
        f'          - {{id: "t{i}", name: task {i}, type: command, command: [{command}]{extra}}}'
        for i in range(work.count)
    ]
    (folder / "phases.yaml").write_text("\n".join(lines) + "\n")
    (folder / "input.txt").write_text("input\n")


def command_line(*words: str) -> Sequence[str]:
    """Return the command line of the orchestrate that this Python would run."""
    return [str(Path(sys.executable).with_name("orchestrate")), *words]
