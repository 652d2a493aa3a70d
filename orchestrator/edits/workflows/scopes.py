"""What a job does with the workflow's own token, and the permissions that this needs.

The table knows actions that are widely used and the commands of git, gh and the registries. A step that brings a token
of its own needs nothing; whatever is not in the table may need something that nobody can see from outside.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from orchestrator.edits.result import EditCode, Refusal
from orchestrator.edits.workflows.shape import events_of, steps_of
from orchestrator.edits.workflows.workflow import Workflow, run_of, uses_of
from orchestrator.models.json import Json, JsonObject

Scopes = dict[str, str]
_CONTENTS: Scopes = {"contents": "write"}
_PULLS: Scopes = {"pull-requests": "write"}
_ISSUES: Scopes = {"issues": "write"}
_BOTH: Scopes = {"contents": "write", "pull-requests": "write"}
_TALKS: Scopes = {"issues": "write", "pull-requests": "write"}
_OIDC: Scopes = {"id-token": "write"}
# By the beginning of `uses`, in small letters; the first that fits counts.
_ACTIONS: Mapping[str, Scopes] = {
    "actions/attest": {**_OIDC, "attestations": "write"},
    "actions/create-release": _CONTENTS,
    "actions/deploy-pages": {"pages": "write", **_OIDC},
    "actions/configure-pages": {"pages": "read"},
    "actions/first-interaction": _TALKS,
    "actions/labeler": _PULLS,
    "actions/stale": _TALKS,
    "actions/upload-release-asset": _CONTENTS,
    "ad-m/github-push-action": _CONTENTS,
    "advanced-security/maven-dependency-submission": _CONTENTS,
    "andresz1/size-limit-action": _PULLS,
    "anothrnick/github-tag-action": _CONTENTS,
    "changesets/action": _BOTH,
    "crazy-max/ghaction-github-pages": _CONTENTS,
    "dessant/lock-threads": {**_TALKS, "discussions": "write"},
    "dorny/paths-filter": {"pull-requests": "read"},
    "dorny/test-reporter": {"checks": "write"},
    "endbug/add-and-commit": _CONTENTS,
    "enricomi/publish-unit-test-result-action": {"checks": "write", **_PULLS},
    "github/codeql-action/analyze": {"security-events": "write"},
    "github/codeql-action/upload-sarif": {"security-events": "write"},
    "google-github-actions/release-please-action": _BOTH,
    "googleapis/release-please-action": {**_BOTH, "issues": "write"},
    "goreleaser/goreleaser-action": _CONTENTS,
    "helm/chart-releaser-action": _CONTENTS,
    "jamesives/github-pages-deploy-action": _CONTENTS,
    "kentaro-m/auto-assign-action": _PULLS,
    "lewagon/wait-on-check-action": {"checks": "read"},
    "marocchino/sticky-pull-request-comment": _PULLS,
    "mathieudutour/github-tag-action": _CONTENTS,
    "mikepenz/action-junit-report": {"checks": "write"},
    "ncipollo/release-action": _CONTENTS,
    "ossf/scorecard-action": {"security-events": "write", **_OIDC},
    "peaceiris/actions-gh-pages": _CONTENTS,
    "peter-evans/create-or-update-comment": _TALKS,
    "peter-evans/create-pull-request": _BOTH,
    "pozil/auto-assign-issue": _TALKS,
    "preactjs/compressed-size-action": _PULLS,
    "py-cov-action/python-coverage-comment-action": _BOTH,
    "pypa/gh-action-pypi-publish": _OIDC,
    "release-drafter/release-drafter": {"contents": "write", "pull-requests": "read"},
    "romeovs/lcov-reporter-action": _PULLS,
    "rossjrw/pr-preview-action": _BOTH,
    "rustsec/audit-check": {"checks": "write", **_ISSUES},
    "softprops/action-gh-release": _CONTENTS,
    "stefanzweifel/git-auto-commit-action": _CONTENTS,
    "styfle/cancel-workflow-action": {"actions": "write"},
    "super-linter/super-linter": {"statuses": "write"},
    "github/super-linter": {"statuses": "write"},
    "svenstaro/upload-release-action": _CONTENTS,
    "thollander/actions-comment-pull-request": _PULLS,
}
_COMMANDS: tuple[tuple[re.Pattern[str], Scopes], ...] = (
    (re.compile(r"\bgit\s+push\b|\bmkdocs gh-deploy\b|\bmike deploy\b"), _CONTENTS),
    (re.compile(r"\bgh\s+release\s+(?:create|upload|edit|delete)\b"), _CONTENTS),
    (re.compile(r"\bgh\s+pr\s+(?:create|merge)\b"), _BOTH),
    (re.compile(r"\bgh\s+pr\s+(?:comment|edit|review|close|ready|reopen)\b"), _PULLS),
    (re.compile(r"\bgh\s+issue\s+(?:create|comment|edit|close|reopen|delete)\b"), _ISSUES),
    (re.compile(r"\bgh\s+workflow\s+run\b|\bgh\s+run\s+(?:cancel|rerun|delete)\b"), {"actions": "write"}),
    (re.compile(r"\bsemantic-release\b"), {"contents": "write", **_TALKS}),
    (re.compile(r"\bcosign\s+(?:sign|attest)\b|\bnpm publish\b[^\n]*--provenance"), _OIDC),
)
# Actions that work without the token or only read the code: of them nothing more is needed.
_HARMLESS = re.compile(
    r"^(?:actions/(?:checkout|setup-|cache|upload-artifact|download-artifact|upload-pages-artifact|hello)"
    r"|docker/|codecov/|coverallsapp/|astral-sh/|pnpm/|oven-sh/|denoland/|ruby/setup-|dtolnay/|swatinem/|taiki-e/"
    r"|gradle/|shivammathur/setup-|egor-tensin/|aquasecurity/|anchore/|hashicorp/setup-|azure/setup-|docker://"
    r"|conda-incubator/setup-|mamba-org/|step-security/harden-runner|pre-commit/action|awalsh128/|erlef/setup-beam"
    r"|golangci/golangci-lint-action|msys2/|ilammy/|cypress-io/|browser-actions/|nick-fields/|nick-invision/"
    r"|github/codeql-action/(?:init|autobuild)|azure/|slackapi/|snok/|microsoft/setup-|nuget/setup-|dart-lang/"
    r"|pypa/cibuildwheel|redhat-actions/|ilshidur/action-discord|datadog/|pre-commit-ci/lite-action|reviewdog/action-setup"
    r"|actions/(?:create-github-app-token|dependency-review-action)|appleboy/|tj-actions/|lukka/|arduino/setup-"
    r"|appknox/|security-code-scan/|neuralegion/|microsoft/security-devops-action)"
)
# A local action that only sets up is taken at its name.
_LOCAL_SETUP = re.compile(r"^\./.*(?:setup|install|cache|deps|prepare|build|load-)[^/]*/?$")
_SCRIPT = "actions/github-script"
_READS = re.compile(r"\bgithub\.(?:rest\.)?\w+\.(?:get|list|paginate)\w*|\bgithub\.paginate\b")
_WRITES: tuple[tuple[re.Pattern[str], Scopes], ...] = (
    (re.compile(r"\bgithub\.(?:rest\.)?issues\.\w+"), _TALKS),
    (re.compile(r"\bgithub\.(?:rest\.)?pulls\.\w+"), _PULLS),
    (re.compile(r"\bgithub\.(?:rest\.)?git\.\w+"), _CONTENTS),
    (re.compile(r"\bgithub\.(?:rest\.)?repos\.createCommitStatus"), {"statuses": "write"}),
    (
        re.compile(r"\bgithub\.(?:rest\.)?repos\.(?:create|update|delete|upload)(?:Release|OrUpdate|Dispatch|File)\w*"),
        _CONTENTS,
    ),
    (re.compile(r"\bgithub\.(?:rest\.)?actions\.\w+"), {"actions": "write"}),
    (re.compile(r"\bgithub\.(?:rest\.)?checks\.\w+"), {"checks": "write"}),
)
_TOKEN_INPUTS = ("token", "github-token", "github_token", "repo-token", "repo_token", "gh_token")
_OWN_TOKEN = re.compile(r"\bgithub\.token\b|\bsecrets\.github_token\b", re.IGNORECASE)


def needed_scopes(job: JsonObject) -> Scopes:
    """Return the permissions that the steps of a job are known to need beyond reading the code."""
    found: Scopes = {}
    for step in steps_of(job):
        for scope, level in _of_step(step, job).items():
            if found.get(scope) != "write":
                found[scope] = level
    return found


def permit(workflow: Workflow, job: str, scopes: Scopes) -> None:
    """Give a job at least these permissions; one that had them all by default keeps what it is known to need."""
    item = workflow.job(job)
    is_open = "permissions" not in item and "permissions" not in workflow.model
    workflow.add_permissions(job, {**(needed_scopes(item) if is_open else {}), **scopes})


def settle_only_job(workflow: Workflow) -> None:
    """Give the only job of a workflow the permissions that it needs for itself, ahead of a second job.

    What a workflow grants is held against it as a whole as soon as it has several jobs. Refusal E_PRECONDITION when
    nobody can know what the job needs, or when a second job would make an event of strangers dangerous.
    """
    jobs = workflow.jobs
    name, job = next(iter(jobs.items()))
    if len(jobs) > 1:
        return
    only_labels = all(uses_of(step) == "actions/labeler" for step in steps_of(job))
    if only_labels and "pull_request_target" in events_of(workflow.model):
        reason = f"{workflow.scene.target} only labels pull requests of strangers; a job more is a risk more"
        raise Refusal(EditCode.PRECONDITION, reason, hint="put it into a workflow of its own")
    granted = workflow.model.get("permissions")
    if isinstance(granted, dict) and "write" in granted.values() and "permissions" not in job:
        workflow.set_key(name, "permissions", dict(granted))
        for scope in [scope for scope, level in granted.items() if level == "write"]:
            workflow.set(("permissions", scope), "none" if scope == "id-token" else "read")
        workflow.warnings.append(f"{name} keeps what the workflow granted, which other jobs do not get any more")
    elif granted is None:
        settle_job(workflow, name)


def settle_job(workflow: Workflow, name: str) -> None:
    """Give a job without permissions those that it needs; Refusal E_PRECONDITION when nobody can know them."""
    job = workflow.job(name)
    if "permissions" in job:
        return
    users = unknown_users(job)
    if users:
        reason = f"{name} has every permission, and nobody can know which of them it needs: {', '.join(users)}"
        raise Refusal(EditCode.PRECONDITION, reason, hint="say so first: set_permissions")
    workflow.set_key(name, "permissions", {"contents": "read", **needed_scopes(job)})
    workflow.warnings.append(f"{name} now has only the permissions that its steps are known to need")


def unknown_users(job: JsonObject) -> list[str]:
    """Return what in a job may use the token in a way that the table does not know."""
    if isinstance(job.get("uses"), str):
        return [str(job["uses"])]
    return list(dict.fromkeys(_unknown(job)))


def _unknown(job: JsonObject) -> Iterator[str]:
    for step in steps_of(job):
        action = uses_of(step)
        if action and not _is_known(step, action):
            yield action
        script = run_of(step)
        speaks = _OWN_TOKEN.search(f"{script} {step.get('env')} {job.get('env')}") if script else None
        if speaks and not any(pattern.search(script) for pattern, _ in _COMMANDS):
            yield "a script with the token"


def _is_known(step: JsonObject, action: str) -> bool:
    """Say whether all that an action does with the workflow's token is known."""
    if action == _SCRIPT:
        return _is_understood(step)
    return _brings_token(step.get("with")) or _find(action) is not None or _is_harmless(action)


def _is_harmless(action: str) -> bool:
    return _HARMLESS.match(action) is not None or _LOCAL_SETUP.match(action) is not None


def _script(step: JsonObject) -> str:
    """Return the script of actions/github-script without the calls that only read."""
    given = step.get("with")
    return _READS.sub("", str(given.get("script", ""))) if isinstance(given, dict) else ""


def _is_understood(step: JsonObject) -> bool:
    """Say whether every call of a script is known, or the token is the script's own."""
    if _brings_token(step.get("with")):
        return True
    left = _script(step)
    for pattern, _ in _WRITES:
        left = pattern.sub("", left)
    return re.search(r"\bgithub\b\s*(?:\.|\[|,|\))|require\(", left) is None


def _brings_token(given: Json) -> bool:
    inputs = given if isinstance(given, dict) else {}
    own = next((str(inputs[name]) for name in _TOKEN_INPUTS if inputs.get(name)), None)
    return own is not None and not _OWN_TOKEN.search(own)


def _find(action: str) -> Scopes | None:
    return next((scopes for name, scopes in _ACTIONS.items() if action.startswith(name)), None)


def _of_step(step: JsonObject, job: JsonObject) -> Scopes:
    given = step.get("with")
    inputs: JsonObject = given if isinstance(given, dict) else {}
    action = uses_of(step)
    if action:
        if _brings_token(inputs):
            return {}
        if action == _SCRIPT:
            return _merged(scopes for pattern, scopes in _WRITES if pattern.search(_script(step)))
        return _signs_in(action, inputs, job) or dict(_find(action) or {})
    script = run_of(step)
    env = {**_env(job), **_env(step)}
    brought = [str(env[name]) for name in ("GH_TOKEN", "GITHUB_TOKEN") if name in env]
    if brought and not any(_OWN_TOKEN.search(value) for value in brought):
        return {}
    return _merged(scopes for pattern, scopes in _COMMANDS if pattern.search(script))


def _merged(several: Iterable[Scopes]) -> Scopes:
    return {scope: level for scopes in several for scope, level in scopes.items()}


def _env(owner: JsonObject) -> Mapping[str, Json]:
    env = owner.get("env")
    return env if isinstance(env, dict) else {}


def _signs_in(action: str, inputs: JsonObject, job: JsonObject) -> Scopes:
    """Return what signing in by OpenID Connect or to GitHub's registry needs."""
    if action == "aws-actions/configure-aws-credentials" and inputs.get("role-to-assume"):
        return {} if inputs.get("aws-access-key-id") else dict(_OIDC)
    if action == "google-github-actions/auth" and inputs.get("workload_identity_provider"):
        return dict(_OIDC)
    if action == "azure/login" and inputs.get("client-id") and not inputs.get("creds"):
        return dict(_OIDC)
    if action == "pypa/gh-action-pypi-publish" and inputs.get("password"):
        return {}
    if action == "docker/login-action" and _OWN_TOKEN.search(str(inputs.get("password", ""))):
        return {"packages": "write" if _pushes(job) else "read"}
    return {}


def _pushes(job: JsonObject) -> bool:
    texts = (f"{step.get('with')} {run_of(step)}" for step in steps_of(job))
    return any(re.search(r"'push': (?!False|'false')|\bpush=true\b|\bpush\b", text) for text in texts)
