"""Throw-away databases of a test job: the service, its URL, and the same as Flyway wants to have it."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from orchestrator.edits.result import EditCode, Refusal
from orchestrator.edits.yaml.emit import Folded

_URL = re.compile(
    r"(?P<scheme>postgres(?:ql)?|mysql)(?:\+\w+)?://(?P<user>[^:@/]+):(?P<password>[^@/]*)@(?P<rest>[^/?]+/[^?]+)"
)
# What everybody can guess keeps nothing secret; anything else may be the key to a database that matters.
_THROW_AWAY = re.compile(r"(?:test|testing|postgres|mysql|root|password|pass|secret|example|ci|dev|app|user|admin)\d?")


@dataclass(frozen=True, slots=True)
class Database:
    """A database of a kind (postgres, mysql), with the names that a new service gets."""

    kind: str
    name: str
    user: str
    password: str

    def find(self, services: Mapping[str, Any]) -> tuple[str, Mapping[str, Any] | None]:
        """Return the service of this kind that a job has; None and the name for a new one when there is none."""
        for name, service in services.items():
            if isinstance(service, dict) and self.kind in str(service.get("image", "")):
                return name, service
        return self.kind, None

    def refuse_real(self) -> None:
        """Raise Refusal E_PRECONDITION for a password that is more than a placeholder."""
        if self.password not in (self.name, self.user) and not _THROW_AWAY.fullmatch(self.password):
            reason = "the `password` looks like a real one; a secret has no place in a workflow"
            raise Refusal(
                EditCode.PRECONDITION, reason, hint="the service is thrown away after the job: `test` will do"
            )

    def service(self, image: str | None) -> dict[str, Any]:
        """Return a new service, which is ready when its job's steps begin."""
        if self.kind == "mysql":
            env = {"MYSQL_ROOT_PASSWORD": self.password, "MYSQL_DATABASE": self.name}
            if self.user != "root":
                env |= {"MYSQL_USER": self.user, "MYSQL_PASSWORD": self.password}
            return {
                "image": image or "mysql:8.4",
                "env": env,
                "ports": ["3306:3306"],
                "options": _health('"mysqladmin ping"'),
            }
        return {
            "image": image or "postgres:17-alpine",
            "env": {"POSTGRES_USER": self.user, "POSTGRES_PASSWORD": self.password, "POSTGRES_DB": self.name},
            "ports": ["5432:5432"],
            "options": _health("pg_isready"),
        }

    def refuse_other(self, service: Mapping[str, Any], given: Collection[str]) -> None:
        """Raise Refusal E_CONFLICT when a service has another name, user or password than those that were given."""
        env = service.get("env")
        present = env if isinstance(env, dict) else {}
        is_mysql = self.kind == "mysql"
        user = present.get("MYSQL_USER", "root") if is_mysql else present.get("POSTGRES_USER", "postgres")
        key = ("MYSQL_ROOT_PASSWORD" if user == "root" else "MYSQL_PASSWORD") if is_mysql else "POSTGRES_PASSWORD"
        name = present.get("MYSQL_DATABASE") if is_mysql else present.get("POSTGRES_DB", user)
        there = {"db": name, "user": user, "password": present.get(key)}
        wanted = {"db": self.name, "user": self.user, "password": self.password}
        for param in ("db", "user", "password"):
            if param in given and wanted[param] != there[param]:
                found = "none" if there[param] is None else there[param]
                reason = f"the service {self.kind} has the {param} {found}, not {wanted[param]}"
                raise Refusal(EditCode.CONFLICT, reason, hint=f"without `{param}` the service is taken as it is")

    def url(self, host: str, service: Mapping[str, Any]) -> str:
        """Return the URL of a service as its env says."""
        env = service.get("env") or {}
        if self.kind == "mysql":
            user = env.get("MYSQL_USER", "root")
            password = env.get("MYSQL_PASSWORD" if "MYSQL_USER" in env else "MYSQL_ROOT_PASSWORD", "test")
            return f"mysql://{user}:{password}@{host}:3306/{env.get('MYSQL_DATABASE', 'test')}"
        user = env.get("POSTGRES_USER", "postgres")
        return f"postgresql://{user}:{env.get('POSTGRES_PASSWORD', user)}@{host}:5432/{env.get('POSTGRES_DB', user)}"


def _health(command: str) -> Folded:
    return Folded((f"--health-cmd {command}", "--health-interval 5s", "--health-timeout 5s", "--health-retries 10"))


def as_jdbc(url: str | None) -> dict[str, str]:
    """Return the three variables that Flyway reads; none when nothing says where the database is.

    Refusal E_DYNAMIC when the URL is computed or of another kind.
    """
    if url is None:
        return {}
    found = _URL.fullmatch(url.partition("?")[0])
    if found is None or "${{" in url:
        reason = "the DATABASE_URL is not one that can be written as Flyway wants it"
        raise Refusal(EditCode.DYNAMIC, reason, hint="`command` says how to migrate")
    scheme = "mysql" if found["scheme"] == "mysql" else "postgresql"
    return {
        "FLYWAY_URL": f"jdbc:{scheme}://{found['rest']}",
        "FLYWAY_USER": found["user"],
        "FLYWAY_PASSWORD": found["password"],
    }
