"""Patches that put a new entry into a mapping or list."""

import re
from typing import Any

from orchestrator.edits.patch import Patch, patch
from orchestrator.edits.result import EditCode, Refusal
from orchestrator.edits.yaml.emit import block_lines, entry_lines, inline, item_lines
from orchestrator.edits.yaml.lines import (
    above_entry,
    after_entry,
    column_of,
    content_end,
    entry_column,
    entry_end,
    entry_start,
    eol_near,
    is_first_on_line,
    line_start,
)
from orchestrator.edits.yaml.scalars import write_scalar
from orchestrator.edits.yaml.style import Style, entry_gaps
from orchestrator.edits.yaml.tree import MAP, Node, Tree

_HEADER = re.compile(r"[|>](?P<indent>\d?)[+-]?(?P<late>\d?)")


def insert_patches(tree: Tree, node: Node, index: int, key: str | None, value: Any, style: Style) -> list[Patch]:
    """Return the patches that make `key: value` (or `- value` when key is None) the entry at an index."""
    if node.flow:
        return [_flow_insert(tree, node, index, _flow_text(key, value, style))]
    column = entry_column(tree, node)
    lines = item_lines(value, column, style) if key is None else entry_lines(key, value, column, style)
    blank = _wants_blank(tree, node, style, is_large=len(lines) > 1)
    if index >= len(node.values):
        return _append(tree, node, lines, column, style, blank=blank)
    begin = entry_start(tree, node, index)
    eol = eol_near(tree.text, begin, style.eol)
    if not is_first_on_line(tree.text, begin):  # behind a dash, or behind an anchor
        return [patch(tree.text, begin, begin, eol.join(lines)[column:] + eol + " " * column)]
    at = above_entry(tree.text, begin, column)
    return [patch(tree.text, at, at, eol.join(lines) + eol + (eol if blank else ""))]


def fill_patches(tree: Tree, owner: Node, index: int, value: Any, style: Style) -> list[Patch]:
    """Return the patches that put a block value where an entry of a block collection has nothing (`key:`)."""
    text = tree.text
    end = entry_end(tree, owner, index)
    at = content_end(text, end)
    column = column_of(text, entry_start(tree, owner, index))
    lines = block_lines(value, column, style)
    if lines is None:
        return [patch(text, end, end, " " + inline(value, style))]
    eol = eol_near(text, end, style.eol) if "\n" in text else style.eol
    return [patch(text, at, at, eol + eol.join(lines))]


def closing_literal(tree: Tree) -> Node | None:
    """Return the `|` or `>` block that ends a file without a final newline: a line behind it changes its value."""
    if tree.text.endswith("\n"):
        return None
    node = tree.root
    while node.values:
        node = node.values[-1]
    return node if node.is_literal and node.end >= len(tree.text.rstrip()) else None


def strip_header(tree: Tree, node: Node) -> list[Patch]:
    """Return the patch that makes a block's header say `-`, so that a newline behind it does not count."""
    found = _HEADER.match(tree.text, node.start)
    if found is None or "-" in found[0]:
        return []
    header = f"{tree.text[node.start]}{found['indent'] or found['late']}-"
    return [patch(tree.text, found.start(), found.end(), header)]


def _append(tree: Tree, node: Node, lines: list[str], column: int, style: Style, *, blank: bool) -> list[Patch]:
    text = tree.text
    at = after_entry(text, entry_end(tree, node, len(node.values) - 1), column)
    eol = eol_near(text, at, style.eol)
    if blank and _ends_with_kept_lines(node):
        blank = False
    body = (eol if blank else "") + eol.join(lines)
    if at < len(text) or text.endswith("\n"):
        return [patch(text, at, at, body + eol)]
    made = [patch(text, at, at, eol + body)]
    closing = closing_literal(tree)
    return made if closing is None else [*strip_header(tree, closing), *made]


def _ends_with_kept_lines(node: Node) -> bool:
    while node.values:
        node = node.values[-1]
    return node.ends_blank


def _wants_blank(tree: Tree, node: Node, style: Style, *, is_large: bool) -> bool:
    gaps = list(entry_gaps(tree, node))
    if gaps:
        return sum(gaps) * 2 >= len(gaps) and (is_large or node.kind == MAP)
    if node.kind != MAP:
        return style.blank_items and is_large
    # A mapping with one entry says nothing: large entries below a top-level key follow what the top level does.
    top = list(entry_gaps(tree, tree.root))
    is_below_top = any(value is node for value in tree.root.values)
    only_large = all(value.is_block for value in node.values)
    return is_below_top and only_large and is_large and bool(top) and sum(top) * 2 >= len(top)


def _flow_text(key: str | None, value: Any, style: Style) -> str:
    text = inline(value, style, in_flow=True)
    return text if key is None else f"{write_scalar(key, quote=style.quote, in_flow=True, is_key=True)}: {text}"


def _flow_insert(tree: Tree, node: Node, index: int, new: str) -> Patch:
    text = tree.text
    if not node.values:
        if "#" in text[node.start : node.end]:
            raise Refusal(EditCode.PRECONDITION, "a comment inside of empty brackets would be lost")
        pad = " " if node.kind == MAP else ""
        return patch(text, node.start + 1, node.end - 1, f"{pad}{new}{pad}")
    heads = node.keys or node.values
    gap = _flow_gap(tree, node)
    if index < len(node.values):
        return patch(text, heads[index].outer, heads[index].outer, new + "," + gap)
    end = max(node.values[-1].end, heads[-1].end)
    behind = text[end : node.end - 1]
    if behind.lstrip().startswith(","):
        at = end + behind.index(",") + 1
        return patch(text, at, at, gap + new + ("," if "\n" in gap else ""))
    return patch(text, end, end, "," + gap + new)


def _flow_gap(tree: Tree, node: Node) -> str:
    """Return what stands between two items: a space, or a line break when every item has a line of its own."""
    text = tree.text
    first = (node.keys or node.values)[0].outer
    if "\n" not in text[node.start : first] or text[line_start(text, first) : first].strip():
        return " "
    return eol_near(text, first, "\n") + text[line_start(text, first) : first]
