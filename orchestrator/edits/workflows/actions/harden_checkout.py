"""``harden_checkout``: the token that checked the code out does not stay in the workspace for every later step."""

import re

from pydantic import Field

from orchestrator.edits.action import Action, Scene, WorkflowParams
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import EditResult
from orchestrator.edits.workflows.workflow import Workflow, run_of, uses_of
from orchestrator.edits.yaml.tree import Path

_PUSHES = re.compile(
    r"\bgit\s+(?:-\S+\s+(?:\S+\s+)?)*(?:push|fetch|pull|submodule|lfs|ls-remote|clone)\b|\bgh-pages\b|\bgh-deploy\b"
    r"|\bsemantic-release\b|\bchangeset\b|\b(?:lerna|nx) (?:version|publish|release)\b|\brelease-it\b|\bmike deploy\b"
    r"|\bgoreleaser\b|\bcargo release\b|\bbump-?my-?version\b|\bauto shipit\b|\bnpm version\b"
)
_PUSHERS = (
    "ad-m/github-push-action", "actions-js/push", "changesets/action", "crazy-max/ghaction-github-pages",
    "cycjimmy/semantic-release-action", "endbug/add-and-commit", "goreleaser/goreleaser-action",
    "google-github-actions/release-please-action", "jamesives/", "peaceiris/actions-gh-pages",
    "peter-evans/create-pull-request", "planetscale/ghcommit-action", "python-semantic-release/",
    "stefanzweifel/git-auto-commit-action", "helm/chart-releaser-action", "repo-sync/pull-request",
    "anothrnick/github-tag-action", "mathieudutour/github-tag-action", "googleapis/release-please-action",
)  # fmt: skip


class HardenParams(WorkflowParams):
    """Where."""

    job: str | None = Field(default=None, description="the job, else all")


class HardenCheckout(Action[HardenParams]):
    """Set persist-credentials to false where nobody needs them."""

    name = "harden_checkout"
    summary = "Set persist-credentials: false on checkouts, except in jobs that push"
    params_model = HardenParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: HardenParams) -> EditResult:
        """Set the input; jobs that push with git keep theirs and are named."""
        workflow = Workflow(scene)
        done: list[str] = []
        places: list[Path] = []
        for job in workflow.chosen_jobs(params.job):
            steps = workflow.steps(job)
            at = [index for index, step in enumerate(steps) if uses_of(step) == "actions/checkout"]
            open_ones = [index for index in at if "persist-credentials" not in (steps[index].get("with") or {})]
            if not open_ones:
                continue
            if any(_PUSHES.search(run_of(step)) or uses_of(step).startswith(_PUSHERS) for step in steps):
                workflow.warnings.append(f"{job} works with the remote, its credentials stay")
                continue
            places += [("jobs", job, "steps", index, "with", "persist-credentials") for index in open_ones]
            done.append(job)
        with workflow.editor.at_once():
            for place in places:
                workflow.set(place, False)
        return workflow.finish(
            f"{', '.join(done)}: no credentials left behind", "no checkout leaves credentials behind"
        )
