"""``add_perf_checks``: a change that makes things slower fails.

Runners are noisy: the fastest of several runs is compared, with a threshold, with the baseline that the default branch
left in the cache; each measurement is also kept as an artifact. The first run has no baseline and says so.
"""

from typing import Any

from pydantic import Field

from orchestrator.edits.action import Action, Scene, WorkflowParams
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import EditCode, EditResult, Refusal, already
from orchestrator.edits.workflows.deploys import releases
from orchestrator.edits.workflows.gate import is_gate
from orchestrator.edits.workflows.migrations import install_command, package_manager, package_scripts
from orchestrator.edits.workflows.reachability import starts
from orchestrator.edits.workflows.scopes import settle_only_job
from orchestrator.edits.workflows.workflow import Workflow, uses_of

_NAMES = ("bench", "benchmark", "perf", "bench:ci", "test:perf")
_MEASURE = """\
best=
for _ in $(seq "$RUNS"); do
  start="$(date +%s%N)"
  bash -c "$COMMAND"
  took="$(( ($(date +%s%N) - start) / 1000000 ))"
  if [ -z "$best" ] || [ "$took" -lt "$best" ]; then
    best="$took"
  fi
done
mkdir -p perf
echo "$best" > perf/current
"""
_COMPARE = """\
current="$(cat perf/current)"
if [ ! -f perf/baseline ]; then
  echo "No baseline yet; this run took $current ms" >> "$GITHUB_STEP_SUMMARY"
  exit 0
fi
baseline="$(cat perf/baseline)"
limit="$(( baseline * (100 + THRESHOLD) / 100 ))"
echo "$current ms, baseline $baseline ms, limit $limit ms" >> "$GITHUB_STEP_SUMMARY"
if [ "$current" -gt "$limit" ]; then
  echo "::error::$current ms is more than $THRESHOLD % over the baseline of $baseline ms"
  exit 1
fi
"""


class PerfParams(WorkflowParams):
    """What is measured, and how much slower is too slow."""

    command: str | None = Field(
        default=None, min_length=1, description="default: the script bench or perf, else the tests"
    )
    job: str = Field(default="performance", pattern=r"^[A-Za-z_][\w-]*$", description="name of the new job")
    threshold: int = Field(default=20, ge=1, le=1_000, description="percent over the baseline")
    runs: int = Field(default=5, ge=1, le=50, description="the fastest of them counts")
    branch: str | None = Field(
        default=None, description="whose measurements are the baseline, else the default branch's"
    )


class AddPerfChecks(Action[PerfParams]):
    """Add a job that measures and compares."""

    name = "add_perf_checks"
    summary = "Add a job that measures a command, compares it with the default branch's baseline and fails when slower"
    params_model = PerfParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: PerfParams) -> EditResult:
        """Add the job, unless there is one that compares."""
        workflow = Workflow(scene)
        if params.job in workflow.jobs:
            if _compares(workflow, params.job):
                return already(f"{params.job} compares with a baseline")
            raise Refusal(EditCode.CONFLICT, f"there is a job {params.job} that does something else")
        if releases(workflow):
            reason = f"{scene.target} releases; a baseline in a cache that others can fill has no place in it"
            raise Refusal(EditCode.PRECONDITION, reason, hint="put it into the workflow of the tests")
        _refuse_without_baseline(workflow, params)
        command = params.command or _command(workflow)
        gates = [name for name in workflow.jobs if is_gate(workflow, name)]
        settle_only_job(workflow)
        workflow.add_job(params.job, _job(workflow, command, params))
        for gate in gates:  # it stands for all jobs: what it does not need stops nobody
            workflow.add_needs(gate, [params.job])
        return workflow.finish(f"{params.job} fails when `{command}` gets {params.threshold} % slower", "")

    def holds(self, scene: Scene, params: PerfParams) -> str | None:
        """See that the job measures, restores a baseline and compares."""
        workflow = Workflow(scene)
        return None if _compares(workflow, params.job) else f"{params.job} does not compare"


def _compares(workflow: Workflow, job: str) -> bool:
    scripts = [str(step.get("run", "")) for step in workflow.steps(job)]
    restores = any(uses_of(step).startswith("actions/cache") for step in workflow.steps(job))
    return restores and any("baseline" in script and "exit 1" in script for script in scripts)


def _refuse_without_baseline(workflow: Workflow, params: PerfParams) -> None:
    """Refuse where no run could ever keep a baseline: a job that has nothing to compare with never fails."""
    wanted = f"refs/heads/{params.branch}"
    pushed = [start.ref for start in starts(workflow.model, (wanted,)) if start.event == "push"]
    if wanted in pushed or (params.branch is None and any(ref.startswith("refs/heads/") for ref in pushed)):
        return
    where = f"pushes to {params.branch}" if params.branch else "pushes to a branch"
    reason = f"{workflow.scene.target} does not run on {where}, so no run would ever leave a baseline"
    raise Refusal(EditCode.PRECONDITION, reason, hint="put it into the workflow of the tests, or add that trigger")


def _command(workflow: Workflow) -> str:
    scripts = package_scripts(workflow.scene)
    manager = package_manager(workflow.scene)
    for name in _NAMES:
        if name in scripts:
            return f"{manager} run {name}"
    if "test" not in scripts:
        raise Refusal(EditCode.PRECONDITION, "nothing says what to measure", hint="`command` says it")
    text = "the time of the tests is measured, because there is no script `bench` or `perf`"
    workflow.warnings.append(text)
    return f"{manager} test"


def _job(workflow: Workflow, command: str, params: PerfParams) -> dict[str, Any]:
    is_baseline = _is_baseline(params)
    return {
        "name": "Performance",
        "runs-on": "ubuntu-latest",
        "permissions": {"contents": "read"},
        "timeout-minutes": 30,
        "steps": [
            *_setup(workflow),
            {
                "name": "Measure",
                "env": {"COMMAND": command, "RUNS": str(params.runs)},
                "run": _MEASURE,
            },
            {
                "name": "Restore the baseline",
                "uses": _sub(workflow, "restore"),
                "with": {
                    "path": "perf/baseline",
                    "key": "perf-baseline-${{ runner.os }}-${{ github.sha }}",
                    "restore-keys": "perf-baseline-${{ runner.os }}-",
                },
            },
            {"name": "Compare with the baseline", "env": {"THRESHOLD": str(params.threshold)}, "run": _COMPARE},
            {
                "name": "Keep the measurement",
                "if": "${{ !cancelled() }}",
                "uses": workflow.uses("actions/upload-artifact"),
                "with": {"name": "performance", "path": "perf/current"},
            },
            {"name": "Make it the baseline", "if": is_baseline, "run": "cp perf/current perf/baseline"},
            {
                "name": "Save the baseline",
                "if": is_baseline,
                "uses": _sub(workflow, "save"),
                "with": {"path": "perf/baseline", "key": "perf-baseline-${{ runner.os }}-${{ github.sha }}"},
            },
        ],
    }


def _is_baseline(params: PerfParams) -> str:
    """Return the condition of a run whose measurement the others are compared with."""
    branch = "github.event.repository.default_branch" if params.branch is None else f"'{params.branch}'"
    return f"github.event_name == 'push' && github.ref_type == 'branch' && github.ref_name == {branch}"


def _sub(workflow: Workflow, folder: str) -> object:
    return workflow.uses(f"actions/cache/{folder}")


def _setup(workflow: Workflow) -> list[dict[str, Any]]:
    checkout = {"persist-credentials": False}
    steps: list[dict[str, Any]] = [
        {"name": "Checkout", "uses": workflow.uses("actions/checkout"), "with": checkout},
    ]
    if workflow.scene.tree.exists("package.json"):
        env = workflow.model.get("env")
        named = isinstance(env, dict) and "NODE_VERSION" in env
        version = "${{ env.NODE_VERSION }}" if named else "lts/*"
        given: dict[str, Any] = {"node-version": version, "package-manager-cache": False}
        steps.append({"name": "Set up Node.js", "uses": workflow.uses("actions/setup-node"), "with": given})
        steps.append({"name": "Install dependencies", "run": install_command(workflow.scene)})
    return steps
