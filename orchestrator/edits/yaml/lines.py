"""Lines around nodes: where an entry begins, where it ends with all that belongs to it."""

from orchestrator.edits.result import EditCode, Refusal
from orchestrator.edits.yaml.tree import Node, Tree


def line_start(text: str, at: int) -> int:
    """Return the offset of the first character of the line."""
    return text.rfind("\n", 0, at) + 1


def next_line(text: str, at: int) -> int:
    """Return the offset behind the line's newline, or the end of the text."""
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def content_end(text: str, at: int) -> int:
    """Return the offset of the line's end, before its newline."""
    end = text.find("\n", at)
    if end < 0:
        return len(text)
    return end - 1 if end > at and text[end - 1] == "\r" else end


def column_of(text: str, at: int) -> int:
    """Return how far from the line's start an offset is."""
    return at - line_start(text, at)


def eol_near(text: str, at: int, default: str) -> str:
    """Return the newline of the line ahead of an offset, so that mixed files stay as mixed as they are."""
    end = text.rfind("\n", 0, at)
    if end < 0:
        return default
    return "\r\n" if text[end - 1 : end] == "\r" else "\n"


def dash_of(tree: Tree, node: Node, index: int) -> int:
    """Return the offset of the `-` of an item of a block list: all stand in the column of the first one."""
    text = tree.text
    if index == 0:
        return node.start
    column = column_of(text, node.start)
    low = node.values[index - 1].end
    at = node.values[index].outer
    while at >= low:
        begin = line_start(text, at)
        if text[begin : begin + column].strip() == "" and text[begin + column : begin + column + 1] == "-":
            return begin + column
        at = begin - 1
    raise Refusal(EditCode.PRECONDITION, f"line {tree.place(node.values[index].start)[0]}: the list is written oddly")


def entry_start(tree: Tree, node: Node, index: int) -> int:
    """Return where an entry begins: its key, or its dash."""
    return node.keys[index].outer if node.keys else dash_of(tree, node, index)


def entry_end(tree: Tree, node: Node, index: int) -> int:
    """Return where an entry ends: its value, or at least the `:` or `-` ahead of it."""
    value = node.values[index]
    if node.keys:
        return max(value.end, tree.text.find(":", node.keys[index].end) + 1)
    return max(value.end, dash_of(tree, node, index) + 1)


def entry_column(tree: Tree, node: Node) -> int:
    """Return the column in which the entries of a block collection begin."""
    return column_of(tree.text, node.keys[0].outer if node.keys else node.start)


def after_entry(text: str, end: int, column: int) -> int:
    """Return the start of the line behind an entry and the comments that are indented deeper than it."""
    at = end if end > 0 and text[end - 1] == "\n" else next_line(text, end)
    best = at
    while at < len(text):
        following = next_line(text, at)
        line = text[at:following]
        if line.strip().startswith("#") and len(line) - len(line.lstrip(" ")) > column:
            best = following
        elif line.strip():
            break
        at = following
    return best


def above_entry(text: str, begin: int, column: int) -> int:
    """Return the start of the comment lines right above an entry, in its own column; they belong to it."""
    at = line_start(text, begin)
    while at > 0:
        previous = line_start(text, at - 1)
        line = text[previous:at]
        if not line.strip().startswith("#") or len(line) - len(line.lstrip(" ")) != column:
            break
        at = previous
    return at


def is_first_on_line(text: str, at: int) -> bool:
    """Say whether only spaces stand ahead of an offset on its line."""
    return text[line_start(text, at) : at].strip(" ") == ""


def holds_comment(tree: Tree, start: int, end: int, within: Node) -> bool:
    """Say whether a span of a node holds a comment: `#` outside of its scalars."""
    text = tree.text
    if "#" not in text[start:end]:
        return False
    leaves = [(leaf.start, leaf.end) for leaf in within.walk() if not leaf.values]
    at = text.find("#", start, end)
    while at >= 0:
        begins = at == 0 or text[at - 1] in " \t\n"
        if begins and not any(low <= at < high for low, high in leaves):
            return True
        at = text.find("#", at + 1, end)
    return False
