"""What has to be so before a job deploys: a trigger reaches it, its branch is the right one, its scripts exist."""

import posixpath
import re

from orchestrator.edits.action import Scene
from orchestrator.edits.result import EditCode, Refusal
from orchestrator.edits.workflows.reachability import blocked_by, job_condition, mentioned_refs
from orchestrator.edits.workflows.shape import events_of
from orchestrator.edits.workflows.workflow import Workflow

_BRANCH = "refs/heads/"
_HINT = "make it first; `command` and `rollback_command` may say something else"
_SCRIPT = re.compile(
    r"(?:^|[;&|(]|\b(?:bash|sh|python3?|node|tsx|ruby|exec|sudo)[ \t])[ \t]*"
    r"(?P<path>\./[\w./-]+|[\w./-]+\.(?:sh|bash|py|js|mjs|cjs|ts|rb))(?![\w./-])",
    re.MULTILINE,
)


def ensure_reachable(workflow: Workflow, job: str, *, fix_trigger: bool) -> None:
    """Add the branch that no trigger has, if that is wished; Refusal E_UNREACHABLE when the job can never run."""
    blocked = blocked_by(workflow.model, job)
    if blocked is None:
        return
    condition = job_condition(workflow.model, blocked)
    refs = mentioned_refs(condition) if condition else ()
    branches = [ref.removeprefix(_BRANCH) for ref in refs if ref.startswith(_BRANCH)]
    text = workflow.job(blocked).get("if")
    reason = f"{blocked} can never run: `{text}` is false for every event that `on` names"
    if not fix_trigger:
        raise Refusal(EditCode.UNREACHABLE, reason, hint="`fix_trigger: true` adds the branch to on.push")
    push = events_of(workflow.model).get("push")
    if not branches or not isinstance(push, dict) or not isinstance(push.get("branches"), list):
        raise Refusal(EditCode.UNREACHABLE, reason, hint="no branch can be added to on.push.branches")
    for branch in branches:
        workflow.editor.append(("on", "push", "branches"), branch)
    if blocked_by(workflow.model, job) is not None:
        raise Refusal(EditCode.UNREACHABLE, reason, hint=f"it cannot run on {', '.join(branches)} either")
    others = ", ".join(name for name in workflow.jobs if name != blocked)
    workflow.warnings.append(f"on.push now names {', '.join(branches)}, so these jobs run on it too: {others}")


def restrict_to(workflow: Workflow, job: str, branch: str | None) -> None:
    """Let a job run on one branch alone; Refusal E_CONFLICT when its condition says something else."""
    if branch is None:
        return
    text = workflow.job(job).get("if")
    if text is None:
        workflow.set_key(job, "if", f"github.ref == '{_BRANCH}{branch}'")
        return
    condition = job_condition(workflow.model, job)
    if condition is None or f"{_BRANCH}{branch}" not in mentioned_refs(condition):
        raise Refusal(EditCode.CONFLICT, f"{job} runs `if: {text}`, which does not name the branch {branch}")


def refuse_missing_scripts(scene: Scene, *commands: str) -> None:
    """Raise Refusal E_PRECONDITION when a command runs a script that the repository does not have."""
    for command in commands:
        if re.search(r"\bcd[ \t]", command):
            continue  # its paths count from a folder that only the shell knows
        for found in _SCRIPT.finditer(command):
            path = posixpath.normpath(found["path"])
            if not path.startswith(("/", "..")) and not scene.tree.exists(path):
                raise Refusal(EditCode.PRECONDITION, f"`{command}` runs {path}, which is not there", hint=_HINT)
