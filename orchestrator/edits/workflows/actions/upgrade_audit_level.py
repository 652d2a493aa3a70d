"""``upgrade_audit_level``: from which severity on a dependency audit fails.

Lower is stricter: `low` fails on more than `high`. The direction is said openly, so that nobody loosens a gate by
raising a number.
"""

import re
from typing import Literal

from pydantic import Field

from orchestrator.edits.action import Action, Scene, WorkflowParams
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import EditCode, EditResult, Refusal
from orchestrator.edits.workflows.commands import logical_lines, runs_tool
from orchestrator.edits.workflows.workflow import Workflow, run_of, title_of

LEVELS = ("info", "low", "moderate", "high", "critical")
_AUDITS = ("npm audit", "pnpm audit", "yarn audit", "yarn npm audit")
_COMMAND = re.compile(r"(?P<command>(?:npm|pnpm|yarn(?: npm)?) audit)\b")
_LEVEL = re.compile(r"--(?:audit-level|level|severity)[= \t]+['\"]?(?P<level>[\w${}. -]*?)['\"]?(?=[ \t\\;|&)]|$)")


class AuditParams(WorkflowParams):
    """The level that is wanted."""

    level: Literal["info", "low", "moderate", "high", "critical"] = Field(
        default="low", description="the severity from which the audit fails"
    )
    direction: Literal["stricter", "looser"] = Field(default="stricter", description="what the change may do")
    job: str | None = Field(default=None, description="the job, else all")


class UpgradeAuditLevel(Action[AuditParams]):
    """Set the level of every npm, pnpm and yarn audit."""

    name = "upgrade_audit_level"
    summary = "Set the severity from which npm, pnpm or yarn audit fails; says openly if that is stricter or looser"
    params_model = AuditParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: AuditParams) -> EditResult:
        """Rewrite the level in each audit command."""
        workflow = Workflow(scene)
        seen: list[str] = []
        with workflow.editor.at_once():
            for job in workflow.chosen_jobs(params.job):
                for at, step in enumerate(workflow.steps(job)):
                    script = run_of(step)
                    wanted = _with_level(script, params, seen, f"{job}: {title_of(step, at)}")
                    if wanted != script:
                        workflow.set(("jobs", job, "steps", at, "run"), wanted)
        if not seen:
            raise Refusal(EditCode.NOT_FOUND, "no step runs npm, pnpm or yarn audit")
        return workflow.finish(
            f"set the audit level to {params.level} ({params.direction})", f"fails from {seen[0]} on"
        )


def _with_level(script: str, params: AuditParams, seen: list[str], title: str) -> str:
    changed = script
    for line in reversed(list(logical_lines(script))):
        if not runs_tool(line.text, _AUDITS) or " fix" in line.text:
            continue
        found = _LEVEL.search(line.text)
        present = found["level"] if found else "low"  # without a level every finding fails
        if present not in LEVELS:
            raise Refusal(EditCode.DYNAMIC, f"{title}: the level is computed ({present})")
        seen.append(present)
        if _is_enough(present, params):
            continue
        changed = changed[: line.start] + _rewritten(line.text, found, params.level) + changed[line.end :]
    return changed


def _is_enough(present: str, params: AuditParams) -> bool:
    now, wanted = LEVELS.index(present), LEVELS.index(params.level)
    return now <= wanted if params.direction == "stricter" else now >= wanted


def _rewritten(line: str, found: re.Match[str] | None, level: str) -> str:
    if found is not None:
        return line[: found.start("level")] + level + line[found.end("level") :]
    command = _COMMAND.search(line)
    if command is None:
        return line
    flag = {"yarn audit": "--level", "yarn npm audit": "--severity"}.get(command["command"], "--audit-level")
    return f"{line[: command.end()]} {flag}={level}{line[command.end() :]}"
