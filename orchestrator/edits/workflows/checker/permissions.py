"""Rule permission: scopes and levels of `permissions`."""

from collections.abc import Iterator
from difflib import get_close_matches

from orchestrator.edits.finding import Finding
from orchestrator.edits.workflows.checker.checked import Checked
from orchestrator.edits.yaml.tree import Path
from orchestrator.models.json import Json

SCOPES = frozenset(
    [
        "actions",
        "artifact-metadata",
        "attestations",
        "checks",
        "contents",
        "deployments",
        "discussions",
        "id-token",
        "issues",
        "models",
        "packages",
        "pages",
        "pull-requests",
        "repository-projects",
        "security-events",
        "statuses",
    ]
)
_LEVELS = frozenset(("read", "write", "none"))
_ONLY = {"id-token": frozenset(("write", "none")), "models": frozenset(("read", "none"))}


def check(checked: Checked) -> Iterator[Finding]:
    """Yield unknown scopes and levels."""
    yield from _permissions(checked, checked.model.get("permissions"), ("permissions",))
    for name, job in checked.jobs.items():
        yield from _permissions(checked, job.get("permissions"), ("jobs", name, "permissions"))


def _permissions(checked: Checked, value: Json, path: Path) -> Iterator[Finding]:
    if isinstance(value, str) and value not in ("read-all", "write-all"):
        yield checked.finding("permission", f"`{value}` is neither read-all nor write-all", path)
    for scope, level in value.items() if isinstance(value, dict) else ():
        if scope not in SCOPES:
            near = get_close_matches(str(scope), SCOPES, n=1)
            hint = f", did you mean `{near[0]}`?" if near else ""
            yield checked.finding("permission", f"there is no scope of this name{hint}", (*path, str(scope)))
        elif level not in _ONLY.get(scope, _LEVELS):
            yield checked.finding("permission", f"`{level}` is no level of this scope", (*path, str(scope)))
