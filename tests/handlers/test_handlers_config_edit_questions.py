"""Environments that GitHub is asked about: a program `gh` on PATH answers, in the engine and on the command line."""

from pathlib import Path

import pytest

from orchestrator.cli.entry import enter
from orchestrator.handlers.config_edit import ConfigEdit

DEPLOY = ".github/workflows/deploy.yml"
TEXT = (
    "on: push\njobs:\n  ship:\n    name: Deploy to production\n    runs-on: ubuntu-latest\n    steps: [{run: ./ship}]\n"
)
GATE = {"target": DEPLOY, "action": "add_approval_gates", "reviewers": ["alice", "acme/ops"]}
PUT = (
    "gh api -X PUT repos/{owner}/{repo}/environments/production -F wait_timer=0 -F prevent_self_review=true"
    " -f 'reviewers[][type]=User' -F \"reviewers[][id]=$(gh api users/alice --jq .id)\""
    " -f 'reviewers[][type]=Team' -F \"reviewers[][id]=$(gh api orgs/acme/teams/ops --jq .id)\""
)


@pytest.fixture
def gh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Put a `gh` on PATH that says something and ends with a code."""

    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    def install(says: str, code: int = 0) -> None:
        program = folder / "gh"
        program.write_text(f"#!/bin/sh\necho '{says}'\nexit {code}\n")
        program.chmod(0o755)

    return install


def test_an_environment_that_requires_reviewers_leaves_nothing_to_do(gh, bench) -> None:
    gh("wait_timer required_reviewers")
    bench.write(DEPLOY, TEXT)
    first = bench.run(ConfigEdit(), GATE)
    assert first.summary == "ship waits for the environment production, which requires reviewers"
    assert first.outputs["duties"] == []
    assert bench.run(ConfigEdit(), GATE).summary == "ship has the environment production, which requires reviewers"


def test_an_environment_without_reviewers_is_no_gate_and_the_call_that_makes_it_one_is_told(gh, bench) -> None:
    gh("branch_policy")
    bench.write(DEPLOY, TEXT)
    outcome = bench.run(ConfigEdit(), GATE)
    assert "which requires no reviewers yet; 1 thing left for a person" in outcome.summary
    assert [duty["command"] for duty in outcome.outputs["duties"]] == [PUT]


@pytest.mark.parametrize("params", [{}, {"verify": "manual"}])
def test_where_nobody_can_be_asked_it_stays_a_duty(gh, bench, params: dict) -> None:
    gh("required_reviewers", 0 if params else 1)
    bench.write(DEPLOY, TEXT)
    outcome = bench.run(ConfigEdit(), {**GATE, **params})
    assert "1 thing left for a person" in outcome.summary


def test_where_the_answer_is_needed_and_missing_nothing_is_written(gh, bench) -> None:
    gh("", 1)
    bench.write(DEPLOY, TEXT)
    outcome = bench.run(ConfigEdit(), {**GATE, "verify": "api"})
    assert outcome.summary == "E_PRECONDITION: GitHub could not be asked whether production is protected"
    assert bench.read(DEPLOY) == TEXT


def test_the_command_line_asks_too_and_names_who_may_deploy(
    tmp_path: Path, gh, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gh("")
    place = tmp_path / "shop"
    (place / ".git").mkdir(parents=True)
    (place / DEPLOY).parent.mkdir(parents=True)
    (place / DEPLOY).write_text(TEXT)
    monkeypatch.chdir(place)
    assert enter(["edit", "add_approval_gates", DEPLOY, "-w", "reviewers=[alice]", "-w", "branches=[main]"]) == 0
    said = capsys.readouterr().err
    assert "which requires no reviewers yet" in said
    assert "&& gh api -X POST" in said
    assert "-f 'name=main' -f type=branch" in said
