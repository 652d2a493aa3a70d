"""A small repository on which handlers are looked at more closely than authors of plug-ins need to."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator import testing
from orchestrator.contracts import CheckScene, Handler, Outcome
from orchestrator.templating.folders import TemplateFolders
from orchestrator.workspace.dry_run import DryRunWorkspace


class Bench(testing.Bench):
    """Also lets through what handlers raise, and takes nothing back: what an attempt left is what tests look at."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.said: list[str] = []
        self.previews = DryRunWorkspace(root)

    def close(self) -> None:
        super().close()
        self.previews.close()

    def templates(self) -> TemplateFolders:
        """Return the project's templates as a new run finds them."""
        return self._templates()

    def run(self, handler: Handler, params: dict, *, dry_run: bool = False, **more: Any) -> Outcome:
        """Carry out an attempt as the engine does: run, apply, verify when it went well."""
        checked = handler.params_model.model_validate(params)
        workspace = self._open(self.previews if dry_run else self._tree)
        context = self.context(handler, params, workspace=workspace, dry_run=dry_run, say=self.said.append, **more)

        async def attempt() -> Outcome:
            outcome = await handler.run(checked, context)
            if outcome.went_well:
                await workspace.apply()
                if not dry_run:
                    await handler.verify(checked, context)
            return outcome

        return asyncio.run(attempt())

    def scene(self) -> CheckScene:
        return CheckScene(root=str(self.root), templates=self.templates())


@pytest.fixture(scope="session")
def bench_type() -> type[Bench]:
    return Bench


@pytest.fixture
def somebody() -> type[testing.Somebody]:
    return testing.Somebody


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    (tmp_path / "project/templates").mkdir(parents=True)
    with Bench(tmp_path / "project") as made:
        yield made
