"""Rules unreachable-job, unpinned-use, dangerous-trigger: what GitHub accepts and nobody means."""

from collections.abc import Iterator

from orchestrator.edits.finding import Finding
from orchestrator.edits.pins import is_pinned
from orchestrator.edits.workflows.checker.checked import Checked
from orchestrator.edits.workflows.reachability import is_reachable
from orchestrator.edits.workflows.shape import events_of, steps_of
from orchestrator.edits.workflows.workflow import uses_of
from orchestrator.edits.yaml.tree import Path
from orchestrator.errors import Severity
from orchestrator.models.json import Json


def check(checked: Checked) -> Iterator[Finding]:
    """Yield jobs that can never run, movable actions, and work with secrets on the pull requests of strangers."""
    jobs = checked.jobs.values()
    works = any("uses" in job or uses_of(step) != "actions/labeler" for job in jobs for step in steps_of(job) or [{}])
    if "pull_request_target" in events_of(checked.model) and works:
        message = "pull requests of strangers start this workflow with its secrets and a token that may write"
        yield checked.finding("dangerous-trigger", message, ("on", "pull_request_target"), Severity.WARNING)
    for name, job in checked.jobs.items():
        if not is_reachable(checked.model, name):
            message = "its `if` is false for every event that `on` names, so it never runs"
            yield checked.finding("unreachable-job", message, ("jobs", name, "if"), Severity.WARNING)
        places: list[tuple[Path, Json]] = [(("jobs", name, "uses"), job.get("uses"))]
        places += [(("jobs", name, "steps", at, "uses"), step.get("uses")) for at, step in enumerate(steps_of(job))]
        for path, uses in places:
            if isinstance(uses, str) and not is_pinned(uses):
                message = f"`{uses}` can be moved to other code"
                yield checked.finding("unpinned-use", message, path, Severity.WARNING)
