"""The steps of a deployment to Kubernetes, and of one by a command: what each of them says in the workflow.

Values reach the scripts through `env`, never through `${{ }}` inside of them, so that no name can inject a command.
The files `images` and `running` in the runner's temporary folder hold one line per service: name and image.
"""

from collections.abc import Sequence
from typing import Any

from orchestrator.edits.workflows.images import Pushed
from orchestrator.models.json import JsonObject

Step = dict[str, Any]
KUBECONFIG = "${{ runner.temp }}/kubeconfig"
_EACH = 'while read -r name image; do\n  {body}\ndone < "$RUNNER_TEMP/{file}"\n'
_SET_IMAGE = 'kubectl set image "deployment/$name" "*=$image"'
_WAIT = 'kubectl rollout status "deployment/$name" --timeout=5m'
STAGING_CHECK = "Check the deployment to staging"
UNDO_CONDITION = "failure() && steps.deploy.outcome != 'skipped'"


def configure(secret: str) -> Step:
    """Write the kubeconfig where only this job reads it."""
    return {
        "name": "Configure kubectl",
        "env": {"KUBE_CONFIG": f"${{{{ secrets.{secret} }}}}", "KUBECONFIG": KUBECONFIG},
        "run": CONFIGURE_SCRIPT,
    }


CONFIGURE_SCRIPT = 'umask 077\necho "$KUBE_CONFIG" | base64 -d > "$KUBECONFIG"\n'


def forget() -> Step:
    """Remove the kubeconfig, whatever happened."""
    return {
        "name": "Remove the kubeconfig",
        "if": "always()",
        "env": {"KUBECONFIG": KUBECONFIG},
        "run": 'rm -f "$KUBECONFIG"',
    }


def resolve_images(pushed: Pushed) -> Step:
    """Ask the registry for the digests of this commit's images."""
    script = (
        f'tag="{pushed.tag}"\n'
        "for name in $SERVICES; do\n"
        '  image="${IMAGE/\\{\\}/$name}"\n'
        '  image="${image,,}"\n'
        '  digest="$(docker buildx imagetools inspect "$image:$tag" --format \'{{.Manifest.Digest}}\')"\n'
        '  echo "$name $image@$digest"\n'
        'done > "$RUNNER_TEMP/images"\n'
        'cat "$RUNNER_TEMP/images"\n'
    )
    return {
        "name": "Find the images of this commit",
        "env": {"IMAGE": pushed.image.replace("$NAME", "{}"), "SERVICES": " ".join(pushed.names)},
        "run": script,
    }


def record() -> Step:
    """Keep what is running, for the way back."""
    script = (
        "while read -r name _; do\n"
        '  image="$(kubectl get "deployment/$name" -o jsonpath=\'{.spec.template.spec.containers[0].image}\')"\n'
        '  echo "$name $image"\n'
        'done < "$RUNNER_TEMP/images" > "$RUNNER_TEMP/running"\n'
    )
    return {"name": "Record what is running", "env": {"KUBECONFIG": KUBECONFIG}, "run": script}


def deploy() -> Step:
    """Roll the images out and wait until they run."""
    script = _EACH.format(body=_SET_IMAGE, file="images") + _EACH.format(body=_WAIT, file="images")
    return {"name": "Deploy", "id": "deploy", "env": {"KUBECONFIG": KUBECONFIG}, "run": script}


def roll_back() -> Step:
    """Bring what ran before back when the deployment or its check failed."""
    script = _EACH.format(body=_SET_IMAGE, file="running") + _EACH.format(body=_WAIT, file="running")
    return {
        "name": "Roll back",
        "if": UNDO_CONDITION,
        "env": {"KUBECONFIG": KUBECONFIG},
        "run": script,
    }


def probe(url: str, *, retries: int = 10, delay: int = 6, expect: str | None = None) -> Step:
    """Ask the deployed service until it answers, and fail when it does not, or not with what is expected."""
    asked = f'--max-time 10 --retry {retries} --retry-delay {delay} --retry-all-errors "$HEALTH_URL"'
    if expect is None:
        run = f"curl --fail --silent --show-error --output /dev/null {asked}"
        return {"name": "Check the health", "env": {"HEALTH_URL": url}, "run": run}
    run = (
        f'answer="$(curl --fail --silent --show-error {asked})"\n'
        'case "$answer" in\n'
        '  *"$EXPECTED"*) ;;\n'
        '  *) echo "::error::the answer does not contain $EXPECTED"; exit 1 ;;\n'
        "esac\n"
    )
    return {"name": "Check the health", "env": {"HEALTH_URL": url, "EXPECTED": expect}, "run": run}


def summary(environment: str) -> Step:
    """Say in the run's summary what became of the deployment."""
    return {
        "name": "Summarise",
        "if": "always()",
        "env": {"ENVIRONMENT": environment, "STATUS": "${{ job.status }}"},
        "run": 'echo "Deployment of $GITHUB_SHA to $ENVIRONMENT: $STATUS" >> "$GITHUB_STEP_SUMMARY"',
    }


def command_steps(command: str, rollback: str, tag: str | None) -> tuple[Step, Step]:
    """Return the deploy and the rollback step that run commands of the repository."""
    head = f'export IMAGE_TAG="{tag}"\n' if tag is not None else ""
    going: Step = {"name": "Deploy", "id": "deploy", "run": f"{head}{command}\n" if head else command}
    back: Step = {"name": "Roll back", "if": UNDO_CONDITION, "run": rollback}
    return going, back


def staging_check(environment: str) -> Step:
    """Refuse a commit whose deployment to staging did not succeed."""
    script = (
        'deployments="repos/$GITHUB_REPOSITORY/deployments"\n'
        'id="$(gh api "$deployments?environment=$STAGING&sha=$GITHUB_SHA&per_page=1" --jq \'.[0].id // empty\')"\n'
        'if [ -z "$id" ]; then\n'
        '  echo "::error::$GITHUB_SHA was never deployed to $STAGING"\n'
        "  exit 1\n"
        "fi\n"
        'state="$(gh api "$deployments/$id/statuses?per_page=1" --jq \'.[0].state\')"\n'
        'if [ "$state" != success ]; then\n'
        '  echo "::error::the deployment of $GITHUB_SHA to $STAGING ended as $state"\n'
        "  exit 1\n"
        "fi\n"
    )
    return {
        "name": STAGING_CHECK,
        "env": {"GH_TOKEN": "${{ github.token }}", "STAGING": environment},
        "run": script,
    }


def kubectl_steps(pushed: Pushed, login: JsonObject | None, health: Step, environment: str) -> Sequence[Step]:
    """Return the steps from the images to the summary."""
    found: list[Step] = [dict(login)] if login is not None else []
    return [
        *found,
        resolve_images(pushed),
        record(),
        deploy(),
        health,
        roll_back(),
        summary(environment),
        forget(),
    ]
