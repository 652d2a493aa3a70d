"""Which repository is meant: the one that we stand in, never one around it."""

from pathlib import Path

import pytest

from orchestrator.cli.options import Common
from orchestrator.cli.places import find_root
from orchestrator.errors import UsageError


@pytest.fixture
def outer(tmp_path: Path) -> Path:
    (tmp_path / "outer/.orchestrate").mkdir(parents=True)
    (tmp_path / "outer/.orchestrate/ledger.db").touch()
    (tmp_path / "outer/.git").mkdir()
    (tmp_path / "outer/src/deep").mkdir(parents=True)
    return tmp_path / "outer"


def test_runs_are_found_from_below(outer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(outer / "src/deep")
    assert find_root(Common()) == outer


def test_a_repository_inside_another_one_never_means_the_runs_around_it(
    outer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (outer / "src/.git").mkdir()
    monkeypatch.chdir(outer / "src/deep")
    with pytest.raises(UsageError, match="no phases"):
        find_root(Common())


def test_without_git_the_nearest_runs_upward_are_meant(outer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (outer / ".git").rmdir()
    monkeypatch.chdir(outer / "src/deep")
    assert find_root(Common()) == outer
