"""``add_migration_step``: tests in CI run on a migrated database.

The step stands before the tests of the job that runs them and has their DATABASE_URL; a job without a database gets a
service with throw-away credentials.
"""

import re
from typing import Any, Literal

from pydantic import Field

from orchestrator.edits.action import Action, Scene, WorkflowParams
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import EditCode, EditResult, Refusal, already
from orchestrator.edits.workflows.commands import TEST
from orchestrator.edits.workflows.databases import Database, as_jdbc
from orchestrator.edits.workflows.migrations import SIGN_FILES, Migration, find_migration, migrates
from orchestrator.edits.workflows.shape import steps_of
from orchestrator.edits.workflows.shells import runs_on_linux
from orchestrator.edits.workflows.workflow import Workflow, run_of
from orchestrator.models.json import JsonObject

_LOCAL = re.compile(r"^[a-z0-9+]+://(?:[^@/]*@)?(?P<host>[^:/?]+)")
_JS = re.compile(r"\b(?:npm|yarn|pnpm|jest|vitest|mocha)\b")
_WORD = r"^[A-Za-z][\w-]*$"
_PY = re.compile(r"\b(?:pytest|tox|nox|manage\.py)\b")


Tool = Literal[
    "auto", "prisma", "alembic", "django", "knex", "sequelize", "drizzle", "typeorm", "flyway", "custom"
]  # fmt: skip


class MigrationParams(WorkflowParams):
    """What migrates, where, on which database."""

    job: str | None = Field(default=None, description="the job, else the first that runs tests in the tool's language")
    before: str | None = Field(
        default=None,
        description="id, name, `uses` prefix or /regex of the script/ of the step to stand before, else the tests",
    )
    tool: Literal[
        "auto", "prisma", "alembic", "django", "knex", "sequelize", "drizzle", "typeorm", "flyway", "custom"
    ] = Field(
        default="auto", description="what migrates; auto: found by the files of the repository; custom: `command`"
    )
    command: str | None = Field(
        default=None, min_length=1, description="the command that migrates, instead of the tool's own"
    )
    database: Literal["postgres", "mysql", "none"] = Field(
        default="postgres", description="the service if there is none"
    )
    image: str | None = Field(default=None, description="of the service; postgres:17-alpine or mysql:8.4")
    db: str = Field(default="test", pattern=_WORD, description="the database of a new service")
    user: str = Field(default="test", pattern=_WORD, description="of a new service")
    password: str = Field(
        default="test", pattern=_WORD, description="of a new service; a throw-away one, never a real one"
    )
    check_drift: bool = Field(default=True, description="also fail when the models differ from the migrations")
    roundtrip: bool = Field(default=False, description="also take the last migration back and apply it again")


class AddMigrationStep(Action[MigrationParams]):
    """Migrate before the tests."""

    name = "add_migration_step"
    summary = "Migrate the test database before the tests of a CI job"
    params_model = MigrationParams
    kinds = frozenset((WORKFLOW,))

    def plan(self, scene: Scene, params: MigrationParams) -> EditResult:
        """Insert one step, and a service where there is none."""
        workflow = Workflow(scene)
        job, at = _place(workflow, params)
        steps = workflow.steps(job)
        present = [index for index, step in enumerate(steps) if _migrates(scene, step, params)]
        if any(index < at for index in present):
            return already(f"{job} migrates before its tests")
        if present:
            raise Refusal(EditCode.CONFLICT, f"{job} migrates only after its tests")
        migration = find_migration(scene, params.tool, params.command)
        url = _database_url(workflow, job, at, params)
        workflow.insert_step(job, at, _step(migration, _env(workflow, job, migration, url), params))
        return workflow.finish(f"{job} migrates ({migration.tool}) before its tests", "")

    def holds(self, scene: Scene, params: MigrationParams) -> str | None:
        """Find exactly one migrating step, before the tests."""
        workflow = Workflow(scene)
        job, at = _place(workflow, params)
        found = [index for index, step in enumerate(workflow.steps(job)) if _migrates(scene, step, params)]
        return None if len(found) == 1 and found[0] < at else f"{job} has {len(found)} migrating steps before its tests"

    def reads(self, target: str, params: MigrationParams) -> tuple[str, ...]:  # noqa: ARG002
        """Name what decides on the tool."""
        return ("package.json", *SIGN_FILES)


def _migrates(scene: Scene, step: JsonObject, params: MigrationParams) -> bool:
    script = run_of(step)
    return migrates(scene, script) or (params.command is not None and params.command in script)


def _place(workflow: Workflow, params: MigrationParams) -> tuple[str, int]:
    """Return the job and the position of its tests."""
    jobs = workflow.chosen_jobs(params.job)
    if params.before is not None:
        return workflow.find_step(params.job, params.before)
    tests = [(job, at) for job in jobs if (at := _test_index(workflow.job(job))) is not None]
    if not tests:
        raise Refusal(EditCode.NOT_FOUND, "no step runs tests", hint="`job` and `before` say where to migrate")
    language = _language(workflow.scene, params)
    fitting = [
        place for place in tests if language is None or language.search(run_of(workflow.steps(place[0])[place[1]]))
    ]
    if language is not None and params.job is None and not fitting:
        what = "Python" if language is _PY else "Node"
        hint = "`job` and `before` say where to migrate"
        raise Refusal(EditCode.NOT_FOUND, f"no step runs tests of {what}, which the migrations need", hint=hint)
    with_url = [place for place in fitting if _url_of(workflow.steps(place[0])[place[1]], workflow.job(place[0]))]
    return (with_url or fitting or tests)[0]


def _language(scene: Scene, params: MigrationParams) -> re.Pattern[str] | None:
    try:
        migration = find_migration(scene, params.tool, params.command)
    except Refusal:
        return None  # a workflow that migrates already needs no tool to be found
    return {"python": _PY, "node": _JS}.get(migration.language)


def _test_index(job: JsonObject) -> int | None:
    return next((at for at, step in enumerate(steps_of(job)) if TEST.search(run_of(step))), None)


def _url_of(step: JsonObject, job: JsonObject) -> str | None:
    for env in (step.get("env"), job.get("env")):
        if isinstance(env, dict) and env.get("DATABASE_URL") is not None:
            return str(env["DATABASE_URL"])
    return None


def _database_url(workflow: Workflow, job: str, at: int, params: MigrationParams) -> str | None:
    """Return the URL for the step's env; None when the job or workflow has it for every step."""
    for owner in (workflow.job(job), workflow.model):
        if isinstance(owner.get("env"), dict) and "DATABASE_URL" in owner["env"]:
            _refuse_names(job, params)
            return None
    present = _url_of(workflow.steps(job)[at], {})
    if present is not None:
        _refuse_names(job, params)
        _refuse_real(workflow, job, present)
        return present
    if params.database == "none":
        return None
    services = workflow.job(job).get("services") or {}
    if isinstance(services, str):
        raise Refusal(EditCode.DYNAMIC, f"the services of {job} are computed")
    database = Database(params.database, params.db, params.user, params.password)
    name, service = database.find(services)
    if service is None:
        database.refuse_real()
        if not runs_on_linux(workflow.job(job)):
            reason = f"{job} may run elsewhere than on Linux, and services need that"
            raise Refusal(EditCode.PRECONDITION, reason, hint="`database: none` adds no service")
        service = database.service(params.image)
        workflow.set_key(job, "services", {**services, name: service})
    else:
        database.refuse_other(service, params.model_fields_set)
    return database.url(name if workflow.job(job).get("container") else "localhost", service)


def _refuse_names(job: str, params: MigrationParams) -> None:
    """Refuse names of a database beside a DATABASE_URL, which says them all."""
    given = [name for name in ("db", "user", "password") if name in params.model_fields_set]
    if given:
        listed = ", ".join(f"`{name}`" for name in given)
        raise Refusal(EditCode.CONFLICT, f"{job} has a DATABASE_URL, and {listed} would be left out")


def _env(workflow: Workflow, job: str, migration: Migration, url: str | None) -> dict[str, str]:
    """Return the env of the step; Flyway reads variables of its own, and runs in a container beside the job."""
    if migration.tool != "flyway":
        return {} if url is None else {"DATABASE_URL": url}
    if workflow.job(job).get("container"):
        reason = f"{job} runs in a container, where Flyway's image cannot be started"
        raise Refusal(EditCode.PRECONDITION, reason, hint="`command` says how to migrate")
    return as_jdbc(url or _url_of({}, workflow.job(job)) or _url_of({}, workflow.model))


def _refuse_real(workflow: Workflow, job: str, url: str) -> None:
    found = _LOCAL.match(url)
    hosts = {"localhost", "127.0.0.1", *(workflow.job(job).get("services") or {})}
    if "${{" not in url and (found is None or found["host"] not in hosts):
        reason = f"the DATABASE_URL of {job} is no database of the runner; a secret has no place in a workflow"
        raise Refusal(EditCode.PRECONDITION, reason)


def _step(migration: Migration, env: dict[str, str], params: MigrationParams) -> JsonObject:
    lines = [migration.command]
    if params.roundtrip and migration.down:
        lines += [migration.down, migration.command]
    if params.check_drift and migration.check:
        lines.append(migration.check)
    step: dict[str, Any] = {
        "name": "Migrate the database",
        "run": lines[0] if len(lines) == 1 else "\n".join(lines) + "\n",
    }
    if env:
        step["env"] = env
    return step
