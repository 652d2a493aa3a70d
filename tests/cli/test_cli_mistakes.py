"""What is wrong in a command line is told as every other error, with what to type."""

import pytest

from orchestrator.cli.entry import enter

SAID = {
    "status --jsn": ("no option --jsn", "did you mean --json?"),
    "plan --tagg": ("no option --tagg", "did you mean --tag?"),
    "plan --unt": ("no option --unt", "did you mean --until?"),
    "status --nothing-like-it": ("no option --nothing-like-it", "`orchestrate status --help` shows what there is"),
    "plan --phase": ("option '--phase' requires an argument", "`orchestrate plan --help` shows what there is"),
    "logs --tail many": (
        "invalid value for '--tail': 'many' is not a whole number",
        "`orchestrate logs --help` shows what there is",
    ),
    "status one two": (
        "got unexpected extra argument(s) (two)",
        "`orchestrate status --help` shows what there is",
    ),
    "explain": ("TOPIC is missing", "`orchestrate explain --help` shows what there is"),
    "help plann": ("no help about 'plann'", "did you mean `plan`?"),
}


@pytest.mark.parametrize(("line", "said"), SAID.items())
def test_a_mistake_is_told_with_what_to_type(
    line: str, said: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert enter(line.split()) == 2
    assert capsys.readouterr().err == f"error: {said[0]}\n  hint: {said[1]}\n"


def test_no_line_of_the_overview_is_wider_than_a_small_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert enter(["--help"]) == 0
    assert [row for row in capsys.readouterr().out.split("\n") if len(row) > 80] == []
