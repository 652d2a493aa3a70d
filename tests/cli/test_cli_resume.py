"""What `resume` asks fits one line of a terminal."""

from orchestrator.cli.resume_work import _again

AROUND = len("?  (y/N) ")


def test_the_question_about_interrupted_commands_is_short() -> None:
    assert _again(["1.1"]) == "1.1 was interrupted and may have done a part already; start it again?"
    assert len(_again(["1.1"])) + AROUND < 80


def test_several_interrupted_commands_are_named() -> None:
    assert _again(["1.1", "2.3"]) == "1.1, 2.3 were interrupted and may have done a part already; start them again?"
