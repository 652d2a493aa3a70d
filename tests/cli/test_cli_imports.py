"""What looks has to answer at once, so it loads nothing that it does not need; most of the time is imports."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    *("pydantic", "asyncio", "jinja2", "questionary", "rich", "importlib.metadata", "yaml", "tenacity", "ssl"),
    *("concurrent.futures", "statistics", "tempfile", "secrets", "socket", "logging"),
    *("orchestrator.contracts", "orchestrator.models.document", "orchestrator.models.facts"),
    *("orchestrator.planning.checks", "orchestrator.planning.build", "orchestrator.plugins"),
    *("orchestrator.ledger.writer", "orchestrator.handlers.command"),
}
DOCUMENT = """\
version: 1
project: {name: quick}
settings: {durability: normal}
phases:
  - id: 1
    groups:
      - id: a
        tasks:
          - {id: "1.1", name: say, type: command, command: ["echo", "hello"], inputs: []}
          - {id: "1.2", name: fail, type: command, command: ["false"], critical: false}
          - {id: "1.3", name: wide, description: "größer → 100 %", type: command, command: ["true"]}
"""
LOADED = """
import json, sys
from orchestrator.__main__ import main
try:
    code = main()
except SystemExit as ended:
    code = ended.code
print("\\n" + json.dumps([code, sorted(sys.modules)]))
"""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a run, so that there is something to look at."""
    root = tmp_path_factory.mktemp("quick")
    (root / "phases.yaml").write_text(DOCUMENT)
    ran = subprocess.run([sys.executable, "-m", "orchestrator", "run", "--all", "--quiet"], cwd=root, check=False)
    assert ran.returncode == 1
    return root


LOOKING = """
--help
--version
status
status --json
logs
logs 1.1
history
plan
plan --task 1.1
plan --json
plan --format table
plan --format mermaid
validate
validate --format json
plan --help
tests --help
undo --help
resume --help
init --help
edit --help
measure --help
measure --history
history 1.1
help exit-codes
"""


@pytest.mark.parametrize("line", LOOKING.split("\n")[1:-1])
def test_commands_that_look_load_nothing_large(repository: Path, line: str) -> None:
    words = ["orchestrate", *line.split()]
    code = f"import sys; sys.argv = {words!r}\n{LOADED}"
    told = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=False)
    code, modules = json.loads(told.stdout.splitlines()[-1])
    assert (code or 0, told.stderr) == (0, "")
    assert HEAVY & set(modules) == set()


def test_a_run_in_which_all_is_up_to_date_loads_no_handler(tmp_path: Path) -> None:
    (tmp_path / "phases.yaml").write_text(DOCUMENT.replace('["false"], critical: false', '["true"], inputs: ["*.txt"]'))
    run = ["orchestrate", "run", "--task", "1.1", "--task", "1.2", "--ui", "plain"]
    code = f"import sys; sys.argv = {run!r}\n{LOADED}"
    for _ in range(2):  # the first one keeps the plan
        told = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert told.returncode == 0
    assert "2 done (2 unchanged) of 2" in told.stderr
    engine, supervisor = (json.loads(line) for line in told.stdout.splitlines() if line)
    assert (engine[0], supervisor[0]) == (0, 0)
    assert "orchestrator.engine.executor" in engine[1]
    assert {"pydantic", "pydantic_core", "orchestrator.handlers.command", "jinja2"} & set(engine[1]) == set()


def test_plug_ins_of_pydantic_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "phases.yaml").write_text(DOCUMENT)
    (tmp_path / "noisy.py").write_text("print('noisy'); raise ImportError\n")
    (tmp_path / "noisy-1.dist-info").mkdir()
    (tmp_path / "noisy-1.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: noisy\nVersion: 1\n")
    (tmp_path / "noisy-1.dist-info/entry_points.txt").write_text("[pydantic]\nnoisy = noisy:plugin\n")
    environ = {**os.environ, "PYTHONPATH": str(tmp_path)}

    def said(*words: str) -> str:
        told = subprocess.run([sys.executable, *words], cwd=tmp_path, env=environ, capture_output=True, check=True)
        return told.stdout.decode()

    assert said("-c", "import pydantic; type('Any', (pydantic.BaseModel,), {'__module__': __name__})") == "noisy\n"
    assert "noisy" not in said("-m", "orchestrator", "validate")


def test_a_plan_that_is_made_looks_for_no_installed_packages(tmp_path: Path) -> None:
    (tmp_path / "phases.yaml").write_text(DOCUMENT)
    code = f"import sys; sys.argv = ['orchestrate', 'plan']\n{LOADED}"
    told = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    modules = set(json.loads(told.stdout.splitlines()[-1])[1])
    assert {"pydantic", "orchestrator.models.document"} <= modules
    assert {"importlib.metadata", "email"} & modules == set()


def test_who_looks_for_installed_packages_while_pydantic_is_loaded_alone_finds_them() -> None:
    code = (
        "from orchestrator.cli.pydantic_alone import load_pydantic; load_pydantic()\n"
        "from pydantic.plugin import _loader; print(len(_loader.entry_points(group='console_scripts')) > 0)\n"
        "import importlib.metadata as found; print(found.version('pydantic') != '')"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "True\nTrue\n"
