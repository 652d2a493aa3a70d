"""``fix_template_injection``: what others can write (titles, branch names) reaches a script as data, not as code.

`${{ github.event.… }}` inside of `run` is pasted into the script before the shell reads it. Each such expression moves
to the step's `env` and the script reads the variable.
"""

import re

from pydantic import Field

from orchestrator.contracts import Params
from orchestrator.edits.action import Action, Scene
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import EditCode, EditResult, Refusal
from orchestrator.edits.workflows.workflow import Workflow, run_of, title_of
from orchestrator.models.json import JsonObject

_RISKY = re.compile(r"\$\{\{\s*(?P<inner>(?:github\.(?:event\.[\w.-]+|head_ref|ref_name)|inputs\.[\w-]+))\s*\}\}")
_BASH = ("bash", "sh")


class InjectionParams(Params):
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
        done: list[str] = []
        for job in workflow.chosen_jobs(params.job):
            for at, step in enumerate(workflow.steps(job)):
                if _RISKY.search(run_of(step)):
                    _fix(workflow, job, at, step)
                    done.append(f"{job}: {title_of(step, at)}")
        return workflow.finish(f"{'; '.join(done)}: takes values as data", "no script pastes what others can write")


def _fix(workflow: Workflow, job: str, at: int, step: JsonObject) -> None:
    script = run_of(step)
    shell = str(step.get("shell", "bash")).split(maxsplit=1)[0]
    if shell not in _BASH or "windows" in str(workflow.job(job).get("runs-on", "")).lower():
        raise Refusal(EditCode.PRECONDITION, f"{job}: {title_of(step, at)} is no script of bash")
    path = ("jobs", job, "steps", at)
    env = dict(step.get("env") or {})
    wanted = script
    for found in dict.fromkeys(match[0] for match in _RISKY.finditer(script)):
        if _is_single_quoted(script, found) or "<<" in script:
            reason = f"{job}: {title_of(step, at)} has {found} where the shell does not read variables"
            raise Refusal(EditCode.PRECONDITION, reason)
        inner = _RISKY.fullmatch(found)
        name = _name(inner["inner"] if inner else found, env, found)
        env[name] = found
        wanted = wanted.replace(found, f"${{{name}}}")
    workflow.set((*path, "run"), wanted)
    for name, value in env.items():
        workflow.set((*path, "env", name), value)


def _name(inner: str, env: JsonObject, value: str) -> str:
    base = re.sub(r"\W", "_", inner.removeprefix("github.").removeprefix("event.")).upper()
    name, number = base, 2
    while name in env and env[name] != value:
        name, number = f"{base}_{number}", number + 1
    return name


def _is_single_quoted(script: str, part: str) -> bool:
    line = script[script.rfind("\n", 0, script.find(part)) + 1 : script.find(part)]
    return line.replace('"', "").count("'") % 2 == 1
