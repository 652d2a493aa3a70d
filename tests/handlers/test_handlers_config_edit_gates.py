"""Checkers that are installed judge an edited workflow before it is written: in a run and by `orchestrate edit`."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.cli.entry import enter
from orchestrator.edits.gates import GATES
from orchestrator.handlers.config_edit import ConfigEdit

CI = ".github/workflows/ci.yml"
TEXT = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: [{run: make}]\n"
EDIT = {"target": CI, "action": "add_timeouts"}
REPORTS: dict[str, Callable[[str], object]] = {
    "actionlint": lambda path: [{"filepath": path, "message": "line 3 is odd", "kind": "syntax"}],
    "zizmor": lambda path: [
        {"ident": "artipacked", "locations": [{"symbolic": {"key": {"Local": {"verbatim_path": path}}}}]}
    ],
    "check-jsonschema": lambda path: {"errors": [{"filename": path, "path": "$.jobs[0]", "message": "no"}]},
}
SAID = {
    "actionlint": "syntax: line N is odd",
    "zizmor": "artipacked",
    "check-jsonschema": "$.jobs[]",
}


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def install(folder: Path, name: str, report: object) -> None:
    """Install a checker that prints a report whatever it is given, and fails as checkers do that found something."""
    (folder / "report.json").write_text(json.dumps(report))
    program = folder / name
    program.write_text(f"#!/bin/sh\ncat '{folder}/report.json'\nexit 1\n")
    program.chmod(0o755)


@pytest.mark.parametrize("name", [gate.program for gate in GATES])
def test_a_new_finding_refuses_the_edit_and_nothing_is_written(programs: Path, bench, name: str) -> None:
    install(programs, name, REPORTS[name]("/x/after.yml"))
    bench.write(CI, TEXT)
    outcome = bench.run(ConfigEdit(), EDIT)
    assert outcome.summary == f"E_VALIDATOR: {CI}: {name} has a new finding: {SAID[name]}"
    assert bench.read(CI) == TEXT
    assert bench.run(ConfigEdit(), {**EDIT, "validators": "native"}).went_well


def test_what_was_found_before_is_not_the_edits_doing(programs: Path, bench) -> None:
    both = [each for name in ("before", "after") for each in REPORTS["actionlint"](f"/x/{name}.yml")]
    install(programs, "actionlint", both)
    bench.write(CI, TEXT)
    assert bench.run(ConfigEdit(), EDIT).outputs["warnings"] == []


def test_an_answer_that_nobody_can_read_is_told(programs: Path, bench) -> None:
    install(programs, "zizmor", "what?")
    bench.write(CI, TEXT)
    assert bench.run(ConfigEdit(), EDIT).outputs["warnings"] == ["zizmor could not judge the workflow"]


def test_the_command_line_asks_the_checkers_too(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    install(programs, "zizmor", REPORTS["zizmor"]("after.yml"))
    place = tmp_path / "shop"
    (place / ".git").mkdir(parents=True)
    (place / CI).parent.mkdir(parents=True)
    (place / CI).write_text(TEXT)
    monkeypatch.chdir(place)
    assert enter(["edit", "add_timeouts", CI, "--write"]) == 1
    assert "E_VALIDATOR" in capsys.readouterr().err
    assert enter(["edit", "add_timeouts", CI, "--write", "--with", "validators=native"]) == 0
