"""A repository in memory, and one way to carry an action out on it."""

from pathlib import Path

from orchestrator.edits.action import Scene, TextTree
from orchestrator.edits.propose import propose, read_params
from orchestrator.edits.registry import find_action
from orchestrator.edits.result import EditCode, EditResult, EditStatus
from orchestrator.edits.yaml.model import load_model

FIXTURES = Path(__file__).parent / "fixtures"
CI, DEPLOY = ".github/workflows/ci.yml", ".github/workflows/deploy.yml"


class Repository:
    """Files by path. `edit` carries an action out and keeps what it changed."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = files

    def edit(self, action: str, target: str = CI, /, **params: object) -> EditResult:
        """Plan and prove an action; its changes stay in the repository."""
        found = find_action(action)
        result = propose(found, Scene(target, TextTree(self.files)), read_params(found, params))
        self.files = {**self.files, **{edit.path: edit.after for edit in result.edits}}
        return result


def done(result: EditResult) -> EditResult:
    """Return a result that has to be a change."""
    assert result.status is EditStatus.CHANGED, (result.code, result.reason, result.hint)
    return result


def code(result: EditResult) -> EditCode | None:
    """Return why a result is no change; nothing may have been edited."""
    assert not result.edits
    return result.code


def jobs(repository: Repository, path: str = CI) -> dict:
    """Return the jobs of a workflow."""
    return load_model(repository.files[path])["jobs"]


def steps(repository: Repository, job: str, path: str = CI) -> dict:
    """Return the steps of a job by name, or by action where they have none."""
    return {step.get("name", step.get("uses")): step for step in jobs(repository, path)[job]["steps"]}
