"""``add_path_filters``: on a pull request only the jobs run whose files changed.

By default a `changes` job decides and every filtered job asks it: a job that is skipped by `if` reports success,
whereas a workflow that is skipped by `on.*.paths` leaves its required checks pending for ever. Jobs behind a skipped
one would be skipped as well, so their conditions are rewritten, and one gate job stands for all as the required check.
"""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from orchestrator.edits.action import Action, Scene, WorkflowParams
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import Duty, EditCode, EditResult, Refusal, already
from orchestrator.edits.workflows.deciding import Start, always_runs, deciding_job, made_job, present_filters
from orchestrator.edits.workflows.gate import add_gate
from orchestrator.edits.workflows.path_filters import filters_for, jobs_for, matches_something, with_locks
from orchestrator.edits.workflows.scopes import settle_only_job
from orchestrator.edits.workflows.shape import downstream, events_of, find_cycle, needs_of
from orchestrator.edits.workflows.workflow import Workflow

_STATUS = ("always()", "cancelled()", "failure()", "success()")


class PathFilterParams(WorkflowParams):
    """Which files concern which jobs."""

    mode: Literal["jobs", "workflow"] = Field(
        default="jobs",
        description="skip jobs by a first job that looks at the change, or the whole workflow by `on.*.paths`",
    )
    filters: dict[str, list[str]] = Field(default={}, description="name: globs; default: by the languages found")
    apply: dict[str, str] = Field(default={}, description="job: filter; default: by what the jobs run")
    always_on: list[Start] = Field(
        default=["push", "tags", "merge_group", "workflow_dispatch"],
        description="starts that run every job; by `default_branch` instead of `push` other branches are filtered too",
    )
    gate_job: str | None = Field(default="ci-required", pattern=r"^[A-Za-z_][\w-]*$", description="null = none")
    confirm_required: bool = Field(default=False, description="no check of the workflow is required (mode workflow)")


class AddPathFilters(Action[PathFilterParams]):
    """Skip on pull requests what cannot have changed."""

    name = "add_path_filters"
    summary = "Run jobs on pull requests only when their files changed, with one gate job as the required check"
    params_model = PathFilterParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: PathFilterParams) -> EditResult:
        """Add the deciding job, the conditions, the gate."""
        workflow = Workflow(scene)
        if params.mode == "workflow":
            return _workflow_mode(workflow, params)
        if "pull_request" not in events_of(workflow.model):
            raise Refusal(EditCode.PRECONDITION, f"{scene.target} does not run on pull requests")
        present = deciding_job(workflow)
        if present is not None:
            return already(f"{present} decides for {', '.join(_as_wanted(workflow, present, params))}")
        if "changes" in workflow.jobs:
            reason = "there is a job changes that decides by other means"
            raise Refusal(EditCode.CONFLICT, reason, hint="rename_job gives it another name")
        cycle = find_cycle({name: needs_of(job) for name, job in workflow.jobs.items()})
        if cycle is not None:
            raise Refusal(EditCode.PRECONDITION, f"jobs wait for each other: {' → '.join(cycle)}")
        filters = params.filters or filters_for(scene)
        chosen = params.apply or jobs_for(workflow, filters)
        _refuse_unknown(workflow, filters, chosen)
        filters = with_locks(scene, filters) if params.filters else filters
        settle_only_job(workflow)
        _filter_jobs(workflow, filters, chosen, params.always_on)
        if params.gate_job is not None:
            add_gate(workflow, params.gate_job)
        listed = ", ".join(f"{job} ({name})" for job, name in chosen.items())
        return workflow.finish(f"on pull requests these run only when their files changed: {listed}", "")

    def holds(self, scene: Scene, params: PathFilterParams) -> str | None:
        """See that the filtered jobs ask the deciding job, and that the gate needs all others."""
        workflow = Workflow(scene)
        if params.mode == "workflow":
            return None
        changes = deciding_job(workflow)
        if changes is None:
            return "no job decides by paths"
        for name, job in workflow.jobs.items():
            if f"needs.{changes}." in str(job.get("if", "")) and changes not in needs_of(job):
                return f"{name} asks {changes} and does not need it"
        gate = params.gate_job
        if gate is None or gate not in workflow.jobs:  # who filtered before may have no gate
            return None
        missing = set(workflow.jobs) - {gate} - set(needs_of(workflow.jobs[gate]))
        return f"{gate} does not need {sorted(missing)[0]}" if missing else None


def _as_wanted(workflow: Workflow, present: str, params: PathFilterParams) -> list[str]:
    """Return the jobs that ask the deciding job that is there; Refusal E_CONFLICT when it decides by something else."""
    conditions = {name: str(job.get("if", "")) for name, job in workflow.jobs.items()}
    asking = {name: text for name, text in conditions.items() if f"needs.{present}." in text}
    if not asking:
        raise Refusal(EditCode.CONFLICT, f"{present} filters paths, and no job asks it")
    for job, name in params.apply.items():
        workflow.job(job)
        if f"needs.{present}.outputs.{name}" not in asking.get(job, ""):
            raise Refusal(EditCode.CONFLICT, f"{present} filters paths, and {job} does not ask it for {name}")
    written = present_filters(workflow, present)
    for name, globs in params.filters.items():
        if written is None:
            break  # they stand where nobody can read them
        lacking = [glob for glob in globs if glob not in written.get(name, ())]
        if lacking:
            raise Refusal(EditCode.CONFLICT, f"the filter {name} of {present} does not name {', '.join(lacking)}")
    always = always_runs(workflow, params.always_on)
    other = next((job for job, text in asking.items() if always not in text), None)
    if "always_on" in params.model_fields_set and other is not None:
        raise Refusal(EditCode.CONFLICT, f"{other} runs in other cases than `always_on` says: {asking[other]}")
    return list(asking)


def _refuse_unknown(workflow: Workflow, filters: dict[str, list[str]], chosen: dict[str, str]) -> None:
    if not chosen:
        raise Refusal(EditCode.NOT_FOUND, "no job fits a filter", hint="`filters` and `apply` say which")
    for job, name in chosen.items():
        workflow.job(job)
        if name not in filters:
            raise Refusal(EditCode.PARAM, f"`apply` names the filter {name}; there are {', '.join(filters)}")
    for name, globs in filters.items():
        positive = [glob for glob in globs if not glob.startswith("!")]
        if not any(matches_something(workflow.scene, glob) for glob in positive):
            raise Refusal(EditCode.PRECONDITION, f"no file matches the filter {name}: {', '.join(globs)}")


def _filter_jobs(
    workflow: Workflow, filters: dict[str, list[str]], chosen: dict[str, str], always_on: Sequence[Start]
) -> None:
    behind = sorted(
        {name for job, kind in chosen.items() for name in downstream(workflow.jobs, job) if chosen.get(name) != kind},
        key=list(workflow.jobs).index,
    )
    conditions = {job: _condition_behind(workflow, job, chosen) for job in behind}
    first = next(iter(workflow.jobs))
    used = {name: filters[name] for name in filters if name in chosen.values()}
    made, always = made_job(workflow, used, always_on), always_runs(workflow, always_on)
    with workflow.editor.at_once():
        workflow.editor.set(("jobs", "changes"), made, before=first)
        for job, name in chosen.items():
            workflow.add_needs(job, ["changes"])
            _and_condition(workflow, job, f"{always} || needs.changes.outputs.{name} == 'true'")
        for job in [job for job in behind if job not in chosen]:
            _and_status(workflow, job, conditions[job])
    for job in [job for job in behind if job in chosen]:
        _and_status(workflow, job, conditions[job])


def _condition_behind(workflow: Workflow, job: str, chosen: dict[str, str]) -> str:
    """Return the condition that stands for the implicit `success()`: what a filter skipped does not skip this job.

    A needed job with an `if` of its own still has to succeed, as ever; one that is filtered besides tells nobody why it
    was skipped, so that is a conflict.
    """
    parts = ["!cancelled()", "!failure()"]
    for needed in needs_of(workflow.job(job)):
        if "if" not in workflow.jobs.get(needed, {}):
            continue
        if needed in chosen:
            reason = f"{needed} has an `if` of its own and {job} needs it: nobody could say why it was skipped"
            raise Refusal(EditCode.CONFLICT, reason, hint="`apply` names the jobs to filter")
        parts.append(f"needs.{needed}.result == 'success'")
    return " && ".join(parts)


def _and_status(workflow: Workflow, job: str, condition: str) -> None:
    text = str(workflow.job(job).get("if", ""))
    if not any(status in text for status in _STATUS):
        _and_condition(workflow, job, condition)


def _and_condition(workflow: Workflow, job: str, condition: str) -> None:
    present = workflow.job(job).get("if")
    if present is None:
        wanted = condition
    else:
        text = str(present).strip()
        old = text[3:-2].strip() if text.startswith("${{") and text.endswith("}}") and text.count("${{") == 1 else text
        if "${{" in old:
            raise Refusal(EditCode.CONFLICT, f"the `if` of {job} cannot be combined: {text}")
        new = f"({condition})" if "||" in condition else condition
        wanted = f"{new} && ({old})"
    workflow.set_key(job, "if", f"${{{{ {wanted} }}}}" if wanted.startswith("!") else wanted)


def _workflow_mode(workflow: Workflow, params: PathFilterParams) -> EditResult:
    if not params.confirm_required:
        reason = "required checks of a workflow that is skipped by paths stay pending for ever"
        hint = "use mode jobs, or say `confirm_required: true` when none of its checks is required"
        raise Refusal(EditCode.PRECONDITION, reason, hint=hint)
    filters = params.filters or filters_for(workflow.scene)
    globs = list(dict.fromkeys([glob for group in filters.values() for glob in group] + [workflow.scene.target]))
    for event in ("pull_request", "push"):
        settings = events_of(workflow.model).get(event)
        if event not in events_of(workflow.model) or (isinstance(settings, dict) and "paths" in settings):
            continue
        if isinstance(settings, dict) and "paths-ignore" in settings:
            raise Refusal(EditCode.CONFLICT, f"{event} has paths-ignore, it cannot have paths as well")
        if not isinstance(workflow.model["on"], dict):
            workflow.set(("on",), dict(events_of(workflow.model)))
        workflow.set(("on", event, "paths"), globs)
    workflow.duties.append(Duty(kind="check", text="no check of this workflow may be required"))
    return workflow.finish(f"runs only for changes of {', '.join(filters)}", "its events have paths")
