"""The test generator for Python."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence

from orchestrator.errors import TaskFailed
from orchestrator.testgen.generator import Project, Settings, Target
from orchestrator.testgen.isolation import find_isolation
from orchestrator.testgen.python.examine import examine
from orchestrator.testgen.python.generate import generate
from orchestrator.testgen.python.patience import MOST, Patience
from orchestrator.testgen.python.running import Site
from orchestrator.testgen.python.targets import PythonTarget, describe, find_python, find_targets
from orchestrator.testgen.results import Examined, Generated, failed

_SPARE = 3.5  # seconds beyond the budget


class PythonGenerator:
    """Explore modules in the project's interpreter, under its own pytest settings."""

    test_types = frozenset({"unit", "api", "property", "config"})
    proposers = frozenset({"builtin", "doctest", "hypothesis", "command"})
    keeps_edits = True

    def __init__(self, make_patience: Callable[[float], Patience] = Patience) -> None:
        """`make_patience` is asked for what may be given to each module beyond its budget."""
        self._make_patience = make_patience

    def find_targets(
        self,
        root: str,
        target: str,
        test_file: str | None = None,
        *,
        is_together: bool = False,  # noqa: ARG002 - no test type of this language tests a folder as one
    ) -> tuple[PythonTarget, ...]:
        """Return the modules that a file, folder or glob means; TaskFailed when there is none."""
        return find_targets(root, target, test_file)

    def describe(self, root: str, targets: Sequence[Target]) -> tuple[str, ...]:
        """Say for each module, by reading it only, what would be tried."""
        return describe(root, targets)

    async def generate(
        self, project: Project, targets: Sequence[Target], settings: Settings
    ) -> AsyncIterator[tuple[Target, Generated]]:
        """Yield the tests of each module, proven; TaskFailed when a tool is missing or a module cannot be explored."""
        isolate = await find_isolation(project.processes)
        for target in targets:
            project.say(f"exploring {target.path}")
            try:
                made = await self._generate(project, target, settings, isolate)
            except TaskFailed as error:
                if len(targets) == 1:
                    raise
                made = failed(error.message)
            yield target, made

    async def examine(self, project: Project, target: Target, text: str, settings: Settings) -> Examined:
        """Put a test file through the same filters; TaskFailed when pytest cannot run it."""
        site = _site(project, target, await find_isolation(project.processes), self._patience(settings))
        return await examine(site, text, budget=settings.budget)

    def _patience(self, settings: Settings) -> Patience:
        return self._make_patience(settings.budget * MOST)

    async def _generate(
        self, project: Project, target: Target, settings: Settings, isolate: tuple[str, ...]
    ) -> Generated:
        """Generate the tests of one module; whatever runs when the budget is over is ended.

        What children stood in line for a processor does not count.
        """

        async def finish(text: str) -> str:
            return await project.finish(target.test_file, text)

        patience = self._patience(settings)
        try:
            async with asyncio.timeout(settings.budget + _SPARE) as limit:
                site = _site(project, target, isolate, patience)
                with site.patience.moves(limit):
                    return await generate(site, settings, finish=finish)
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise _not_proven(target, settings, patience.given) from error


def _not_proven(target: Target, settings: Settings, waited: float) -> TaskFailed:
    """Say that the time was over, and when others took most of it: `waited` seconds stood its children in line."""
    message, hint = f"{target.path}: its tests were not proven within {settings.budget:g} s", "give it a larger budget"
    if waited > max(settings.budget, _SPARE):
        message += f" of its own; for {waited:.0f} s more the machine was busy with other things"
        hint = "try it again when less runs beside it; `orchestrate run --max-parallel 1` does one task at a time"
    return TaskFailed(message, hint=hint)


def _site(project: Project, target: Target, isolate: tuple[str, ...], patience: Patience) -> Site:
    assert isinstance(target, PythonTarget)
    return Site(
        root=project.root,
        target=target,
        python=find_python(project.root, target.path, project.processes.find, sys.executable),
        processes=project.processes,
        isolate=isolate,
        patience=patience,
    )
