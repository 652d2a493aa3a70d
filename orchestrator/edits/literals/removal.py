"""Take members out of a collection, with their line and the comment at its end; the rest keeps its shape."""

import re

from orchestrator.edits.literals.style import begins_line, line_start
from orchestrator.edits.literals.tree import Literal, Member
from orchestrator.edits.patch import Patch, patch

_LINE_END = re.compile(r"[ \t]*(?:\r?\n|\Z)")
_BLANKS = re.compile(r"[ \t]*")


def remove_patches(text: str, owner: Literal, index: int) -> list[Patch]:
    """Return the patches that take the member at `index` out."""
    member = owner.members[index]
    if len(owner.members) == 1 and not owner.comments:
        return [patch(text, owner.start + 1, owner.end - 1, "")]
    start, end = _span(text, owner, index)
    patches = [patch(text, start, end, "")]
    if member.comma is None and index > 0 and owner.members[index - 1].comma is not None:
        patches = _without_comma(text, owner.members[index - 1], patches)
    return patches


def _span(text: str, owner: Literal, index: int) -> tuple[int, int]:
    member = owner.members[index]
    if index and begins_line(text, (owner.members[index - 1].comma or 1) - 1):  # commas lead the lines
        before = owner.members[index - 1]
        return (
            before.full_end - 1 if member.comma is None else member.start,
            member.end if member.comma is None else _next(owner, index),
        )
    end = _behind_comments(text, member.full_end, owner)
    closes = _LINE_END.match(text, end)
    if begins_line(text, member.start) and closes is not None:  # it has its lines to itself
        if line_start(text, member.start) > owner.start:
            return line_start(text, member.start), closes.end()
        return member.start, end
    end = member.full_end
    if index + 1 < len(owner.members):
        blank = _BLANKS.match(text, end)
        end = blank.end() if blank and not closes else end
        return member.start, end
    if index and "\n" not in text[owner.members[index - 1].full_end : member.start]:
        return owner.members[index - 1].full_end if not _comment_between(owner, index) else member.start, end
    return member.start, end


def _next(owner: Literal, index: int) -> int:
    return owner.members[index + 1].start if index + 1 < len(owner.members) else owner.members[index].full_end


def _behind_comments(text: str, at: int, owner: Literal) -> int:
    """Return the place behind the comments that end the line; the place itself when something else follows."""
    end = at
    while True:
        blank = _BLANKS.match(text, end)
        end = blank.end() if blank else end
        comment = next(
            (span for span in owner.comments if span[0] == end and "\n" not in text[span[0] : span[1]]), None
        )
        if comment is None:
            return end if _LINE_END.match(text, end) else at
        end = comment[1]


def _comment_between(owner: Literal, index: int) -> bool:
    low, high = owner.members[index - 1].full_end, owner.members[index].start
    return any(low <= start < high for start, _ in owner.comments)


def _without_comma(text: str, before: Member, patches: list[Patch]) -> list[Patch]:
    """Drop the comma that separated the removed last member from the one before."""
    comma = (before.comma or 0) - 1
    first = patches[0]
    if first.start <= comma + 1:
        return [patch(text, min(first.start, comma), first.end, "")]
    return [patch(text, comma, comma + 1, ""), *patches]
