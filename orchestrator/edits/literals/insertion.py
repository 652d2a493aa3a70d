"""Put new members into a collection: on lines of their own where the others are, else between them.

A comment at the end of a member's line stays with it, comments on lines of their own stay with what follows.
"""

import re
from collections.abc import Callable, Sequence

from orchestrator.edits.literals.style import Style, begins_line, line_indent, line_start, member_indent
from orchestrator.edits.literals.tree import Kind, Literal, Member
from orchestrator.edits.patch import Patch, patch

_BLANKS = re.compile(r"[ \t]*")
_LINE_END = re.compile(r"[ \t]*(?=\r?\n|\Z)")

# Makes the text of the new members: takes the indentation of their line and whether they share it.
Emit = Callable[[str, bool], Sequence[str]]


def insert_patches(text: str, owner: Literal, index: int, emit: Emit, style: Style) -> list[Patch]:
    """Return the patches that put new members before the one at `index`."""
    if not owner.members:
        return _fill(text, owner, emit, style)
    if _leads_with_commas(text, owner):
        return _insert_leading(text, owner, index, emit)
    if is_flat(text, owner):
        return _insert_flat(text, owner, index, emit, style)
    return _insert_lines(text, owner, index, emit, style)


def is_flat(text: str, owner: Literal) -> bool:
    """Say whether the members stand on the line of the opening bracket."""
    return bool(owner.members) and "\n" not in text[owner.start : owner.members[0].start]


def _fill(text: str, owner: Literal, emit: Emit, style: Style) -> list[Patch]:
    """Put the first members into an empty collection."""
    indent = line_indent(text, owner.start)
    inner = indent + style.unit
    last = "," if style.trailing_comma else ""
    if owner.comments:
        at = owner.comments[-1][1]
        follows_line = "\n" in text[at : owner.end]
        if not follows_line:
            return [patch(text, at, at, " " + ", ".join(emit(indent, True)))]
        inner = line_indent(text, owner.comments[-1][0]) if begins_line(text, owner.comments[-1][0]) else inner
        lines = [style.eol + inner + item for item in emit(inner, False)]
        return [patch(text, at, at, ",".join(lines) + last)]
    if style.one_line or (owner.kind is Kind.ARRAY and style.inline_lists):
        line = ", ".join(emit(indent, True))
        if style.one_line:
            return [patch(text, owner.start + 1, owner.end - 1, line)]
        if owner.start - line_start(text, owner.start) + len(line) + 3 <= style.width and "\n" not in line:
            return [patch(text, owner.start + 1, owner.end - 1, line)]
    lines = [style.eol + inner + item for item in emit(inner, False)]
    return [patch(text, owner.start + 1, owner.end - 1, ",".join(lines) + last + style.eol + indent)]


def _insert_lines(text: str, owner: Literal, index: int, emit: Emit, style: Style) -> list[Patch]:
    indent = member_indent(text, owner, style)
    is_last = index == len(owner.members)
    before = owner.members[index - 1] if index else None
    at = before.full_end if before else owner.start + 1
    follower = owner.end - 1 if is_last else owner.members[index].start
    if "\n" not in text[at:follower]:  # several on one line: stay on it
        return _between(text, owner, index, emit(indent, True))
    at = _end_of_line(text, at, owner)
    has_comma = not is_last or (before is not None and before.comma is not None)
    body = ",".join(style.eol + indent + item for item in emit(indent, False)) + ("," if has_comma else "")
    patches = [patch(text, at, at, body)]
    if is_last and before is not None and before.comma is None:
        patches = _with_comma(text, before, patches)
    return patches


def _insert_flat(text: str, owner: Literal, index: int, emit: Emit, style: Style) -> list[Patch]:
    """Stay on the line while it is short enough, else give each member a line of its own."""
    items = emit(line_indent(text, owner.start), True)
    added = sum(len(item) + 2 for item in items)
    start = line_start(text, owner.start)
    end = text.find("\n", owner.start)
    length = (end if end >= 0 else len(text)) - start
    spread_out = "\n" not in text[owner.start : owner.end] and not owner.comments
    if length + added <= style.width or not spread_out:
        return _between(text, owner, index, items)
    return _unfold(text, owner, index, emit, style)


def _between(text: str, owner: Literal, index: int, items: Sequence[str]) -> list[Patch]:
    line = ", ".join(items)
    if index < len(owner.members):
        at = owner.members[index].start
        return [patch(text, at, at, line + ", ")]
    last = owner.members[-1]
    if last.comma is not None:
        return [patch(text, last.comma, last.comma, f" {line},")]
    return [patch(text, last.end, last.end, f", {line}")]


def _unfold(text: str, owner: Literal, index: int, emit: Emit, style: Style) -> list[Patch]:
    """Give each member of a collection on one line a line of its own; only the gaps change."""
    indent = line_indent(text, owner.start)
    inner = indent + style.unit
    fresh = ("," + style.eol + inner).join(emit(inner, False))
    last = owner.members[-1]
    comma = "," if style.trailing_comma or last.comma is not None else ""
    patches = []
    at = owner.start + 1
    for position, member in enumerate(owner.members):
        gap = (("," if position else "") + style.eol + inner) + (
            f"{fresh},{style.eol}{inner}" if position == index else ""
        )
        patches.append(patch(text, at, member.start, gap))
        at = member.end
    end = (f",{style.eol}{inner}{fresh}" if index == len(owner.members) else "") + comma + style.eol + indent
    return [*patches, patch(text, at, owner.end - 1, end)]


def _leads_with_commas(text: str, owner: Literal) -> bool:
    """Say whether commas stand at the beginning of lines."""
    commas = [member.comma for member in owner.members if member.comma is not None]
    return bool(commas) and all(begins_line(text, comma - 1) for comma in commas)


def _insert_leading(text: str, owner: Literal, index: int, emit: Emit) -> list[Patch]:
    comma = next(member.comma for member in owner.members if member.comma is not None)
    lead = line_indent(text, comma - 1)
    eol = "\r\n" if text[line_start(text, comma) - 2 : line_start(text, comma)] == "\r\n" else "\n"
    gap = text[comma : comma + 1] if text[comma : comma + 1] in (" ", "\t") else ""
    items = emit(lead + " " + gap, False)
    if index == 0:
        at = owner.members[0].start
        return [patch(text, at, at, "".join(f"{item}{eol}{lead},{gap}" for item in items))]
    before = owner.members[index - 1]
    at = _end_of_line(text, before.end, owner)
    return [patch(text, at, at, "".join(f"{eol}{lead},{gap}{item}" for item in items))]


def _end_of_line(text: str, at: int, owner: Literal) -> int:
    """Return where the line of a place ends, behind comments that close it; the place itself when code follows."""
    end = at
    while True:
        blank = _BLANKS.match(text, end)
        end = blank.end() if blank else end
        comment = next((span for span in owner.comments if span[0] == end), None)
        if comment is None:
            break
        if "\n" in text[comment[0] : comment[1]]:
            return at
        end = comment[1]
    found = _LINE_END.match(text, end)
    if found is None:
        return at
    return len(text[:end].rstrip(" \t")) if end > at else at


def _with_comma(text: str, before: Member, patches: list[Patch]) -> list[Patch]:
    """Add the comma that the last member lacked; one patch when both stand at the same place."""
    first = patches[0]
    if first.start == before.end:
        return [patch(text, first.start, first.end, "," + first.new)]
    return [patch(text, before.end, before.end, ","), *patches]
