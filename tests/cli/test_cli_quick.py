"""A plain command line means the same whether typer reads it or not; whatever is not plain is left to typer."""

import copy
import importlib
import os
from pathlib import Path
from typing import Any

import pytest

from orchestrator.cli.commands import COMMANDS
from orchestrator.cli.entry import guarded
from orchestrator.cli.options import Command
from orchestrator.cli.quick import read_plainly
from orchestrator.cli.typed import app_around

PLAIN = """
run
run --all --yes --quiet
run -y -q -j 4
run --max-parallel=0 --approve 4.4 --approve=4.5 --phase 1 -p 2..3
run --dry-run --plan plan.json --from 2.1 --until 2.4 --param A=1 -D B=2
run --config phases.yaml --project . --color never --ascii
run --ui plain --events out.json --with-deps
status
status 2026
status --json --all
status last -w
validate
validate --config nowhere/phases.yaml --profile quick
plan --task +2.1 -t 2.* --failed
plan --only 1.1 --json
history 1.1
logs 1.1
explain E203
undo 2026 --yes
resume 2026 -k
handlers
actions
diff
report
edit remove_continue_on_error
tests generate src
help
"""
SPECIAL = """
run --help
run -h
run --al
run -qy
run -j -1
run -j many
run -j 1 -j 2
run --ui loud
run --all=yes
run --plan
run --param -x
run --phase=
run extra
run -- --all
run --events -
status one two
status --interval 0.5
explain
validate a.yaml b.yaml
plan --project .. --project .
handlers --nothing
edit remove_continue_on_error a.yml b.yml
"""


def recording(name: str) -> tuple[Command, list[dict[str, Any]]]:
    """Return a command that only notes what it would do."""
    seen: list[dict[str, Any]] = []
    command = copy.copy(importlib.import_module(f"orchestrator.cli.{COMMANDS[name].module}").command)
    command._function = lambda **values: seen.append(values) or 0
    return command, seen


def told(values: dict[str, Any]) -> dict[str, Any]:
    return {name: vars(value) if hasattr(value, "__dataclass_fields__") else value for name, value in values.items()}


@pytest.fixture(autouse=True)
def no_twins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("ORCHESTRATE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(os, "environ", dict(os.environ))  # commands put looks there
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("line", PLAIN.strip().split("\n"))
def test_a_plain_line_means_what_it_means_to_typer(line: str) -> None:
    name, *words = line.split()
    command, seen = recording(name)
    values = read_plainly(command, words, {})
    assert values is not None
    with pytest.raises(SystemExit):
        command(**values)
    with pytest.raises(SystemExit):
        app_around(name, command)(args=words, prog_name=name)
    quickly, by_typer = map(told, seen)
    assert quickly == by_typer
    assert str(quickly) == str(by_typer)  # `True == 1`


@pytest.mark.parametrize("line", SPECIAL.strip().split("\n"))
def test_what_is_not_plain_is_left_to_typer(line: str) -> None:
    name, *words = line.split()
    command, _ = recording(name)
    assert read_plainly(command, words, {}) is None


def test_a_line_whose_options_stand_in_the_environment_is_left_to_typer() -> None:
    command, _ = recording("run")
    assert read_plainly(command, ["--all"], {"ORCHESTRATE_QUIET": "1"}) is None
    assert read_plainly(command, ["--all"], {"ORCHESTRATE_QUIET": "", "ORCHESTRATE_OTHER": "1"}) is not None


def test_a_path_that_cannot_be_read_is_left_to_typer(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    command, _ = recording("validate")
    assert read_plainly(command, ["--config", "loop"], {}) is None


@pytest.mark.parametrize(("error", "code", "told"), [(KeyboardInterrupt(), 130, ""), (EOFError(), 1, "Aborted.\n")])
def test_a_person_who_goes_away_while_being_asked_is_no_bug(
    error: BaseException, code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def ask() -> int:
        raise error

    assert guarded(ask) == code
    assert capsys.readouterr().err == told
