"""Fixtures of the workspace tests: a small tree, a ledger in a list, a workspace over both."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from workspace_world import NOON, RUN, FactList, git

from orchestrator.models.status import Durability
from orchestrator.workspace.workspace import TreeWorkspace

Open = Callable[[], TreeWorkspace]


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


@pytest.fixture(params=["git", "no git"])
def place(root: Path, request: pytest.FixtureRequest) -> Path:
    if request.param == "git":
        git(root, "init", "-q")
        (root / ".gitignore").write_text("ignored/\n*.log\n")
        git(root, "add", "package.json", "src", ".gitignore")
        git(root, "commit", "-q", "-m", "start")
        (root / "untracked.txt").write_text("untracked\n")
        (root / "src/app.ts").write_text("edited, not committed\n")
    return root


@pytest.fixture
def open_workspace(place: Path, ledger: FactList, warnings: list[str]) -> Iterator[Open]:
    opened: list[TreeWorkspace] = []

    def make() -> TreeWorkspace:
        opened.append(
            TreeWorkspace(
                place, ledger=ledger, run=RUN, durability=Durability.NORMAL, warn=warnings.append, now=lambda: NOON
            )
        )
        return opened[-1]

    yield make
    for one in opened:
        one.close()
