"""Diffs as text: git's format, coloured where colours are welcome, harmless whatever the files hold."""

from collections.abc import Sequence

from orchestrator.models.diff import FileDiff
from orchestrator.reporters.style import Look
from orchestrator.sanitize import line

_ROLES = (("+++", "bold"), ("---", "bold"), ("diff --git", "bold"), ("@@", "accent"), ("+", "good"), ("-", "bad"))


def render_diffs(diffs: Sequence[FileDiff], look: Look, *, nothing: str = "nothing would change") -> str:
    """Return a line that counts and all diffs; plain (uncoloured) text can be applied with `git apply`."""
    if not diffs:
        return f"{nothing}\n"
    text = "".join(_painted(diff.text, look) for diff in diffs)
    added, removed = sum(diff.added for diff in diffs), sum(diff.removed for diff in diffs)
    count = f"{len(diffs)} file{'s' if len(diffs) != 1 else ''}"
    return f"# {count}, +{added} -{removed}\n{text}"


def _painted(text: str, look: Look) -> str:
    return "".join(_paint(each, look) for each in text.split("\n")[:-1])


def _paint(each: str, look: Look) -> str:
    role = next((role for start, role in _ROLES if each.startswith(start)), None)
    # A tab and a final carriage return belong to the file; everything else that could move the cursor is shown.
    end = "\r" if each.endswith("\r") and not look.colour else ""
    shown = "\t".join(line(part) for part in each.removesuffix("\r").split("\t")) + end
    return (look.paint(role, shown) if role else shown) + "\n"
