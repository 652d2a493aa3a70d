"""Ask the person at the terminal; without one, fail with the flag that answers instead."""

import sys
from collections.abc import Collection
from typing import TYPE_CHECKING

from orchestrator.cli.options import Asking, Common
from orchestrator.errors import InputNeeded, UsageError
from orchestrator.models.plan import Plan

if TYPE_CHECKING:  # who only decides whether to ask does without
    from orchestrator.contracts import Answer


def has_person(common: Common) -> bool:
    """Say whether somebody can be asked."""
    return not getattr(common, "no_input", False) and sys.stdin.isatty() and sys.stderr.isatty()


def is_to_be_asked(common: Asking) -> bool:
    """Say whether a command that scripts may use without a flag asks first: at a terminal, and where it may not ask."""
    return common.no_input or sys.stdin.isatty()


def confirm(common: Asking, question: str, *, flag: str) -> bool:
    """Ask yes or no; InputNeeded names the flag when nobody can be asked."""
    if not has_person(common):
        message = f"cannot ask: {question}"
        raise InputNeeded(message, hint=f"{flag} answers for scripts")
    import questionary

    from orchestrator.reporters.terminal_interaction import forget_typed_ahead

    forget_typed_ahead()
    # Enter has to be pressed: left in the terminal, it would answer the next question
    answer = questionary.confirm(question, default=False, auto_enter=False).ask()
    return bool(answer)


def ask_text(common: Common, question: str) -> str:
    """Return what the person types; "" when nobody can be asked, or nothing is said."""
    if not has_person(common):
        return ""
    import questionary

    from orchestrator.reporters.terminal_interaction import forget_typed_ahead

    forget_typed_ahead()
    return str(questionary.text(question).ask() or "").strip()


def refuse_unknown_approvals(plan: Plan, approved: Collection[str]) -> None:
    """Raise UsageError for a task of `--approve` that the plan does not have."""
    unknown = sorted(set(approved) - {task.id for task in plan.tasks})
    if unknown:
        message = f"--approve {unknown[0]}: the plan has no such task"
        manual = ", ".join(task.id for task in plan.tasks if task.handler == "manual") or "none"
        raise UsageError(message, hint=f"manual tasks of the plan: {manual}")


def approvals(tasks: Collection[str]) -> "dict[str, Answer]":
    """Return what `--approve` says about the tasks that it names."""
    from orchestrator.contracts import Answer

    return {task: Answer(decision="approved", note="--approve", by=user_name()) for task in tasks}


def user_name() -> str:
    """Return who decides, for the record."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
