"""A person who is asked in a test."""

from orchestrator.contracts import Answer


class Somebody:
    """Gives prepared answers, one after the other, and keeps what was asked: (task, title, instructions)."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.questions: list[tuple[str, str, str]] = []

    async def ask(self, task: str, title: str, instructions: str, *, needs_evidence: bool = False) -> Answer:  # noqa: ARG002 - says what was prepared
        """Return the next answer; AssertionError when none is left: the handler asked once too often."""
        self.questions.append((task, title, instructions))
        if not self.answers:
            message = f"nobody expected to be asked: {instructions}"
            raise AssertionError(message)
        return self.answers.pop(0)
