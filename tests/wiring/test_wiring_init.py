"""`orchestrate init`: what it writes is valid, plans, runs, and is never written over."""

import signal
import subprocess
import sys
import time

import pytest
from interpreter import put_interpreter
from wiring_registry import wires
from wiring_world import Make, Repository, document, group, phase, task

FILES = {
    "pkg/__init__.py": "",
    "pkg/half.py": "def half(n):\n    if n > 1:\n        return n / 2\n    return 0\n",
    "tests/test_half.py": "from pkg.half import half\n\n\ndef test_half():\n    assert half(4) == 2\n",
    "pyproject.toml": "[tool.pytest.ini_options]\npythonpath = ['.']\n",
    ".github/workflows/ci.yml": (
        "on: push\njobs:\n  one:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pytest || true\n"
    ),
}


@pytest.fixture
def repository(make: Make) -> Repository:
    made = make(**FILES)
    put_interpreter(made.root)
    return made


def test_what_it_writes_validates_plans_and_runs(repository: Repository) -> None:
    written = repository.orchestrate("init")
    assert (written.code, "left out: a coverage checkpoint for pytest" in written.err) == (0, True), written.text
    assert repository.problems() == []
    assert repository.planned()
    edits = ["--skip", "2"] if '"2"' in repository.read("phases.yaml") else []
    ran = repository.run("--phase", "1", *edits)
    assert (ran.code, "|| true" in repository.read(".github/workflows/ci.yml")) == (0, False), ran.answer.text


def test_a_repository_without_tests_hears_that_nothing_is_measured_and_gets_tests(make: Make) -> None:
    line = "def half(n): return n / 2 if n > 1 else 0\n"
    repository = make(**{"pkg/__init__.py": "", "pkg/half.py": line, "pyproject.toml": FILES["pyproject.toml"]})
    written = repository.orchestrate("init")
    assert "left out: measuring: there are no tests yet" in written.err
    assert "# 1 line, no test of its own; not measured, 1 decision" in repository.read("phases.yaml")
    assert "type: test_generation" in repository.read("phases.yaml")


def test_a_folder_of_a_repository_gets_nothing_that_github_reads_at_the_root_only(make: Make) -> None:
    settings = dict.fromkeys(("pyproject.toml", "packages/api/pyproject.toml"), FILES["pyproject.toml"])
    code = {"packages/api/api/__init__.py": "", "packages/api/api/half.py": FILES["pkg/half.py"]}
    repository = make(**code, **settings)
    subprocess.run(["git", "init", "--quiet", repository.root], check=True)
    written = repository.orchestrate("init", "packages/api")
    assert "left out: workflows and Dependabot: GitHub reads .github/ at the root of a repository" in written.err
    assert ".github" not in repository.read("packages/api/phases.yaml")
    assert repository.orchestrate("init").code == 0
    assert ".github/dependabot.yml" in repository.read("phases.yaml")


def test_the_document_is_all_that_it_writes_and_a_run_after_it_is_hidden_from_git(repository: Repository) -> None:
    subprocess.run(["git", "init", "--quiet", repository.root], check=True)
    repository.write(".gitignore", ".venv\n__pycache__\n.pytest_cache\n")
    assert repository.orchestrate("init", "--dry-run").code == 0
    assert "phases.yaml" not in seen_by_git(repository)
    assert repository.orchestrate("init").code == 0
    assert not repository.has(".orchestrate")
    assert repository.orchestrate("run", "--only", "1.1", "--ui", "none").code == 0
    assert repository.has(".orchestrate/ledger.db")
    assert [path for path in seen_by_git(repository) if path.startswith(".orchestrate")] == []


def seen_by_git(repository: Repository) -> list[str]:
    asked = ["git", "ls-files", "--others", "--exclude-standard"]
    return subprocess.run(asked, cwd=repository.root, check=True, capture_output=True, text=True).stdout.split()


def coverage(repository: Repository) -> list[float]:
    return [entry["value"] for entry in repository.record()["measurements"] if entry["type"] == "coverage"]


@wires("flag:init --measure", "twin:init ORCHESTRATE_MEASURE")
@pytest.mark.parametrize(("flags", "env"), [(["--measure"], {}), ([], {"ORCHESTRATE_MEASURE": "1"})])
def test_measuring_brings_a_checkpoint_that_holds(repository: Repository, flags: list[str], env) -> None:
    assert "params.coverage_pytest" not in repository.orchestrate("init", "--dry-run").out
    assert repository.orchestrate("init", *flags, env=env).code == 0
    assert "default: 75," in repository.read("phases.yaml")
    assert repository.run("--all").code == 0
    assert coverage(repository) == [100.0]


def test_a_signal_while_measuring_ends_it_and_writes_nothing(repository: Repository) -> None:
    waits = "import pathlib\nimport time\n\n\ndef test_late():\n    pathlib.Path('here').touch()\n    time.sleep(60)\n"
    repository.write("tests/test_late.py", waits)
    process = repository.start("init", "--measure")
    limit = time.monotonic() + 60
    while not (repository.root / "here").exists() and time.monotonic() < limit:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert (process.returncode, (repository.root / "phases.yaml").exists()) == (130, False)


def test_the_checkpoint_counts_what_was_measured_where_tests_lie_among_sources(repository: Repository) -> None:
    repository.write("pkg/tests/test_more.py", "def test_more():\n    assert 1 == 1\n    assert 2 == 2\n")
    repository.write("top.py", "def top():\n    return 1\n")
    assert repository.orchestrate("init", "--measure").code == 0
    assert "default: 50," in repository.read("phases.yaml")
    assert repository.run("--all").code == 0
    (measured,) = [entry for entry in repository.record()["measurements"] if entry["type"] == "coverage"]
    assert (measured["details"]["covered"], measured["details"]["total"]) == (6, 6)


def test_edits_of_workflows_wait_for_no_suite(repository: Repository) -> None:
    assert repository.orchestrate("init", "--measure").code == 0
    assert repository.run("--phase", "1").code == 0
    assert coverage(repository) == []


@wires("argument:init path")
def test_another_folder_can_be_named(repository: Repository, make: Make) -> None:
    here = make()
    assert here.orchestrate("init", str(repository.root)).code == 0
    assert (here.has("phases.yaml"), repository.has("phases.yaml")) == (False, True)
    assert here.orchestrate("init", "nowhere").code == 2


@wires("flag:init --from-template")
def test_a_template_is_fitted(repository: Repository) -> None:
    answer = repository.orchestrate("init", "--from-template", "roadmap")
    assert answer.code == 0, answer.text
    text = repository.read("phases.yaml")
    assert ("remove_continue_on_error" in text, "jest.config.js" in text) == (True, False)
    assert "left out: 1.1 Expand Jest collectCoverageFrom" in answer.err
    assert [problem for problem in repository.problems() if problem["severity"] == "error"] == []
    assert repository.orchestrate("init", "--from-template", "nowhere.yaml", "--force").code == 2


def test_a_person_keeps_what_was_changed(repository: Repository) -> None:
    assert repository.orchestrate("init").code == 0
    mine = repository.read("phases.yaml").replace("max_parallel_tasks: 2", "max_parallel_tasks: 7")
    repository.write("phases.yaml", mine)
    again = repository.orchestrate("init")
    assert (again.code, "there is nothing new to do here" in again.err) == (0, True)
    assert repository.read("phases.yaml") == mine
    repository.write(".github/workflows/more.yml", FILES[".github/workflows/ci.yml"])
    added = repository.orchestrate("init")
    assert (added.code, "added " in added.err) == (0, True), added.text
    assert repository.read("phases.yaml").startswith(mine.split("# Keep these lines")[0].rstrip())
    assert repository.problems() == []


def test_measuring_later_adds_the_checkpoint_once_and_leaves_what_is_there(repository: Repository) -> None:
    assert repository.orchestrate("init").code == 0
    mine = repository.read("phases.yaml").replace("max_parallel_tasks: 2", "max_parallel_tasks: 7")
    repository.write("phases.yaml", mine)
    assert repository.run("--all").code == 0  # what was proposed is done: nothing of it is proposed any more
    added = repository.orchestrate("init", "--measure")
    assert (added.code, "added 1 coverage checkpoint: " in added.err) == (0, True), added.text
    text = repository.read("phases.yaml")
    assert [line for line in mine.splitlines() if line not in text.splitlines() and "proposed so far" not in line] == []
    assert 'min: "{{ params.coverage_pytest }}"' in text
    assert repository.problems() == []
    again = repository.orchestrate("init", "--measure")
    assert (again.code, "there is nothing new to do here" in again.err) == (0, True), again.text
    assert repository.read("phases.yaml") == text
    assert repository.run("--all").code == 0
    assert coverage(repository) == [100.0]


def test_a_document_in_its_folder_is_gone_on_with(repository: Repository) -> None:
    (repository.root / "config").mkdir()
    assert repository.orchestrate("init", "--config", "config/phases.yaml").code == 0
    again = repository.orchestrate("init")
    assert (again.code, "nothing new to do" in again.err, repository.has("phases.yaml")) == (0, True, False), again.text


def test_a_document_that_is_broken_is_told_and_left(repository: Repository) -> None:
    for broken in (b"\xff\xfe", b"version: 1\nphases: [\n"):
        (repository.root / "phases.yaml").write_bytes(broken)
        assert repository.orchestrate("init").code == 3
        assert (repository.root / "phases.yaml").read_bytes() == broken


def test_a_document_of_a_person_is_refused(repository: Repository) -> None:
    repository.plant(document(phase(group(task("1.1")))))
    answer = repository.orchestrate("init")
    assert (answer.code, "`init` did not write it" in answer.err) == (2, True)


def test_where_nothing_is_to_be_done_it_says_so(make: Make) -> None:
    repository = make(**{"readme.md": "# words\n"})
    answer = repository.orchestrate("init")
    assert (answer.code, "there is nothing to do here" in answer.err, repository.has("phases.yaml")) == (0, True, False)


BARE = '#!/bin/sh\nexec "{python}" -S "$@"\n'


def test_what_the_environment_lacks_is_told_with_the_line_that_installs_it(repository: Repository) -> None:
    told = "missing: .venv/bin/python has no pytest: .venv/bin/python -m pip install pytest pytest-cov"
    assert told not in repository.orchestrate("init", "--dry-run").err
    repository.write(".venv/bin/python", BARE.format(python=sys.executable))
    assert told in repository.orchestrate("init", "--dry-run").err
    measured = repository.orchestrate("init", "--measure").err
    assert (told in measured, "not measured: pytest: .venv/bin/python has no pytest" in measured) == (True, True)
    (repository.root / "tests/test_half.py").unlink()
    assert told in repository.orchestrate("init", "--dry-run").err
