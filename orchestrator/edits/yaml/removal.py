"""Patches that take an entry out of a mapping or list."""

from orchestrator.edits.patch import Patch, patch
from orchestrator.edits.result import EditCode, Refusal
from orchestrator.edits.yaml.lines import (
    above_entry,
    after_entry,
    column_of,
    content_end,
    entry_column,
    entry_end,
    entry_start,
    holds_comment,
    is_first_on_line,
    line_start,
    next_line,
)
from orchestrator.edits.yaml.tree import MAP, Node, Tree


def remove_patches(tree: Tree, node: Node, index: int, *, with_comments: bool = False) -> list[Patch]:
    """Return the patches that take the entry at an index out.

    `with_comments` also takes the comments right above it and the deeper ones behind it. The last entry of a
    collection leaves `{}` or `[]`, never an empty key.
    """
    if node.flow:
        return [_flow_remove(tree, node, index)]
    if len(node.values) == 1:
        return _collapse(tree, node)
    begin = entry_start(tree, node, index)
    if not is_first_on_line(tree.text, begin):
        return [_remove_behind_dash(tree, node, index, begin)]
    return _remove_lines(tree, node, index, with_comments=with_comments)


def _remove_lines(tree: Tree, node: Node, index: int, *, with_comments: bool) -> list[Patch]:
    text = tree.text
    column = entry_column(tree, node)
    begin, end = entry_start(tree, node, index), entry_end(tree, node, index)
    start = above_entry(text, begin, column) if with_comments else line_start(text, begin)
    stop = after_entry(text, end, column) if with_comments else _line_behind(text, end)
    if stop == len(text) and not text.endswith("\n"):
        return _remove_last_lines(tree, node, index, start)
    before = text[:start]
    while with_comments and _ends_blank(before) and _begins_blank(text[stop:]) and not _is_kept(node, index):
        before = before[: line_start(text, len(before) - 1)]
    return [patch(text, len(before), stop, "")]


def _is_kept(node: Node, index: int) -> bool:
    """Say whether the blank lines ahead of an entry belong to the value of the one before."""
    if index == 0:
        return True
    last = node.values[index - 1]
    while last.values:
        last = last.values[-1]
    return last.ends_blank


def _ends_blank(text: str) -> bool:
    return text.endswith("\n") and text[text.rfind("\n", 0, len(text) - 1) + 1 :].strip() == ""


def _begins_blank(text: str) -> bool:
    return text == "" or text.split("\n", 1)[0].strip() == ""


def _line_behind(text: str, end: int) -> int:
    return end if end > 0 and text[end - 1] == "\n" else next_line(text, end)


def _remove_last_lines(tree: Tree, node: Node, index: int, start: int) -> list[Patch]:
    """Take the last lines of a file without a final newline; the line before becomes the last, still without one."""
    text = tree.text
    cut = start
    while cut > 0 and text[cut - 1] in "\r\n":
        cut -= 1
    previous = node.values[index - 1] if index else None
    while previous is not None and previous.values:
        previous = previous.values[-1]
    if previous is not None and previous.is_literal:
        return [patch(text, start, len(text), "")]  # the newline belongs to its value
    return [patch(text, cut, len(text), "")]


def _remove_behind_dash(tree: Tree, node: Node, index: int, begin: int) -> Patch:
    """Take the first entry behind `- ` and pull the next one up, or leave the dash when comments stand between."""
    if index != 0:
        raise Refusal(EditCode.PRECONDITION, f"line {tree.place(begin)[0]}: two keys on one line")
    text = tree.text
    end = entry_end(tree, node, 0)
    following = entry_start(tree, node, 1)
    if "#" not in text[end:following]:
        return patch(text, begin, following, "")
    start = begin
    while text[start - 1] == " ":
        start -= 1
    return patch(text, start, content_end(text, end), "")


def _collapse(tree: Tree, node: Node) -> list[Patch]:
    """Write `{}` or `[]` where a collection had its only entry."""
    text = tree.text
    empty = "{}" if node.kind == MAP else "[]"
    end = entry_end(tree, node, 0)
    if not is_first_on_line(text, node.start):
        return [patch(text, node.start, end, empty)]
    if column_of(text, node.start) == 0 and node is tree.root:
        return [patch(text, node.start, end, empty)]
    head = len(text[: node.start].rstrip())
    if holds_comment(tree, line_start(text, max(head - 1, 0)), node.start, tree.root):
        # a list may stand as far left as its key, brackets may not
        return [patch(text, node.start, end, empty if node.kind == MAP else f"  {empty}")]
    return [patch(text, head, end, " " + empty)]


def _flow_remove(tree: Tree, node: Node, index: int) -> Patch:
    text = tree.text
    heads = node.keys or node.values
    ends = [max(value.end, head.end) for head, value in zip(heads, node.values, strict=True)]
    if len(heads) == 1:
        start, end = node.start + 1, node.end - 1
    elif index < len(heads) - 1:
        start, end = heads[index].outer, heads[index + 1].outer
    else:
        start, end = ends[index - 1], ends[index]
    if holds_comment(tree, start, end, node):
        raise Refusal(EditCode.PRECONDITION, f"line {tree.place(start)[0]}: a comment inside of brackets would be lost")
    return patch(text, start, end, "")
