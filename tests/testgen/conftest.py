"""A small project with everything that the Python generator works with."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.processes.attempt import ProcessFactory
from orchestrator.processes.redact import Redactor
from orchestrator.testgen.generator import Project, Settings
from orchestrator.testgen.python.generator import PythonGenerator


class Workbench:
    """A project of modules, and the generator for them; this interpreter runs the tests."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.write(".venv/bin/python", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        (self.root / ".venv/bin/python").chmod(0o755)
        self.factory = ProcessFactory(str(self.root), str(folder / "logs"), Redactor({}), grace=0.2)
        processes = self.factory.for_attempt("run", "task", 1, {})
        self.project = Project(root=str(self.root), processes=processes, say=lambda text: None, finish=self._as_it_is)
        self.generator = PythonGenerator()

    async def _as_it_is(self, file: str, text: str) -> str:
        return text

    def write(self, path: str, text: str) -> None:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)

    def files(self) -> list[str]:
        """Return every file of the project but the interpreter."""
        found = (path.relative_to(self.root).as_posix() for path in self.root.rglob("*") if path.is_file())
        return sorted(each for each in found if not each.startswith(".venv"))

    def generate(self, module: str, **settings):
        """Generate the tests of a module."""
        targets = self.generator.find_targets(str(self.root), module)

        async def first():
            given = Settings(**{"budget": 300, **settings})
            [made] = [made async for _, made in self.generator.generate(self.project, targets, given)]
            return made

        return asyncio.run(first())

    def examine(self, module: str, tests: str):
        """Put tests through the filters."""
        [target] = self.generator.find_targets(str(self.root), module)
        return asyncio.run(self.generator.examine(self.project, target, tests, Settings(budget=30)))


@pytest.fixture(scope="module")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    made = Workbench(tmp_path_factory.mktemp("workbench"))
    yield made
    made.factory.close()
