"""A small repository with everything that a handler works with: tree, processes, templates."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestrator.contracts import Answer, CheckScene, Handler, Outcome, TaskContext
from orchestrator.ledger.memory import MemoryLedger
from orchestrator.models.facts import RunStarted
from orchestrator.models.plan import PlannedTask
from orchestrator.models.status import Durability
from orchestrator.processes.attempt import ProcessFactory
from orchestrator.processes.redact import Redactor
from orchestrator.templating.folders import TemplateFolders
from orchestrator.workspace.dry_run import DryRunWorkspace
from orchestrator.workspace.workspace import TreeWorkspace


class Bench:
    """One repository, one handler; every attempt gets a number and a workspace of its own."""

    def __init__(self, root: Path, state: Path) -> None:
        self.root = root
        self.said: list[str] = []
        self.attempts = 0
        ledger = MemoryLedger()
        begun = RunStarted(run="r1", kind="run", time=datetime.now(UTC), command=(), plan={}, tasks=())
        ledger.append([begun]).result()
        self.workspaces = TreeWorkspace(root, ledger=ledger, run="r1", durability=Durability.NORMAL)
        self.previews = DryRunWorkspace(root)
        self.processes = ProcessFactory(str(root), str(state / "logs"), Redactor({}), grace=0.2)
        self.state = state

    def close(self) -> None:
        self.workspaces.close()
        self.previews.close()
        self.processes.close()

    def templates(self) -> TemplateFolders:
        """Return the project's templates as a new run finds them."""
        return TemplateFolders(str(self.root), own=("templates",), shipped=self.state)

    def context(self, *, dry_run: bool = False, **more: object) -> TaskContext:
        """Return what an attempt works with."""
        self.attempts += 1
        files = self.previews if dry_run else self.workspaces
        return TaskContext(
            task=PlannedTask(id="1.5", name="The task", handler="x", phase="1", group="1.a"),
            run="r1",
            attempt=self.attempts,
            dry_run=dry_run,
            workspace=files.open_attempt("1.5", self.attempts),
            processes=self.processes.for_attempt("r1", "1.5", self.attempts, {}),
            templates=self.templates(),
            values=more.pop("values", {"project": {"name": "demo"}}),
            say=self.said.append,
            **more,
        )

    def run(self, handler: Handler, params: dict, **more: object) -> Outcome:
        """Carry out an attempt as the engine does: run, apply, verify when it went well."""
        checked = handler.params_model.model_validate(params)
        context = self.context(**more)

        async def attempt() -> Outcome:
            outcome = await handler.run(checked, context)
            if outcome.went_well:
                await context.workspace.apply()
                if not context.dry_run:
                    await handler.verify(checked, context)
            return outcome

        return asyncio.run(attempt())

    def scene(self) -> CheckScene:
        return CheckScene(root=str(self.root), templates=self.templates())

    def write(self, path: str, text: str) -> None:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)

    def read(self, path: str) -> str:
        return (self.root / path).read_text()


class Somebody:
    """A person at a terminal who gives prepared answers."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.questions: list[tuple[str, str, str]] = []

    async def ask(self, task: str, title: str, instructions: str) -> Answer:
        self.questions.append((task, title, instructions))
        return self.answers.pop(0)


@pytest.fixture(scope="session")
def bench_type() -> type[Bench]:
    return Bench


@pytest.fixture
def somebody() -> type[Somebody]:
    return Somebody


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    root, state = tmp_path / "project", tmp_path / "state"
    (root / "templates").mkdir(parents=True)
    state.mkdir()
    bench = Bench(root, state)
    yield bench
    bench.close()
