"""Deployments to Helm, Amazon ECS, Cloud Run and Compose over SSH: signing in, what runs now, going, and going back.

The folder of temporary files holds `images`, one line per service with its image by digest, and `running`, what the way
back brings back. Names of the platform reach the scripts through `env`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from orchestrator.edits.result import Duty
from orchestrator.edits.workflows.rollout import KUBECONFIG, UNDO_CONDITION, Step
from orchestrator.edits.workflows.workflow import Workflow

Auth = Literal["oidc", "secret"]
_IMAGE = 'image="$(awk -v name="$NAME" \'$1 == name { print $2 }\' "$RUNNER_TEMP/images")"\ntest -n "$image"\n'
_AWS = "aws-actions/configure-aws-credentials"
_GOOGLE = "google-github-actions/auth"


@dataclass(frozen=True, kw_only=True)
class Platform:
    """What a platform needs to know (`settings`), and the scripts that work on it."""

    settings: tuple[str, ...]
    record: str
    deploy: str
    back: str
    takes_one_image: bool = True
    has_cloud: bool = False

    def steps(self, given: Mapping[str, str], name: str, env: Mapping[str, str]) -> tuple[Step, Step, Step]:
        """Return the steps that record, deploy and roll back."""
        words = {**env, **{key.upper(): given[key] for key in self.settings}}
        named = {**words, "NAME": name} if self.takes_one_image else words
        return (
            {"name": "Record what is running", "env": words, "run": self.record},
            {"name": "Deploy", "id": "deploy", "env": named, "run": self.deploy},
            {"name": "Roll back", "if": UNDO_CONDITION, "env": words, "run": self.back},
        )


_SSH = 'ssh -i "$RUNNER_TEMP/ssh-key" -o UserKnownHostsFile="$RUNNER_TEMP/known-hosts" "$SSH_HOST"'
_UP = "\"cd '$FOLDER' && cat > images.env && docker compose --env-file images.env up --detach --wait\""
PLATFORMS: Mapping[str, Platform] = {
    "helm": Platform(
        settings=("release", "chart", "namespace"),
        record=(
            'helm history "$RELEASE" --namespace "$NAMESPACE" --max 1 --output json'
            " | jq --raw-output '.[-1].revision' > \"$RUNNER_TEMP/running\"\n"
        ),
        deploy=_IMAGE + 'helm upgrade --install "$RELEASE" "$CHART" --namespace "$NAMESPACE" --wait --timeout 5m \\\n'
        '  --set-string "image.repository=${image%@*}" --set-string "image.digest=${image#*@}"\n',
        back='helm rollback "$RELEASE" "$(cat "$RUNNER_TEMP/running")" --namespace "$NAMESPACE" --wait --timeout 5m\n',
    ),
    "ecs": Platform(
        settings=("cluster", "service"),
        record=(
            'aws ecs describe-services --cluster "$CLUSTER" --services "$SERVICE"'
            " --query 'services[0].taskDefinition' --output text > \"$RUNNER_TEMP/running\"\n"
        ),
        deploy=_IMAGE + 'task="$(cat "$RUNNER_TEMP/running")"\n'
        'aws ecs describe-task-definition --task-definition "$task" --query taskDefinition \\\n'
        '  | jq --arg image "$image" \'.containerDefinitions[0].image = $image | del(.taskDefinitionArn, .revision,'
        ' .status, .requiresAttributes, .compatibilities, .registeredAt, .registeredBy)\' > "$RUNNER_TEMP/task.json"\n'
        'task="$(aws ecs register-task-definition --cli-input-json "file://$RUNNER_TEMP/task.json" \\\n'
        '  --query taskDefinition.taskDefinitionArn --output text)"\n'
        'aws ecs update-service --cluster "$CLUSTER" --service "$SERVICE" --task-definition "$task" > /dev/null\n'
        'aws ecs wait services-stable --cluster "$CLUSTER" --services "$SERVICE"\n',
        back=(
            'aws ecs update-service --cluster "$CLUSTER" --service "$SERVICE" \\\n'
            '  --task-definition "$(cat "$RUNNER_TEMP/running")" > /dev/null\n'
            'aws ecs wait services-stable --cluster "$CLUSTER" --services "$SERVICE"\n'
        ),
        has_cloud=True,
    ),
    "cloud-run": Platform(
        settings=("service", "region"),
        record=(
            'gcloud run services describe "$SERVICE" --region "$REGION"'
            " --format 'value(status.latestReadyRevisionName)' > \"$RUNNER_TEMP/running\"\n"
        ),
        deploy=_IMAGE + 'gcloud run deploy "$SERVICE" --image "$image" --region "$REGION" --quiet\n',
        back=(
            'gcloud run services update-traffic "$SERVICE" --region "$REGION"'
            ' --to-revisions "$(cat "$RUNNER_TEMP/running")=100" --quiet\n'
        ),
        has_cloud=True,
    ),
    "compose-ssh": Platform(
        settings=("folder",),
        record=f'{_SSH} "cat \'$FOLDER/images.env\' 2> /dev/null || true" > "$RUNNER_TEMP/running"\n',
        deploy=(
            'awk \'{ gsub(/[^A-Za-z0-9]/, "_", $1); print "IMAGE_" toupper($1) "=" $2 }\' "$RUNNER_TEMP/images"'
            f" | {_SSH} {_UP}\n"
        ),
        back=f'{_SSH} {_UP} < "$RUNNER_TEMP/running"\n',
        takes_one_image=False,
    ),
}


def sign_in(workflow: Workflow, strategy: str, auth: Auth, given: Mapping[str, str]) -> list[Step]:
    """Return the steps that sign in to a platform, and note what a person has to set for them."""
    return _SIGN_IN[strategy](workflow, auth, given)


def environment_for(strategy: str) -> dict[str, str]:
    """Return what every script of a platform finds in its environment besides the settings."""
    return {"helm": {"KUBECONFIG": KUBECONFIG}, "compose-ssh": {"SSH_HOST": "${{ vars.SSH_HOST }}"}}.get(strategy, {})


def _aws(workflow: Workflow, auth: Auth, given: Mapping[str, str]) -> list[Step]:
    keys = {
        "aws-access-key-id": "${{ secrets.AWS_ACCESS_KEY_ID }}",
        "aws-secret-access-key": "${{ secrets.AWS_SECRET_ACCESS_KEY }}",
    }
    inputs: dict[str, Any] = {"role-to-assume": "${{ vars.AWS_ROLE_TO_ASSUME }}"} if auth == "oidc" else keys
    _tell(workflow, auth, ("AWS_ROLE_TO_ASSUME",), ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"))
    step = {"name": "Sign in to AWS", "uses": workflow.uses(_AWS)}
    return [{**step, "with": {**inputs, "aws-region": given["region"]}}]


def _google(workflow: Workflow, auth: Auth, given: Mapping[str, str]) -> list[Step]:  # noqa: ARG001 - as the others
    names = ("GCP_WORKLOAD_IDENTITY_PROVIDER", "GCP_SERVICE_ACCOUNT")
    federated = {
        "workload_identity_provider": f"${{{{ vars.{names[0]} }}}}",
        "service_account": f"${{{{ vars.{names[1]} }}}}",
    }
    inputs = federated if auth == "oidc" else {"credentials_json": "${{ secrets.GCP_CREDENTIALS }}"}
    _tell(workflow, auth, names, ("GCP_CREDENTIALS",))
    return [{"name": "Sign in to Google Cloud", "uses": workflow.uses(_GOOGLE), "with": inputs}]


def _ssh(workflow: Workflow, auth: Auth, given: Mapping[str, str]) -> list[Step]:  # noqa: ARG001 - as the others
    _tell(workflow, "secret", (), ("SSH_KEY", "SSH_KNOWN_HOSTS"))
    workflow.duties.append(Duty(kind="variable", text="SSH_HOST is user@host", command="gh variable set SSH_HOST"))
    text = "the Compose file takes its images from the variables IMAGE_<SERVICE>, which images.env sets"
    workflow.duties.append(Duty(kind="file", text=text))
    env = {"SSH_KEY": "${{ secrets.SSH_KEY }}", "SSH_KNOWN_HOSTS": "${{ secrets.SSH_KNOWN_HOSTS }}"}
    run = 'umask 077\necho "$SSH_KEY" > "$RUNNER_TEMP/ssh-key"\necho "$SSH_KNOWN_HOSTS" > "$RUNNER_TEMP/known-hosts"\n'
    return [{"name": "Keep the SSH key", "env": env, "run": run}]


def _nothing(workflow: Workflow, auth: Auth, given: Mapping[str, str]) -> list[Step]:  # noqa: ARG001 - as the others
    return []  # the kubeconfig is there already


_SIGN_IN: Mapping[str, Callable[[Workflow, Auth, Mapping[str, str]], list[Step]]] = {
    "ecs": _aws,
    "cloud-run": _google,
    "compose-ssh": _ssh,
    "helm": _nothing,
}


def _tell(workflow: Workflow, auth: Auth, variables: tuple[str, ...], secrets: tuple[str, ...]) -> None:
    for name in variables if auth == "oidc" else secrets:
        kind = "variable" if auth == "oidc" else "secret"
        workflow.duties.append(Duty(kind=kind, text=f"{name} is set", command=f"gh {kind} set {name}"))
