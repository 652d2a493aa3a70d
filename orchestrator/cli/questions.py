"""Ask the person at the terminal; without one, fail with the flag that answers instead."""

import getpass
import sys
from collections.abc import Collection

from orchestrator.cli.options import Asking
from orchestrator.contracts import Answer, Interaction
from orchestrator.errors import InputNeeded


def has_person(common: Asking) -> bool:
    """Say whether somebody can be asked."""
    return not common.no_input and sys.stdin.isatty() and sys.stderr.isatty()


def confirm(common: Asking, question: str, *, flag: str) -> bool:
    """Ask yes or no; InputNeeded names the flag when nobody can be asked."""
    if not has_person(common):
        message = f"cannot ask: {question}"
        raise InputNeeded(message, hint=f"{flag} answers for scripts")
    import questionary

    answer = questionary.confirm(question, default=False).ask()
    return bool(answer)


class Approvals:
    """Answer for the tasks that `--approve` names; ask the person about the others."""

    def __init__(self, approved: Collection[str], inner: Interaction | None) -> None:
        self._approved = frozenset(approved)
        self._inner = inner

    async def ask(self, task: str, title: str, instructions: str) -> Answer:
        """Return what was said before the run, or is said now; `later` when nobody is there."""
        if task in self._approved:
            return Answer(decision="approve", note="--approve", by=user_name())
        if self._inner is None:
            return Answer(decision="later")
        return await self._inner.ask(task, title, instructions)


def user_name() -> str:
    """Return who decides, for the record."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
