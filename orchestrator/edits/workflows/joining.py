"""Several jobs that do the same become one with a matrix: the first one becomes it, the others go."""

import re
from typing import Any

from orchestrator.edits.result import EditCode, Refusal
from orchestrator.edits.workflows.serial import Siblings, job_for_all, refuse_siblings
from orchestrator.edits.workflows.shape import needs_of
from orchestrator.edits.workflows.workflow import Workflow


def join(workflow: Workflow, found: Siblings, key: str, strategy: dict[str, Any], wanted: str | None) -> str:
    """Make one job of several and let others need it; return its name, the wanted one if there is one."""
    refuse_siblings(workflow, found, key)
    first, *others = found.jobs
    name = wanted or _common(found)
    if name != first and name in workflow.jobs and name not in others:
        raise Refusal(EditCode.CONFLICT, f"there is a job {name} already", hint="`new_job` says how it is called")
    made = job_for_all(workflow, found, key)
    waited = any(set(found.jobs) & set(needs_of(workflow.job(each))) for each in found.jobs)
    for other in others:
        workflow.editor.delete(("jobs", other), with_comments=True)
    for part, value in made.items():
        workflow.set(("jobs", first, part), value)
    if found.needs:
        is_list = len(found.needs) > 1 or isinstance(workflow.job(first).get("needs"), list)
        workflow.set_key(first, "needs", list(found.needs) if is_list else found.needs[0])
    elif needs_of(workflow.job(first)):
        workflow.editor.delete(("jobs", first, "needs"))
    workflow.set_key(first, "strategy", strategy)
    if name != first:
        workflow.editor.rename(("jobs", first), name)
    _rewire(workflow, found, name)
    if waited:
        workflow.warnings.append(f"{', '.join(found.jobs)} waited for each other and run at the same time now")
    return name


def _rewire(workflow: Workflow, found: Siblings, name: str) -> None:
    for job, item in workflow.jobs.items():
        needs = needs_of(item)
        if set(found.jobs) & set(needs):
            kept = list(dict.fromkeys(name if need in found.jobs else need for need in needs))
            workflow.set(("jobs", job, "needs"), kept[0] if isinstance(item["needs"], str) else kept)


def _common(found: Siblings) -> str:
    """Return what the names of the jobs have in common, else a plain one."""
    bare = {
        re.sub(rf"(?<![A-Za-z0-9]){re.escape(value)}(?![A-Za-z0-9])", "", job).strip("-_")
        for job, value in zip(found.jobs, found.family.values, strict=True)
    }
    name = re.sub(r"[-_]{2,}", "-", bare.pop()) if len(bare) == 1 else ""
    return name if re.fullmatch(r"[A-Za-z_][\w-]*", name) else "build-matrix"
