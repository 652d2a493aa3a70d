"""``type: workflows_valid``: GitHub would accept the workflows, and no expression refers to what is not there."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BeforeValidator, Field

from orchestrator.contracts import CheckContext, Checkpoint, Measurement, Params, RelativePath, Workspace
from orchestrator.edits.finding import Finding
from orchestrator.edits.kinds import WORKFLOW, check
from orchestrator.errors import OrchestrateError, Severity

_MOST_TOLD, _RULES_TOLD, _PLACES_TOLD = 5, 3, 3  # the details have all of them
_WILD = frozenset("*?[")


def _one_or_many(value: object) -> object:
    return [value] if isinstance(value, str) else value


class WorkflowsValidParams(Params):
    """Which workflows, and how strictly."""

    path: Annotated[
        list[RelativePath], BeforeValidator(_one_or_many, json_schema_input_type=list[str] | str), Field(min_length=1)
    ] = Field(
        default=[".github/workflows/*.yml", ".github/workflows/*.yaml"], max_length=100, description="files or globs"
    )
    warnings: bool = Field(default=False, description="fail on warnings too: unreachable jobs, unpinned actions")


class WorkflowsValid(Checkpoint[WorkflowsValidParams]):
    """Check every workflow with the native checker."""

    type = "workflows_valid"
    params_model = WorkflowsValidParams

    def title(self, params: WorkflowsValidParams) -> str:
        """Name the files."""
        return f"workflows valid: {', '.join(params.path[:2])}"

    async def measure(self, params: WorkflowsValidParams, context: CheckContext) -> Measurement:
        """Collect the findings; none of the files missing or unreadable."""
        source = ", ".join(params.path)
        try:
            paths = _paths(params, context.workspace)
            found = {path: check(WORKFLOW, context.workspace.read_text(path)) for path in paths}
        except (OSError, UnicodeDecodeError, OrchestrateError) as error:
            return Measurement(ok=False, message=f"cannot be measured: {error}", source=source)
        if not paths:
            return Measurement(ok=False, message=f"nothing matches {source}", source=source)
        bad = [(path, finding) for path, findings in found.items() for finding in findings if _counts(finding, params)]
        warned = [] if bad else [(path, finding) for path, findings in found.items() for finding in findings]
        good = f"{len(paths)} workflow{'s' if len(paths) > 1 else ''} valid"
        if warned:
            good += f", {len(warned)} warning{'s' if len(warned) > 1 else ''}: {_by_rule(warned)}"
        return Measurement(
            ok=not bad,
            message=_told(bad, _MOST_TOLD) if bad else good,
            value=float(len(bad)),
            limit=0.0,
            unit="findings",
            source=source,
            details={
                "findings": [f"{path}:{finding}" for path, findings in found.items() for finding in findings][:200]
            },
        )


def _told(findings: Sequence[tuple[str, Finding]], most: int) -> str:
    shown = "; ".join(f"{path}:{finding}" for path, finding in findings[:most])
    return shown + (f"; and {len(findings) - most} more" if len(findings) > most else "")


def _by_rule(findings: Sequence[tuple[str, Finding]]) -> str:
    """Return the rules that were hit most, each with the first places."""
    places: dict[str, list[str]] = {}
    for path, finding in findings:
        places.setdefault(finding.rule, []).append(f"{path}:{finding.line}")
    most = sorted(places.items(), key=lambda each: -len(each[1]))[:_RULES_TOLD]
    return ", ".join(f"{len(found)} {rule} ({_first(found)})" for rule, found in most)


def _first(places: Sequence[str]) -> str:
    more = f" and {len(places) - _PLACES_TOLD} more" if len(places) > _PLACES_TOLD else ""
    return ", ".join(places[:_PLACES_TOLD]) + more


def _counts(finding: Finding, params: WorkflowsValidParams) -> bool:
    return params.warnings or finding.severity is Severity.ERROR


def _paths(params: WorkflowsValidParams, workspace: Workspace) -> list[str]:
    found: list[str] = []
    for pattern in params.path:
        found += workspace.glob(pattern) if _WILD.intersection(pattern) else (pattern,)
    return list(dict.fromkeys(found))
