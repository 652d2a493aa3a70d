import asyncio
import io
from contextlib import contextmanager

import pytest
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from orchestrator.contracts import Answer
from orchestrator.reporters.style import Look
from orchestrator.reporters.terminal_interaction import TerminalInteraction

DOWN, ENTER, CTRL_C, CTRL_D = "\x1b[B", "\r", "\x03", "\x04"


class Person:
    """Types on a pipe, and notes what the prompt did around it."""

    def __init__(self, keys) -> None:
        self.keys = keys
        self.stream = io.StringIO()
        self.interrupts = 0
        self.held: list[str] = []
        self.interaction = TerminalInteraction(
            self.stream,
            Look(width=80),
            hold=self.hold,
            on_interrupt=self.interrupt,
            user="ada",
            devices={"input": keys, "output": DummyOutput()},
        )

    def interrupt(self) -> None:
        self.interrupts += 1

    @contextmanager
    def hold(self):
        self.held.append("taken")
        try:
            yield
        finally:
            self.held.append("given back")

    def answers(self, keys: str) -> Answer:
        self.keys.send_text(keys)
        return asyncio.run(self.interaction.ask("4.4", "Secrets", "Create the environments."))


@pytest.fixture
def person():
    with create_pipe_input() as keys:
        yield Person(keys)


def test_done_asks_for_evidence(person):
    answer = person.answers(ENTER + "see run 17" + ENTER)
    assert answer == Answer(decision="approved", evidence="see run 17", by="ada")
    assert person.held == ["taken", "given back"]


def test_done_without_evidence_has_none(person):
    assert person.answers(ENTER + ENTER) == Answer(decision="approved", by="ada")


def test_done_needs_the_evidence_that_is_asked_for(person):
    person.keys.send_text(ENTER + ENTER + "  " + ENTER + "run 17" + ENTER)
    answer = asyncio.run(person.interaction.ask("4.4", "Secrets", "x", needs_evidence=True))
    assert answer == Answer(decision="approved", evidence="run 17", by="ada")


def test_skipping_needs_a_reason(person):
    answer = person.answers(DOWN + ENTER + ENTER + "not ours" + ENTER)
    assert answer == Answer(decision="skipped", note="not ours", by="ada")


def test_later_asks_nothing_more(person):
    assert person.answers(DOWN * 2 + ENTER) == Answer(decision="later", by="ada")


def test_aborting_needs_a_reason(person):
    assert person.answers(DOWN * 3 + ENTER + "wrong repository" + ENTER) == Answer(
        decision="rejected", note="wrong repository", by="ada"
    )


@pytest.mark.parametrize("before", ["", ENTER, DOWN + ENTER])
def test_ctrl_c_at_any_question_is_handed_on_and_decides_nothing(person, before):
    assert person.answers(before + CTRL_C) == Answer(decision="later", by="ada")
    assert person.interrupts == 1


def test_a_terminal_that_goes_away_decides_nothing(person):
    person.keys.close()
    assert asyncio.run(person.interaction.ask("4.4", "Secrets", "x")).decision == "later"


def test_instructions_are_shown_and_cannot_steer_the_terminal(person):
    person.keys.send_text(DOWN * 2 + ENTER)
    asyncio.run(person.interaction.ask("4.4", "Secrets\x1b[2J", "one\n  two\x1b]0;x\x07\n"))
    assert person.stream.getvalue() == "\n⏸ 4.4 Secrets\\x1b[2J\n    one\n      two\\x1b]0;x\\x07\n"


def test_long_instructions_break_between_words_and_keep_their_indent(person):
    person.keys.send_text(DOWN * 2 + ENTER)
    asyncio.run(person.interaction.ask("4.4", "Secrets", f"{'one two ' * 12}\n  {'three ' * 16}"))
    _, _, *rows = person.stream.getvalue().removesuffix("\n").split("\n")
    assert [len(row) <= 80 for row in rows] == [True] * 4
    assert [len(row) - len(row.lstrip()) for row in rows] == [4, 4, 6, 6]
    assert " ".join(" ".join(rows).split()) == f"{'one two ' * 12}{'three ' * 16}".strip()


def test_other_work_goes_on_while_a_person_thinks_and_cancelling_ends_the_prompt(person):
    async def scene():
        steps = []
        asked = asyncio.create_task(person.interaction.ask("4.4", "Secrets", "x"))

        for step in range(3):
            await asyncio.sleep(0)
            steps.append(step)
        assert person.held == ["taken"]
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        return steps

    assert asyncio.run(scene()) == [0, 1, 2]
    assert person.held == ["taken", "given back"]


def test_one_question_at_a_time(person):
    async def scene():
        person.keys.send_text(DOWN * 2 + ENTER)
        first = asyncio.create_task(person.interaction.ask("1", "a", "x"))
        second = asyncio.create_task(person.interaction.ask("2", "b", "y"))
        await first
        held = list(person.held)
        person.keys.send_text(DOWN * 2 + ENTER)
        await second
        return held

    assert asyncio.run(scene())[:2] == ["taken", "given back"]
    assert person.stream.getvalue().count("⏸") == 2
