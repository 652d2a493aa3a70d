"""The test generator for Python."""

import sys
from collections.abc import AsyncIterator, Sequence

from orchestrator.testgen.generator import Project, Settings, Target
from orchestrator.testgen.python.examine import examine
from orchestrator.testgen.python.generate import generate
from orchestrator.testgen.python.running import Site, find_isolation, require_pytest
from orchestrator.testgen.python.targets import PythonTarget, describe, find_python, find_targets
from orchestrator.testgen.results import Examined, Generated


class PythonGenerator:
    """Explore modules in the project's interpreter, under its own pytest settings."""

    test_types = frozenset({"unit", "api"})

    def find_targets(self, root: str, target: str, test_file: str | None = None) -> tuple[PythonTarget, ...]:
        """Return the modules that a file, folder or glob means; TaskFailed when there is none."""
        return find_targets(root, target, test_file)

    def describe(self, root: str, targets: Sequence[Target]) -> tuple[str, ...]:
        """Say for each module, by reading it only, what would be tried."""
        return describe(root, targets)

    async def generate(
        self, project: Project, targets: Sequence[Target], settings: Settings
    ) -> AsyncIterator[tuple[Target, Generated]]:
        """Yield the tests of each module, proven; TaskFailed when a tool is missing or a module cannot be explored."""
        for target in targets:
            site = await _site(project, target)
            project.say(f"exploring {target.path}")

            async def finish(text: str, file: str = target.test_file) -> str:
                return await project.finish(file, text)

            yield target, await generate(site, settings, finish=finish)

    async def examine(self, project: Project, target: Target, text: str, settings: Settings) -> Examined:
        """Put a test file through the same filters; TaskFailed when pytest cannot run it."""
        return await examine(await _site(project, target), text, budget=settings.budget)


async def _site(project: Project, target: Target) -> Site:
    assert isinstance(target, PythonTarget)
    processes = project.processes
    python = find_python(project.root, target.path, processes.find, sys.executable)
    isolate = await find_isolation(processes)
    site = Site(root=project.root, target=target, python=python, processes=processes, isolate=isolate)
    await require_pytest(site)
    return site
