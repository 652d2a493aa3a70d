"""Which migration tool a repository has, and the command that brings a database up to date with it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.edits.action import Scene
from orchestrator.edits.result import EditCode, Refusal

KNOWN = re.compile(
    r"prisma migrate deploy|alembic (?:-\S+ \S+ )*upgrade|(?:knex|cli\.js) migrate:latest|typeorm\S* .*migration:run"
    r"|sequelize(?:-cli)? db:migrate|drizzle-kit migrate|manage\.py migrate|flyway(?::|\S*\s.*)migrate|flywayMigrate"
    r"|rails db:migrate|(?:migrate|dbmate|goose)\b.* up\b"
)
_SCRIPT = re.compile(r"\b(?:npm run(?:-script)?|yarn(?: run)?|pnpm(?: run)?) (?P<name>[\w:.-]+)")
_SCRIPT_NAMES = (
    "migrate:deploy", "db:migrate:deploy", "migrate", "db:migrate", "migrate:latest", "migrations:run", "migration:run",
    "typeorm:migrate",
)  # fmt: skip
_DATASOURCES = tuple(
    f"{folder}data-source.{suffix}" for folder in ("", "src/", "src/database/", "src/db/") for suffix in ("ts", "js")
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Migration:
    """A tool: the command that migrates, one that fails on drift, one that takes the last step back; "" = none."""

    tool: str
    command: str
    check: str = ""
    down: str = ""
    language: str = "node"  # node, python or any: what has to be set up for it


_TOOLS: Mapping[str, Migration] = {
    "prisma": Migration(
        tool="prisma",
        command="npx prisma migrate deploy",
        check="npx prisma migrate status",
    ),
    "alembic": Migration(
        tool="alembic",
        command="alembic upgrade head",
        check="alembic check",
        down="alembic downgrade -1",
        language="python",
    ),
    "django": Migration(
        tool="django",
        command="python manage.py migrate --noinput",
        check="python manage.py makemigrations --check --dry-run",
        language="python",
    ),
    "knex": Migration(tool="knex", command="npx knex migrate:latest", down="npx knex migrate:rollback"),
    "sequelize": Migration(
        tool="sequelize", command="npx sequelize-cli db:migrate", down="npx sequelize-cli db:migrate:undo"
    ),
    "flyway": Migration(
        tool="flyway",
        command=(
            "docker run --rm --network host --env FLYWAY_URL --env FLYWAY_USER --env FLYWAY_PASSWORD"
            ' --volume "$PWD:/flyway/project:ro" flyway/flyway:11 -workingDirectory=/flyway/project migrate'
        ),
        language="any",
    ),
    "drizzle": Migration(tool="drizzle", command="npx drizzle-kit migrate", check="npx drizzle-kit check"),
}
_SIGNS = {
    "prisma": ("prisma/schema.prisma", "schema.prisma"),
    "alembic": ("alembic.ini",),
    "django": ("manage.py",),
    "knex": ("knexfile.ts", "knexfile.js", "knexfile.mjs", "knexfile.cjs"),
    "sequelize": (".sequelizerc",),
    "flyway": ("flyway.toml", "flyway.conf"),
    "drizzle": ("drizzle.config.ts", "drizzle.config.js", "drizzle.config.mjs"),
}
SIGN_FILES = (*(path for paths in _SIGNS.values() for path in paths), *_DATASOURCES)


def find_migration(scene: Scene, tool: str = "auto", command: str | None = None) -> Migration:
    """Return how the repository migrates; its own package script goes before the tool's command.

    Refusal E_PRECONDITION when no tool is found, E_AMBIGUOUS when there are several.
    """
    if command is not None:
        return Migration(tool="custom", command=command, language="python" if "python" in command else "node")
    if tool == "custom":
        raise Refusal(EditCode.PARAM, "`tool: custom` needs `command`")
    found = [name for name, paths in _SIGNS.items() if any(scene.tree.exists(path) for path in paths)]
    typeorm = _typeorm(scene)
    found += ["typeorm"] if typeorm is not None else []
    if tool == "auto":
        if not found:
            raise Refusal(EditCode.PRECONDITION, "no migration tool was found", hint="`command` says how to migrate")
        if len(found) > 1:
            raise Refusal(EditCode.AMBIGUOUS, f"several migration tools: {', '.join(found)}", hint="choose by `tool`")
        tool = found[0]
    if tool == "typeorm" and typeorm is None:
        reason = f"no data source of TypeORM was found ({', '.join(_DATASOURCES)})"
        raise Refusal(EditCode.PRECONDITION, reason, hint="`command` says how to migrate")
    known = typeorm if tool == "typeorm" and typeorm is not None else _TOOLS[tool]
    script = _own_script(scene, known)
    if script is None:
        return known
    scripts = package_scripts(scene)
    undo = next(
        (name for name in ("migrate:rollback", "db:rollback", "migrate:down", "migration:revert") if name in scripts),
        None,
    )
    down = f"{package_manager(scene)} run {undo}" if undo else known.down
    return Migration(tool=tool, command=script, check=known.check, down=down, language=known.language)


def _typeorm(scene: Scene) -> Migration | None:
    """Return how TypeORM migrates by the data source that the repository has; its command line takes the file's path.

    A TypeScript file needs the command that comes with TypeORM for it, one for each kind of module.
    """
    source = next((path for path in _DATASOURCES if "typeorm" in (scene.read_if_there(path) or "")), None)
    if source is None:
        return None
    is_esm = package_data(scene).get("type") == "module"
    script = f"typeorm-ts-node-{'esm' if is_esm else 'commonjs'}" if source.endswith(".ts") else "typeorm"
    command = f"npx {script} migration:run -d {source}"
    return Migration(tool="typeorm", command=command, down=f"npx {script} migration:revert -d {source}")


def _own_script(scene: Scene, known: Migration) -> str | None:
    scripts = package_scripts(scene)
    manager = package_manager(scene)
    for name in _SCRIPT_NAMES:
        text = str(scripts.get(name, ""))
        if KNOWN.search(text) and "migrate dev" not in text and known.language == "node":
            return f"{manager} run {name}"
    return None


def package_scripts(scene: Scene) -> Mapping[str, object]:
    """Return the scripts of package.json; none when it is missing or no JSON."""
    scripts = package_data(scene).get("scripts")
    return scripts if isinstance(scripts, dict) else {}


def package_data(scene: Scene) -> Mapping[str, object]:
    """Return package.json; nothing when it is missing or no JSON object."""
    try:
        data = json.loads(scene.read_if_there("package.json") or "{}")
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def package_manager(scene: Scene) -> str:
    """Return npm, yarn or pnpm, by the lock file."""
    if scene.tree.exists("pnpm-lock.yaml"):
        return "pnpm"
    return "yarn" if scene.tree.exists("yarn.lock") else "npm"


def install_command(scene: Scene) -> str:
    """Return the command that installs exactly what the lock file says."""
    return {
        "pnpm": "pnpm install --frozen-lockfile",
        "yarn": "yarn install --frozen-lockfile",
        "npm": "npm ci" if scene.tree.exists("package-lock.json") else "npm install",
    }[package_manager(scene)]


def migrates(scene: Scene, script: str) -> bool:
    """Say whether a script runs a known migration; package scripts are followed one level."""
    if KNOWN.search(script):
        return True
    scripts = package_scripts(scene)
    return any(KNOWN.search(str(scripts.get(found["name"], ""))) for found in _SCRIPT.finditer(script))
