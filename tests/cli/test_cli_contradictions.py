"""Options that take each other back are refused before anything is opened."""

from pathlib import Path

import pytest

from orchestrator.cli.entry import _invoke, guarded

REFUSED = {
    "run --all -k --fail-fast": ("--keep-going", "--fail-fast"),
    "run --all --sequential -j 4": ("--sequential", "--max-parallel 4"),
    "run --plan p.json --sequential": ("--plan", "--sequential"),
    "run --plan p.json -j 2": ("--plan", "--max-parallel 2"),
    "run --plan p.json --fail-fast": ("--plan", "--fail-fast"),
    "run --only 1.1 --with-deps": ("--only", "--with-deps"),
    "plan --only 1.1 --with-deps": ("--only", "--with-deps"),
    "plan --json --format dot": ("--json", "--format dot"),
    "resume -q -v": ("--quiet", "--verbose"),
    "run --all --json --events -": ("--json", "--events -"),
    "run --all --ui json --events -": ("--ui json", "--events -"),
    "run --all --json --ui live": ("--json", "--ui live"),
    "undo --merge --keep": ("--merge", "--keep"),
    "undo --force --on-conflict merge": ("--force", "--on-conflict merge"),
}
# What only says the same twice, or what does not touch the other.
TAKEN = (
    "run --dry-run --yes",
    "run --all --sequential -j 1",
    "run --all --json --ui json",
    "run --all --json --events events.ndjson",
    "undo --merge --on-conflict merge",
    "plan --json --format json",
)


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def answer(line: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    name, *words = line.split()
    return guarded(lambda: _invoke(name, words)), capsys.readouterr().err


@pytest.mark.parametrize(("line", "pair"), REFUSED.items())
def test_a_contradiction_is_a_mistake_of_usage(
    line: str, pair: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    said = f"error: {pair[0]} and {pair[1]} contradict each other\n  hint: leave one of them out\n"
    assert answer(line, capsys) == (2, said)


@pytest.mark.parametrize("line", TAKEN)
def test_what_goes_together_is_taken(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = answer(line, capsys)
    assert (code, "contradict" in said) == (2, False)  # there is no document here


def test_a_variable_that_contradicts_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORCHESTRATE_KEEP_GOING", "1")
    _, said = answer("run --all --fail-fast", capsys)
    assert said.endswith("hint: leave one of them out; ORCHESTRATE_KEEP_GOING is set in the environment\n")
