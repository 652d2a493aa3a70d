"""Repositories of workflows that tests edit, each with LF and CRLF."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from edits_repository import CI, DEPLOY, FIXTURES, Repository


@pytest.fixture(params=["\n", "\r\n"], ids=["lf", "crlf"])
def eol(request: pytest.FixtureRequest) -> str:
    """Return a line end; what uses it runs on files of both kinds."""
    return str(request.param)


@pytest.fixture
def shop(eol: str) -> Repository:
    """Return a small shop: workflows, a Knex project, Python workers."""
    files = {
        CI: (FIXTURES / "ci.yml").read_text().replace("\n", eol),
        DEPLOY: (FIXTURES / "deploy.yml").read_text().replace("\n", eol),
        "package.json": '{"scripts": {"test": "jest", "migrate": "knex migrate:latest"}}',
        "package-lock.json": "{}",
        "knexfile.js": "module.exports = {}",
        "src/index.js": "",
        "requirements.txt": "flask",
        "workers/mail.py": "",
    }
    return Repository(files)


@pytest.fixture
def workflow() -> Callable[..., Repository]:
    """Make a repository with one workflow."""

    def make(text: str, **files: str) -> Repository:
        return Repository({CI: text, **{path.replace("__", "/"): content for path, content in files.items()}})

    return make


@pytest.fixture(scope="session")
def corpus() -> list[tuple[str, str]]:
    """Return names and texts of real workflows; skipped where no folder is named."""
    folder = os.environ.get("ORCHESTRATE_CORPUS")
    if not folder:
        pytest.skip("ORCHESTRATE_CORPUS names no folder with real workflows")
    paths = sorted(path for path in Path(folder).rglob("*") if path.suffix in (".yml", ".yaml"))
    return [(path.name, path.read_bytes().decode()) for path in paths]
