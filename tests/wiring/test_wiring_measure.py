"""`orchestrate measure` and where its numbers are shown."""

import json
import shutil
from pathlib import Path

import pytest
from interpreter import put_interpreter
from wiring_registry import wires
from wiring_world import Make, Repository, document, group, phase, task

FILES = {
    "pkg/__init__.py": "",
    "pkg/half.py": "def half(n):\n    if n > 1:\n        return n / 2\n    return 0\n",
    "tests/test_half.py": "from pkg.half import half\n\n\ndef test_half():\n    assert half(4) == 2\n",
    "pyproject.toml": "[tool.pytest.ini_options]\npythonpath = ['.']\n",
    ".gitignore": ".venv/\n.coverage\n",
}
MEASURED = "75 % of statements (3 of 4)"


def plant(repository: Repository) -> Repository:
    for path, text in FILES.items():
        repository.write(path, text)
    put_interpreter(repository.root)
    return repository


@pytest.fixture(scope="session")
def _measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("measured") / "repository"
    root.mkdir()
    repository = plant(Repository(root))
    assert repository.orchestrate("measure").code == 0
    return root


@pytest.fixture
def measured(_measured: Path, tmp_path: Path) -> Repository:
    """Return a repository in which coverage was measured once; it has no document."""
    shutil.copytree(_measured, tmp_path / "measured")
    return Repository(tmp_path / "measured")


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    (tmp_path / "elsewhere").mkdir()
    return tmp_path / "elsewhere"


@wires("flag:measure --json", "flag:measure --modules")
def test_numbers_with_the_command_that_made_them(measured: Repository) -> None:
    plain, modules = (measured.orchestrate("measure", *words).out for words in ([], ["--modules"]))
    assert "pkg/    75 % (3/4)" in plain
    assert "$ .venv/bin/python -m coverage" in plain or "$ sh -c" in plain
    assert ("pkg/__init__.py" in plain, "pkg/__init__.py" in modules) == (False, True)
    (suite,) = json.loads(measured.orchestrate("measure", "--json").out)["suites"]
    assert (suite["totals"]["statements"], suite["modules"]["pkg/half.py"]["statements"]) == ([3, 4], [3, 4])


@wires("flag:measure --history")
def test_what_was_measured_is_kept(measured: Repository) -> None:
    runs = measured.orchestrate("history").out
    answer = measured.orchestrate("measure", "--history")
    assert (MEASURED in answer.out, len(answer.out.splitlines()), "measured" in runs) == (True, 1, True)
    assert measured.orchestrate("history").out == runs
    told = json.loads(measured.orchestrate("measure", "--history", "--json").out)["history"]
    assert [entry["value"] for entry in told] == [75.0]


@wires("flag:measure --timeout", "twin:measure ORCHESTRATE_TIMEOUT")
@pytest.mark.parametrize(("flags", "env"), [(["--timeout", "0.01"], {}), ([], {"ORCHESTRATE_TIMEOUT": "0.01"})])
def test_a_suite_has_so_much_time(measured: Repository, flags: list[str], env: dict[str, str]) -> None:
    answer = measured.orchestrate("measure", *flags, env=env)
    assert (answer.code, "it took longer than 0.01 seconds" in answer.out) == (1, True)


WAYS = [
    (name, spelling)
    for name in ("--config", "--project", "--directory")
    for spelling in (name, {"--config": "-c", "--directory": "-C"}.get(name, name), f"ORCHESTRATE_{name[2:].upper()}")
]


@wires("flag:measure --config", "flag:measure -c", "twin:measure ORCHESTRATE_CONFIG")
@pytest.mark.parametrize(("name", "how"), dict.fromkeys(WAYS))
def test_where_is_measured(measured: Repository, elsewhere: Path, name: str, how: str) -> None:
    measured.plant(document(phase(group(task("1.1")))))
    value = str(measured.root / "phases.yaml" if name == "--config" else measured.root)
    flags, env = ([], {how: value}) if how.startswith("ORCHESTRATE_") else ([how, value], {})
    assert MEASURED not in measured.orchestrate("measure", "--history", cwd=elsewhere).out
    assert MEASURED in measured.orchestrate("measure", "--history", *flags, env=env, cwd=elsewhere).out


def test_where_nothing_can_be_measured_it_says_so(make: Make) -> None:
    answer = make(**{"a.py": "def f():\n    pass\n"}).orchestrate("measure")
    assert (answer.code, "there is nothing to measure" in answer.err) == (5, True)


def test_a_failing_test_is_exit_1(measured: Repository) -> None:
    measured.write("tests/test_wrong.py", "def test_wrong():\n    assert 1 == 2\n")
    answer = measured.orchestrate("measure")
    assert (answer.code, "some of its tests fail" in answer.out) == (1, True)


def test_a_measurement_is_not_the_last_run(measured: Repository) -> None:
    measured.plant(document(phase(group(task("1.1", "echo x > made")))))
    assert measured.run().code == 0
    assert measured.orchestrate("measure").code == 0
    assert measured.states() == {"1.1": "changed"}
    assert measured.orchestrate("undo", "--yes", "--ui", "none").code == 0
    assert not measured.has("made")


def test_phases_are_shown_from_the_baseline_on(measured: Repository) -> None:
    """In `status` with what was measured by hand, at the end of the run with its own checkpoints alone."""
    argv = [
        "sh",
        "-c",
        "python3 -c 'print(1)' >/dev/null; mkdir -p cov; sed s/N/$0/ r.json >cov/$0.json; cp cov/$0.json c.json",
    ]
    whole = '{"totals": {"covered_lines": N, "num_statements": 4}, "files": {}}'
    phases = [
        phase(
            group(task(f"{number}.1", "true"), id=letter),
            id=number,
            checkpoint=[{"type": "coverage", "min": 0, "source": "c.json", "command": [*argv, covered]}],
        )
        for number, letter, covered in (("1", "a", "3"), ("2", "b", "4"))
    ]
    measured.write("r.json", whole)
    measured.plant(document(*phases))
    answer = measured.orchestrate("run", "--all", "--ui", "plain")
    assert answer.code == 0, answer.text
    assert "after phase 1  75 % (3 of 4)" in answer.err
    status = measured.orchestrate("status").out
    rows = [line.split("  ")[0] for line in status.splitlines() if " of 4)" in line]
    assert rows == ["before the run", "after phase 1", "after phase 2"]
    assert "100 % (4 of 4)" in status


def test_a_run_shows_what_was_measured_until_the_next_one_began(measured: Repository) -> None:
    measured.plant(document(phase(group(task("1.1", "echo x >> made")))))
    assert measured.run().code == 0
    (old,) = (
        run["id"] for run in json.loads(measured.orchestrate("history", "--json").out)["runs"] if run["kind"] == "run"
    )
    assert measured.orchestrate("measure").code == 0
    for look in ("report", "status"):
        assert "now" in _moments(measured.orchestrate(look, old).out)
    assert measured.run("--force").code == 0
    measured.write("tests/test_rest.py", "from pkg.half import half\n\n\ndef test_rest():\n    assert half(1) == 0\n")
    assert measured.orchestrate("measure").code == 0
    for look in ("report", "status"):
        shown = measured.orchestrate(look, old).out
        assert ("after the run" in shown, "now" in _moments(shown), "100 %" in shown) == (True, False, False)
        assert "100 %" in measured.orchestrate(look).out


def _moments(shown: str) -> set[str]:
    return {word.strip() for row in shown.splitlines() for word in row.replace("|", "  ").split("  ")}


def test_a_failed_measurement_is_not_what_undo_means(measured: Repository) -> None:
    measured.plant(document(phase(group(task("1.1", "echo x > made")))))
    assert measured.run().code == 0
    assert measured.orchestrate("measure", "--timeout", "0.01").code == 1
    assert measured.orchestrate("undo", "--yes", "--ui", "none").code == 0
    assert not measured.has("made")
