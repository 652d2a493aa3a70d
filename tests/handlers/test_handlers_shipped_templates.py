"""What the shipped templates become in the demo repository: valid, and true about it."""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestrator.edits.kinds import WORKFLOW, check

PROJECT = Path(__file__).parents[2]
DEMO = PROJECT / "examples/learning-platform"
WRITTEN = {
    ".github/workflows/rollback.yml",
    "docs/runbooks/deployment.md",
    "docs/runbooks/rollback.md",
    "docs/runbooks/troubleshooting.md",
    "python-services/fixtures/common.py",
    "src/test/fixtures/assessments.fixture.ts",
    "src/test/fixtures/communities.fixture.ts",
    "src/test/fixtures/users.fixture.ts",
    "src/test/integration/database.helper.ts",
    "src/test/integration/setup.ts",
    "tests/load/k6-config.js",
    "tests/load/scenarios/api-load.js",
    "tests/load/scenarios/concurrent-users.js",
    "tests/smoke/smoke-tests.ts",
}


def orchestrate(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "orchestrator", *words]
    return subprocess.run(argv, cwd=root, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the demo repository with everything generated that the roadmap generates from templates."""
    root = tmp_path_factory.mktemp("demo") / "learning-platform"
    shutil.copytree(DEMO, root, ignore=shutil.ignore_patterns("node_modules", "coverage", ".orchestrate"))
    whole: dict[str, Any] = yaml.safe_load((PROJECT / "config/phases.yaml").read_text("utf-8"))
    tasks = [
        task
        for phase in whole["phases"]
        for group in phase["groups"]
        for task in group["tasks"]
        if task["type"] == "file_generation"
    ]
    phases = [{"id": "1", "groups": [{"id": "a", "execution": "parallel", "tasks": tasks}]}]
    document = {**{key: whole[key] for key in ("version", "project", "params")}, "phases": phases}
    (root / "phases.yaml").write_text(json.dumps(document | {"project": {"name": "learning-platform"}}), "utf-8")
    ran = orchestrate(root, "run", "--all", "--ui", "none")
    assert ran.returncode == 0, ran.stderr
    return root


def test_all_files_are_written_and_a_persons_file_stays(demo: Path) -> None:
    listed = orchestrate(demo, "diff", "--stat").stdout.splitlines()
    assert {row.split()[-1] for row in listed} == WRITTEN
    own = (DEMO / "python-services/conftest.py").read_bytes()
    assert (demo / "python-services/conftest.py").read_bytes() == own


def test_the_rollback_workflow_is_valid_without_a_warning(demo: Path) -> None:
    assert list(check(WORKFLOW, (demo / ".github/workflows/rollback.yml").read_text("utf-8"))) == []


def test_the_rollback_knows_every_service(demo: Path) -> None:
    workflow = yaml.safe_load((demo / ".github/workflows/rollback.yml").read_text("utf-8"))
    offered = workflow[True]["workflow_dispatch"]["inputs"]["service"]["options"]  # `on` is a truth in YAML 1.1
    services = {path.parent.name for path in (demo / "python-services").glob("*/main.py")}
    assert set(offered) == {"all", "backend", *services}


def test_the_python_fixtures_can_be_imported_and_varied(demo: Path) -> None:
    place = demo / "python-services/fixtures/common.py"
    spec = importlib.util.spec_from_file_location("shipped_common", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.build_mentor("m1", rating=2.0)["rating"] == 2.0
    assert module.build_mentor("m1")["rating"] != 2.0


def test_the_runbooks_name_scripts_variables_and_routes_that_there_are(demo: Path) -> None:
    books = "".join(path.read_text("utf-8") for path in sorted((demo / "docs/runbooks").glob("*.md")))
    scripts = json.loads((demo / "package.json").read_text("utf-8"))["scripts"]
    assert set(re.findall(r"npm run ([\w:]+)", books)) <= set(scripts)
    sources = "".join(path.read_text("utf-8") for path in sorted((demo / "src").rglob("*.ts")))
    for name in ("JWT_SECRET", "TRUST_PROXY", "SERVICE_TOKEN", "DATABASE_URL"):
        assert (name in books, name in sources) == (True, True), name
    for path in re.findall(r"`(?:GET|POST) /api/([\w/]+)`", books):
        assert f"/{path.split('/')[-1]}" in sources, path
    for path in re.findall(r"<rootDir>/([\w./-]+)", books):
        assert (demo / path).is_file(), path


def test_a_second_run_changes_nothing(demo: Path) -> None:
    assert orchestrate(demo, "run", "--all", "--ui", "none").returncode == 0
    record = json.loads(orchestrate(demo, "status", "--json").stdout)["run"]
    assert {task["state"] for task in record["tasks"]} == {"unchanged"}


def test_runbooks_need_no_params_of_the_document(tmp_path: Path) -> None:
    """A document in the older layout has none."""
    templates = ["deployment.md", "rollback.md", "troubleshooting.md"]
    task = {"id": "1.1", "name": "books", "type": "file_generation", "templates": templates, "target": "docs/"}
    phases = [{"id": "1", "groups": [{"id": "a", "tasks": [task]}]}]
    document = {"version": 1, "project": {"name": "x"}, "phases": phases}
    (tmp_path / "phases.yaml").write_text(json.dumps(document), "utf-8")
    ran = orchestrate(tmp_path, "run", "--all", "--ui", "none")
    assert ran.returncode == 0, ran.stderr
    assert "CI is green on the commit that is to be released." in (tmp_path / "docs/deployment.md").read_text("utf-8")
    assert "Coverage below its gate:" in (tmp_path / "docs/troubleshooting.md").read_text("utf-8")
