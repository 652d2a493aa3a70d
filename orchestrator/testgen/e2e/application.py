"""How the application is started for end-to-end tests, found in the project's own files."""

import json
import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from orchestrator.contracts import Processes
from orchestrator.errors import TaskFailed

_ENTRIES = tuple(f"{folder}{name}" for folder in ("src/", "") for name in ("index", "server", "main"))
_SCRIPTS = ("start:e2e", "start:test", "dev", "start:dev", "start")
_ASSIGNED = re.compile(r"process\.env\.(\w+)\s*=\s*(['\"])(.*?)\2")
_DELETED = re.compile(r"delete process\.env\.(\w+)")
_DATABASE = re.compile(r"^(DATABASE|DB|POSTGRES|PG)\w*_UR[IL]$")
_SECRET = re.compile(r"(JWT|TOKEN|AUTH)\w*SECRET")
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True, kw_only=True, slots=True)
class Application:
    """`command` is a shell line; the names are those of environment variables, "" when there is none."""

    command: str
    env: Mapping[str, str]
    port: str
    database: str
    secret: str
    migrate: str
    node: str
    playwright: str  # path of its script
    config: str  # the project's own playwright.config, "" when it has none
    browser: str | None  # path of one, "" when Playwright has its own, None when there is none


def find_application(root: str, processes: Processes) -> Application:
    """Return how it is started; TaskFailed that says what is missing."""
    node = processes.find("node")
    if node is None:
        message = "end-to-end tests need Node, which is not on the path"
        raise TaskFailed(message, hint="install Node 20 or later")
    package = _package(root)
    script = Path(root, "node_modules/@playwright/test/cli.js")
    if not script.is_file():
        message = "end-to-end tests are Playwright specs, and @playwright/test is not installed in the project"
        raise TaskFailed(message, hint="npm install --save-dev @playwright/test")
    if not Path(root, "node_modules/typescript").is_dir():
        message = "specs are type-checked, and the project has no TypeScript compiler installed"
        raise TaskFailed(message, hint="npm install --save-dev typescript")
    env = _environment(root)
    return Application(
        command=_command(root, package),
        env=env,
        port=next((name for name in env if re.fullmatch(r"((APP|SERVER|HTTP|API)_)?PORT", name)), "PORT"),
        database=next((name for name in env if _DATABASE.match(name)), ""),
        secret=next((name for name in env if _SECRET.search(name)), ""),
        migrate=_migrate(package),
        node=node,
        playwright=str(script),
        config=next((each for each in _config_names() if Path(root, each).is_file()), ""),
        browser=_browser(processes),
    )


def _package(root: str) -> Mapping[str, Any]:
    try:
        content = json.loads(Path(root, "package.json").read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        message = f"end-to-end tests need a package.json at the root: {error}"
        raise TaskFailed(message, hint="is project.root the folder of the application?") from error
    return content if isinstance(content, dict) else {}


def _command(root: str, package: Mapping[str, Any]) -> str:
    """Return what starts the sources as they are: the entry file, else a script of package.json."""
    is_there = {name: Path(root, "node_modules", name).is_dir() for name in ("tsx", "ts-node")}
    for entry in _ENTRIES:
        if Path(root, f"{entry}.ts").is_file() and any(is_there.values()):
            loader = "--import tsx" if is_there["tsx"] else "-r ts-node/register/transpile-only"
            return f"node {loader} {entry}.ts"
    scripts = package.get("scripts", {})
    name = next((each for each in _SCRIPTS if each in scripts), None)
    if name is not None:
        return f"npm run --silent {name}"
    for entry in (str(package.get("main", "")), *(f"{each}.js" for each in _ENTRIES)):
        if entry and Path(root, entry).is_file():
            return f"node {entry}"
    message = "nothing says how the application is started"
    raise TaskFailed(message, hint="a `dev` or `start` script in package.json, or src/index.ts with tsx or ts-node")


def _environment(root: str) -> dict[str, str]:
    """Return what .env.example and the test setup say, without addresses where nobody answers but the database's."""
    found: dict[str, str] = {}
    for name in (".env.example", ".env.sample", ".env.test"):
        for line in _text(Path(root, name)).splitlines():
            key, is_pair, value = line.partition("=")
            if is_pair and re.fullmatch(r"\w+", key.strip()):
                found[key.strip()] = value.strip().strip("\"'")
    for name in ("src/test/setup.ts", "test/setup.ts", "tests/setup.ts", "jest.setup.ts", "jest.setup.js"):
        text = _text(Path(root, name))
        found |= {key: value for key, _, value in _ASSIGNED.findall(text)}
        for key in _DELETED.findall(text):
            found.pop(key, None)
    kept = {key: each for key, each in found.items() if _DATABASE.match(key) or not _is_dead(each)}
    return {**kept, "NODE_ENV": "test", **({"HOST": "127.0.0.1"} if "HOST" in kept else {})}


def _is_dead(value: str) -> bool:
    parts = urlsplit(value) if "://" in value else None
    if parts is None or parts.scheme in ("http", "https") or parts.hostname is None:
        return False
    try:
        with socket.create_connection((parts.hostname, parts.port or 1), timeout=1):
            return False
    except (OSError, ValueError):
        return True


def _migrate(package: Mapping[str, Any]) -> str:
    scripts = package.get("scripts", {})
    names = ("migrate:latest", "db:migrate", "migrate:deploy", "migration:run", "migrate", "migrate:up")
    name = next((each for each in names if each in scripts), None)
    return f"npm run --silent {name}" if name else ""


def _browser(processes: Processes) -> str | None:
    cache = Path(os.path.expanduser("~/.cache/ms-playwright"))
    if any(cache.glob("chromium*")):
        return ""
    return next((found for found in map(processes.find, _BROWSERS) if found), None)


def _config_names() -> tuple[str, ...]:
    return tuple(f"playwright.config.{suffix}" for suffix in ("ts", "mts", "js", "mjs", "cjs"))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return ""
