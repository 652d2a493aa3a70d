"""Params are told in a reader's words, whatever Python calls their types."""

import re

import pytest
from pytest import CaptureFixture

from orchestrator.cli.entry import enter
from orchestrator.plugins import BUILT_IN

PYTHON = re.compile(r"Literal|Optional|Annotated|<|\bNone\b|\bTrue\b|\bFalse\b|\bstr\b|\bint\b|\bdict\b")


@pytest.mark.parametrize("name", sorted({name for kind in ("handlers", "checkpoints") for name in BUILT_IN[kind]}))
def test_params_of_a_type_are_told_without_words_of_python(name: str, capsys: CaptureFixture[str]) -> None:
    assert enter(["handlers", name]) == 0
    shown = capsys.readouterr().out
    assert "default" in shown or "needed" in shown
    assert PYTHON.findall(shown) == []


def test_choices_defaults_and_parts_of_a_param_are_told(capsys: CaptureFixture[str]) -> None:
    enter(["handlers", "command"])
    enter(["handlers", "file_generation"])
    shown = capsys.readouterr().out
    assert "  idempotent  true | false, default false - after a crash, run it again without asking\n" in shown
    assert "  exit_codes  mapping of ok, changed, unchanged, transient, default {" in shown
    assert "  overwrite  never | if_unchanged | always, default if_unchanged - " in shown
