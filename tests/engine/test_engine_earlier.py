"""A measurement still holds when nothing has changed but what the roadmap itself made of its files."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from engine_plans import plan, task

from orchestrator.engine.earlier import EarlierChecks
from orchestrator.engine.freshness import Freshness
from orchestrator.models.inputs import content_in_tree
from orchestrator.models.plan import PlannedCheck
from orchestrator.models.record import Change, Measured, RecordedChange
from orchestrator.workspace.dry_run import DryRunWorkspace

CHECK = PlannedCheck(type="coverage", title="coverage")


class Repository:
    """A tree of texts, what tasks are recorded to have changed in it, and the measurement that was kept."""

    def __init__(self, root: Path) -> None:
        self.tree: dict[str, str] = {"src": "one"}
        self.changes: list[RecordedChange] = []
        self._workspace = DryRunWorkspace(root)
        self._kept: Measured | None = None

    def close(self) -> None:
        self._workspace.close()

    def make(self, path: str, text: str | None, *, by_a_command: bool = False, state: str = "made") -> None:
        """Let a task change a file that it does not declare."""
        change = Change(path=path, before=self.tree.get(path), after=text, mode_before=0o644, mode_after=0o644)
        self.changes.append(
            RecordedChange(seq=0, task="1.2", attempt=1, change=change, external=by_a_command, state=state)
        )
        self.edit(path, text)

    def edit(self, path: str, text: str | None) -> None:
        self.tree.pop(path, None)
        if text is not None:
            self.tree[path] = text

    def measure(self) -> None:
        self._kept = Measured(
            run="r1",
            scope="group 1.a",
            time=datetime.now(UTC),
            type=CHECK.type,
            title=CHECK.title,
            ok=True,
            inputs=self._checks().look(CHECK),
        )

    def holds(self) -> bool:
        checks = self._checks()
        return checks.kept(CHECK, "group 1.a", checks.look(CHECK)) is not None

    def _checks(self) -> EarlierChecks:
        return EarlierChecks(
            plan([task("1.1")]),
            [self._kept] if self._kept else [],
            Freshness(),
            lambda _check: ("**",),
            lambda: {path: content_in_tree("file", text, 0o644) for path, text in self.tree.items()},
            self._workspace.open_attempt("checks", 1),
            lambda: self.changes,
        )


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    found = Repository(tmp_path)
    yield found
    found.close()


def test_nothing_has_changed(repository: Repository) -> None:
    repository.measure()
    assert repository.holds()


@pytest.mark.parametrize("before", [None, "first"])
def test_what_later_tasks_make_of_an_undeclared_file_is_no_change(repository: Repository, before: str | None) -> None:
    repository.make("helper", before)
    repository.measure()
    repository.make("helper", "second")
    repository.make("helper", "third")
    assert repository.holds()


def test_an_edit_of_a_person_is_a_change(repository: Repository) -> None:
    repository.measure()
    repository.make("helper", "made")
    repository.edit("helper", "edited")
    assert not repository.holds()
    repository.edit("helper", None)
    assert not repository.holds()


def test_an_edit_of_a_person_between_two_tasks_is_a_change(repository: Repository) -> None:
    repository.make("helper", "first")
    repository.measure()
    repository.edit("helper", "edited")
    repository.make("helper", "second")
    assert not repository.holds()


@pytest.mark.parametrize("path", ["src", "new"])
def test_a_file_that_no_task_made_is_a_change(repository: Repository, path: str) -> None:
    repository.make("helper", "made")
    repository.measure()
    repository.edit(path, "edited")
    assert not repository.holds()


def test_what_a_command_changed_is_a_change_for_others_may_have_written_meanwhile(repository: Repository) -> None:
    repository.measure()
    repository.make("output", "x", by_a_command=True)
    assert not repository.holds()


def test_a_change_that_was_taken_back_leads_nowhere(repository: Repository) -> None:
    repository.measure()
    repository.make("helper", "made", state="rolled_back")
    assert not repository.holds()
    repository.edit("helper", None)
    assert repository.holds()
