"""``fix_template_injection``: what others can write (titles, branch names) reaches a script as data, not as code.

`${{ github.event.… }}` inside of `run` is pasted into the script before the shell reads it. Each such expression moves
to the step's `env` and the script reads the variable.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import Field

from orchestrator.edits.action import Action, Scene, WorkflowParams
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.patch import Patch, apply, patch
from orchestrator.edits.result import EditCode, EditResult, Refusal
from orchestrator.edits.workflows.expressions import Context, ExpressionError, parse, walk
from orchestrator.edits.workflows.shells import POSIX, is_code, shell_of, unexpanded
from orchestrator.edits.workflows.workflow import Workflow, run_of, title_of
from orchestrator.edits.yaml.tree import Path
from orchestrator.models.json import JsonObject

_SPAN = re.compile(r"\$\{\{(?:'(?:[^']|'')*'|[^'}]|\}(?!\}))*\}\}")
_WRITABLE = ("event", "head_ref", "ref_name")  # of the context github: what a title or a branch name reaches


class InjectionParams(WorkflowParams):
    """Where."""

    job: str | None = Field(default=None, description="the job, else all")


class FixTemplateInjection(Action[InjectionParams]):
    """Move expressions from scripts to env."""

    name = "fix_template_injection"
    summary = "Move ${{ github.event… }} and the like from scripts to env, where the shell takes them as data"
    params_model = InjectionParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: InjectionParams) -> EditResult:
        """Rewrite each script that pastes such an expression."""
        workflow = Workflow(scene)
        risky = [
            (job, at, step)
            for job in workflow.chosen_jobs(params.job)
            for at, step in enumerate(workflow.steps(job))
            if any(_is_risky(found[0]) for found in _SPAN.finditer(run_of(step)))
        ]
        _write(workflow, [_fixed(workflow, *each) for each in risky])
        done = "; ".join(f"{job}: {title_of(step, at)}" for job, at, step in risky)
        return workflow.finish(f"{done}: takes values as data", "no script pastes what others can write")


@dataclass(frozen=True, kw_only=True)
class _Fix:
    """A step, the script that it gets, and the variables that its env lacks."""

    path: Path
    script: str
    env: tuple[tuple[str, str], ...]
    has_env: bool


def _write(workflow: Workflow, fixes: Sequence[_Fix]) -> None:
    """Write every script, then every env, then the second variable of each: a file has many such steps."""
    with workflow.editor.at_once():
        for fix in fixes:
            workflow.set((*fix.path, "run"), fix.script)
    for turn in range(max((len(fix.env) for fix in fixes), default=0)):
        with workflow.editor.at_once():
            for fix in fixes:
                if fix.has_env and turn < len(fix.env):
                    name, value = fix.env[turn]
                    workflow.set((*fix.path, "env", name), value)
                elif turn == 0 and fix.env and not fix.has_env:
                    workflow.set((*fix.path, "env"), dict(fix.env))


def _risks(expression: str) -> list[str]:
    """Return the names of what others can write in an expression."""
    try:
        tree = parse(expression[3:-2])
    except ExpressionError:
        return []
    names = [item for item in walk(tree) if isinstance(item, Context) and item.names]
    found = ["_".join(("inputs", *item.names)) for item in names if item.name == "inputs"]
    for item in names:
        if item.name == "github" and item.names[0] in _WRITABLE:
            found.append("_".join(item.names[1:] or item.names))
    return found


def _is_risky(expression: str) -> bool:
    return bool(_risks(expression))


def _fixed(workflow: Workflow, job: str, at: int, step: JsonObject) -> _Fix:
    script = run_of(step)
    title = f"{job}: {title_of(step, at)}"
    if shell_of(workflow.model, workflow.job(job), step) not in POSIX:
        raise Refusal(EditCode.PRECONDITION, f"{title} is no script of bash")
    path = ("jobs", job, "steps", at)
    given = step.get("env")
    if isinstance(given, str):
        raise Refusal(EditCode.DYNAMIC, f"the env of {title} is computed")
    env = dict(given or {})
    closed = unexpanded(script)
    patches: set[Patch] = set()
    for found in (found for found in _SPAN.finditer(script) if _is_risky(found[0])):
        around = next((span for span in closed if span[0] <= found.start() < span[1]), None)
        if is_code(script, found.start()) or (around is not None and not _may_be_double(script[slice(*around)])):
            reason = f"{title} has {found[0]} where the shell does not read variables"
            raise Refusal(EditCode.PRECONDITION, reason)
        name = _name(_risks(found[0])[0], env, found[0])
        env[name] = found[0]
        patches.add(patch(script, found.start(), found.end(), f"${{{name}}}"))
        if around is not None:
            patches.update(patch(script, at, at + 1, '"') for at in (around[0], around[1] - 1))
    added = tuple((name, str(value)) for name, value in env.items() if name not in (given or {}))
    return _Fix(path=path, script=apply(script, patches), env=added, has_env=bool(given))


def _may_be_double(quoted: str) -> bool:
    """Say whether a text between single quotes means the same between double ones, once its expressions have moved."""
    parts = _SPAN.findall(quoted)
    is_plain = quoted[:1] == "'" == quoted[-1:] and not re.search(r'[$`"\\!]', _SPAN.sub("", quoted))
    return is_plain and all(_is_risky(part) for part in parts)


def _name(risk: str, env: JsonObject, value: str) -> str:
    base = re.sub(r"\W", "_", risk).upper()
    name, number = base, 2
    while name in env and env[name] != value:
        name, number = f"{base}_{number}", number + 1
    return name
