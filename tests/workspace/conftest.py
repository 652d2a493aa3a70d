"""Fixtures of the workspace tests: a small tree, a ledger in a list, a workspace over both."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from workspace_world import NOON, RUN, FactList

from orchestrator.models.status import Durability
from orchestrator.workspace.workspace import TreeWorkspace


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "src" / "deep").mkdir(parents=True)
    (folder / "package.json").write_text('{"name": "demo"}\n')
    (folder / "src" / "app.ts").write_text("export const app = 1;\n")
    (folder / "src" / "deep" / "leaf.txt").write_text("leaf\n")
    return folder


@pytest.fixture
def ledger() -> FactList:
    return FactList()


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def workspace(root: Path, ledger: FactList, warnings: list[str]) -> Iterator[TreeWorkspace]:
    opened = TreeWorkspace(
        root, ledger=ledger, run=RUN, durability=Durability.NORMAL, warn=warnings.append, now=lambda: NOON
    )
    yield opened
    opened.close()
