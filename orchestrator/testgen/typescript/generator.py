"""The test generator for TypeScript and JavaScript."""

import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from orchestrator.contracts import Processes
from orchestrator.errors import TaskFailed
from orchestrator.testgen.generator import Project, Settings, Target
from orchestrator.testgen.isolation import find_isolation
from orchestrator.testgen.results import Examined, Generated
from orchestrator.testgen.typescript.bench import Bench
from orchestrator.testgen.typescript.examine import examine
from orchestrator.testgen.typescript.generate import generate
from orchestrator.testgen.typescript.overlay import Overlay
from orchestrator.testgen.typescript.targets import describe, find_folder, find_targets
from orchestrator.testgen.typescript.toolchain import find_toolchain

_LOOPBACK = Path(__file__).with_name("loopback.py")
_BATCH = 6  # modules that share a runner process


class TypeScriptGenerator:
    """Explore modules in the project's own Jest or Vitest, several of them in one process."""

    test_types = frozenset({"unit", "api", "config", "integration"})
    proposers = frozenset({"builtin"})
    keeps_edits = True

    def find_targets(
        self, root: str, target: str, test_file: str | None = None, *, is_together: bool = False
    ) -> tuple[Target, ...]:
        """Return the modules that a file, folder or glob means; TaskFailed when there is none."""
        return (find_folder(root, target, test_file),) if is_together else find_targets(root, target, test_file)

    def describe(self, root: str, targets: Sequence[Target]) -> tuple[str, ...]:
        """Say for each module, by reading it only, what would be tried."""
        return describe(root, targets)

    async def generate(
        self, project: Project, targets: Sequence[Target], settings: Settings
    ) -> AsyncIterator[tuple[Target, Generated]]:
        """Yield the tests of each module, proven; TaskFailed when a tool is missing or a module cannot be explored."""
        isolate = await _isolated(project.processes)
        for batch in _batches(project, targets):
            with _bench(project, batch, isolate) as bench:
                made = await generate(bench, batch, settings, finish=project.finish, say=project.say)
            for target, result in made:
                if len(targets) == 1 and result.problem:
                    message = f"{target.path} {result.problem}"
                    raise TaskFailed(message, hint="run the project's own tests first: its settings have to work")
                yield target, result

    async def examine(self, project: Project, target: Target, text: str, settings: Settings) -> Examined:
        """Put a test file through the same filters; TaskFailed when the runner cannot run it."""
        with _bench(project, [target], await _isolated(project.processes)) as bench:
            return await examine(bench, target, text, budget=settings.budget)


async def _isolated(processes: Processes) -> tuple[str, ...]:
    """Return the argv that gives a child a network of its own, in which it can ask servers of its own."""
    found = await find_isolation(processes)
    return (*found, sys.executable, "-I", "-S", str(_LOOPBACK)) if found else ()


def _batches(project: Project, targets: Sequence[Target]) -> Iterator[list[Target]]:
    """Part the targets by package, kind of module and size."""
    by_package: dict[tuple[str, bool, bool, bool], list[Target]] = {}
    for each in targets:
        tools = find_toolchain(project.root, each.reads[0], project.processes)
        by_package.setdefault((tools.folder, tools.is_script, tools.is_module, tools.makes_require), []).append(each)
    for mine in by_package.values():
        for start in range(0, len(mine), _BATCH):
            yield mine[start : start + _BATCH]


@contextmanager
def _bench(project: Project, targets: Sequence[Target], isolate: tuple[str, ...]) -> Iterator[Bench]:
    tools = find_toolchain(project.root, targets[0].reads[0], project.processes)
    with tempfile.TemporaryDirectory(prefix="orchestrate-", ignore_cleanup_errors=True) as folder:
        scratch = Path(folder).resolve()
        overlay = Overlay(project.root, scratch / "project")
        yield Bench(
            root=project.root,
            tools=tools,
            processes=project.processes,
            scratch=scratch,
            overlay=overlay,
            isolate=isolate,
        )
