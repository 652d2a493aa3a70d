"""`orchestrate COMMAND --help`: every option under a heading, whole at 80 columns, the same however it is asked for."""

import importlib
import re

import pytest

from orchestrator.cli.commands import COMMANDS
from orchestrator.cli.completion import parameters_of
from orchestrator.cli.entry import enter
from orchestrator.cli.help_page import render_help
from orchestrator.cli.options import Command
from orchestrator.reporters.style import Look


def command_of(name: str) -> Command:
    return importlib.import_module(f"orchestrator.cli.{COMMANDS[name].module}").command


def page_of(name: str, **look: object) -> str:
    return render_help(name, command_of(name), Look(**look))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_that_typer_knows_stands_once_on_the_page(name: str) -> None:
    labels = re.findall(r"^  (?:    )?(-\S.*?)(?:  |$)", page_of(name), re.M)
    shown = [text for label in labels for text in re.findall(r"(?<![\w-])--?[a-zA-Z][\w-]*", label)]
    known = [t for p in parameters_of(name) if not getattr(p, "hidden", False) for t in p.opts if t.startswith("-")]
    assert sorted(shown) == sorted([*known, "-h", "--help"])


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("width", [0, 80, 120])
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    assert [line for line in page_of(name, width=width).split("\n") if len(line) > (width or 80)] == []


@pytest.mark.parametrize("words", [[], ["document"], ["exit-codes"], ["environment"]], ids=" ".join)
def test_the_topics_of_help_fit_eighty_columns(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert enter(["help", *words]) == 0
    page = capsys.readouterr().out
    assert [line for line in page.split("\n") if len(line) > 80] == []
    assert page.count("\n") > 10


def test_an_argument_tells_the_words_that_it_takes() -> None:
    assert "your shell: bash, zsh, fish" in page_of("completion")


def test_the_options_of_run_stand_under_what_they_are_about() -> None:
    page = page_of("run")
    headings = re.findall(r"^(\w.*):$", page, re.M)
    assert headings == ["Choose what runs", "How it runs", "What it shows", "Where things are"]
    choice = page[page.index("Choose what runs") : page.index("How it runs")]
    assert re.findall(r"--[\w-]+", choice)[:3] == ["--phase", "--group", "--task"]


def test_a_page_tells_the_words_that_an_option_takes_and_its_default() -> None:
    page = " ".join(page_of("tests").split())
    assert "which kind of tests: all (default), unit, property, api, config, integration, e2e" in page
    assert "--budget SECONDS seconds per module (default: 60)" in page
    assert page.startswith("Usage: orchestrate tests generate|verify|report TARGET [OPTIONS]")


def test_examples_stay_as_they_are_written() -> None:
    assert "\n  orchestrate run --phase 2 --dry-run         the whole diff of a phase\n" in page_of("run")


@pytest.mark.parametrize(
    "line",
    ["validate -h", "validate --strict --help", "validate -qh", "help validate", "-c phases.yaml validate --help"],
)
def test_help_is_the_same_however_it_is_asked_for(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert enter(line.split()) == 0
    assert capsys.readouterr().out == page_of("validate")


def test_headings_are_bold_where_colours_are_wanted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORCHESTRATE_COLOR", "auto")
    for line, bold in (("status --help --color always", True), ("status -h --color=never", False)):
        enter(line.split())
        assert ("\x1b[1mWhere things are:\x1b[0m" in capsys.readouterr().out) is bold
