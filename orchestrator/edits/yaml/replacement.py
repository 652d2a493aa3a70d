"""Patches that give an entry another value, and everything on its lines that is not the value stays."""

import re
from typing import Any

from orchestrator.edits.patch import Patch, patch
from orchestrator.edits.result import EditCode, Refusal
from orchestrator.edits.yaml.emit import Noted, block_lines, inline, item_lines, literal_lines, plain, stands_alone
from orchestrator.edits.yaml.insertion import closing_literal, fill_patches
from orchestrator.edits.yaml.lines import (
    after_entry,
    column_of,
    content_end,
    entry_column,
    entry_end,
    entry_start,
    eol_near,
    holds_comment,
    next_line,
)
from orchestrator.edits.yaml.scalars import write_scalar
from orchestrator.edits.yaml.style import Style
from orchestrator.edits.yaml.tree import SCALAR, Node, Tree

_VERSION_COMMENT = re.compile(r"[ \t]+#[ \t]*(?:tag=|ratchet:\S+@)?v?\d[\w.+-]*[ \t]*\Z")
_COMMENT = re.compile(r"[ \t]+#[^\r\n]*")


def replace_patches(tree: Tree, owner: Node, index: int, value: Any, style: Style, *, in_flow: bool) -> list[Patch]:
    """Return the patches that give the entry at an index of `owner` another value."""
    old = owner.values[index]
    text = tree.text
    if in_flow or (old.flow and isinstance(value, dict | list)):
        new = inline(value, style, prefer=_quote_of(old, value), in_flow=True)
        return [_put(text, old, new)]
    if isinstance(plain(value), str) and stands_alone(value) and not _would_eat_comments(tree, owner, index):
        return _block_text(tree, owner, index, value, style)
    column = column_of(text, entry_start(tree, owner, index))
    lines = block_lines(value, column, style)
    if lines is None:
        return _inline(tree, owner, index, value, style)
    if old.is_empty:
        return fill_patches(tree, owner, index, value, style)
    return _block_collection(tree, owner, index, value, style, lines)


def _would_eat_comments(tree: Tree, owner: Node, index: int) -> bool:
    """Say whether deeper comments follow: behind a new block of text they would become a part of it."""
    end = entry_end(tree, owner, index)
    column = entry_column(tree, owner)
    return owner.values[index].style != "|" and after_entry(tree.text, end, column) != after_entry(
        tree.text[: next_line(tree.text, end)], end, column
    )


def rename_patch(tree: Tree, key: Node, name: str, style: Style) -> Patch:
    """Return the patch that gives a key another name."""
    quoted = write_scalar(name, quote=style.quote, prefer=key.style if key.style in ("'", '"') else "", is_key=True)
    return patch(tree.text, key.start, key.end, quoted)


def _quote_of(old: Node, value: Any) -> str:
    """Return the quotes to keep: those of a text that is replaced by a text."""
    keeps = old.kind == SCALAR and old.style in ("'", '"') and isinstance(plain(value), str)
    return old.style if keeps else ""


def _put(text: str, old: Node, new: str) -> Patch:
    glued = old.is_empty and text[old.start - 1 : old.start] in (":", "-")
    return patch(text, old.start, old.end, " " + new if glued else new)


def _inline(tree: Tree, owner: Node, index: int, value: Any, style: Style) -> list[Patch]:
    text, old = tree.text, owner.values[index]
    if isinstance(value, Noted) and old.kind == SCALAR and not old.is_literal:
        return _with_comment(tree, old, value, style)
    new = inline(value, style, prefer=_quote_of(old, value))
    if old.is_block:
        _refuse_comments(tree, owner, index)
        start = _head_end(tree, owner, index)
        return [patch(text, start, entry_end(tree, owner, index), " " + new)]
    return [_put(text, old, new)]


def _with_comment(tree: Tree, old: Node, value: Noted, style: Style) -> list[Patch]:
    """Put a scalar and its comment; a comment that names a version is replaced, any other one stays behind it."""
    text = tree.text
    line_end = content_end(text, old.end)
    present = _COMMENT.match(text, old.end)
    new = write_scalar(value.value, quote=style.quote, prefer=_quote_of(old, value))
    made = [_put(text, old, new)]
    note = f" # {value.comment}"
    if present is None or not text[old.end : line_end].strip():
        return [*made, patch(text, old.end, old.end, note)]
    if _VERSION_COMMENT.match(text[old.end : line_end]):
        return [*made, patch(text, old.end, line_end, note)]
    return [*made, patch(text, old.end, old.end, note)]


def _block_text(tree: Tree, owner: Node, index: int, value: Any, style: Style) -> list[Patch]:
    text, old = tree.text, owner.values[index]
    eol = eol_near(text, old.end, style.eol) if "\n" in text else style.eol
    if isinstance(value, str) and old.style == "|":
        return _same_block(tree, old, value, eol)
    column = entry_column(tree, owner) + (style.step if owner.keys else 2)
    if isinstance(value, str):
        header, lines = literal_lines(value, column)
    else:
        header, lines = ">-", [" " * column + line for line in value.lines]
    body = eol + eol.join(lines)
    if old.is_block or old.is_literal:
        _refuse_comments(tree, owner, index)
        start = _head_end(tree, owner, index)
        return [patch(text, start, _line_end(tree, owner, index), f" {header}{body}")]
    at = content_end(text, old.end)
    return [_put(text, old, header), patch(text, at, at, body)]


def _same_block(tree: Tree, old: Node, value: str, eol: str) -> list[Patch]:
    """Replace the lines of a `|` block at their own indentation; its header, and the comment on it, stay."""
    text = tree.text
    span = text[old.start : old.end]
    head, _, body = span.partition("\n")
    indent = next((len(line) - len(line.lstrip(" ")) for line in body.split("\n") if line.strip()), None)
    if indent is None or any(character.isdigit() for character in head.split("#")[0]):
        raise Refusal(EditCode.PRECONDITION, f"line {tree.place(old.start)[0]}: the block is written oddly")
    wanted, lines = literal_lines(value, indent)
    header = re.match(r"\|[+-]?", head)
    shown = header[0] if header else "|"
    if not text.endswith("\n") and old is closing_literal(tree) and not value.endswith("\n"):
        wanted = shown  # there is no newline that it could keep
    closes = text[old.start : old.end].endswith("\n")  # `|+` runs up to the next line
    made = [] if shown == wanted else [patch(text, old.start, old.start + len(shown), wanted)]
    start = old.start + len(head) + 1
    return [*made, patch(text, start, old.end, eol.join(lines) + (eol if closes else ""))]


def _block_collection(tree: Tree, owner: Node, index: int, value: Any, style: Style, lines: list[str]) -> list[Patch]:
    text, old = tree.text, owner.values[index]
    eol = eol_near(text, old.end, style.eol) if "\n" in text else style.eol
    end = _line_end(tree, owner, index)
    if owner.keys and not (old.is_block or old.is_literal):
        start = _head_end(tree, owner, index)
        at = content_end(text, old.end)
        return [patch(text, start, old.end, ""), patch(text, at, at, eol + eol.join(lines))]
    _refuse_comments(tree, owner, index)
    if owner.keys:
        return [patch(text, _head_end(tree, owner, index), end, eol + eol.join(lines))]
    begin = entry_start(tree, owner, index)
    column = column_of(text, begin)
    return [patch(text, begin, end, eol.join(item_lines(value, column, style))[column:])]


def _head_end(tree: Tree, owner: Node, index: int) -> int:
    """Return the offset behind the `:` or `-` of an entry."""
    if owner.keys:
        return tree.text.find(":", owner.keys[index].end) + 1
    return entry_start(tree, owner, index) + 1


def _line_end(tree: Tree, owner: Node, index: int) -> int:
    """Return the end of an entry with the blanks behind it, which a new block of text would take for its own."""
    end = entry_end(tree, owner, index)
    if tree.text[end - 1 : end] == "\n":  # a `|+` block ends with its last newline
        return end
    line_end = content_end(tree.text, end)
    return end if tree.text[end:line_end].strip() else line_end


def _refuse_comments(tree: Tree, owner: Node, index: int) -> None:
    old = owner.values[index]
    end = content_end(tree.text, old.end) if tree.text[old.end - 1 : old.end] != "\n" else old.end
    if holds_comment(tree, _head_end(tree, owner, index), end, old):
        line = tree.place(old.start)[0]
        raise Refusal(EditCode.PRECONDITION, f"line {line}: a comment inside of the value would be lost")
