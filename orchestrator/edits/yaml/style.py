"""How a YAML file is written: what new lines in it should look like."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from orchestrator.edits.yaml.tree import MAP, SCALAR, SEQ, Node, Tree

T = TypeVar("T")
MOST_FLOW_ITEMS = 6
MOST_FLOW_WIDTH = 80


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """The habits of a file, each by majority.

    `step` is the indentation of a mapping below its key, `offset` that of a list below its key; `flow_pad` stands
    inside of `{ }`; `blank_items` says whether a blank line parts the items of lists of mappings.
    """

    step: int = 2
    offset: int = 2
    quote: str = "'"
    flow_lists: bool = True
    flow_pad: str = " "
    flow_list_pad: str = ""
    blank_items: bool = False
    eol: str = "\n"


def style_of(tree: Tree) -> Style:
    """Read the habits of a file."""
    found = _Habits(tree)
    text = tree.text
    crlf = text.count("\r\n")
    return Style(
        step=_most(found.steps, 2),
        offset=_most(found.offsets, 2),
        quote=_most(found.quotes, "'"),
        flow_lists=_most(found.flow_lists, True),
        flow_pad=_most(found.map_pads, " "),
        flow_list_pad=_most(found.list_pads, ""),
        blank_items=_most(found.blanks, False),
        eol="\r\n" if crlf * 2 > text.count("\n") else "\n",
    )


def has_blank_between(tree: Tree, before: Node, after: Node) -> bool:
    """Say whether a blank line stands between two neighbours of a block collection."""
    lines = tree.text[before.end : after.outer].split("\n")
    return any(line.strip() == "" for line in lines[1:-1])


def entry_gaps(tree: Tree, node: Node) -> Iterator[bool]:
    """Yield for each pair of neighbours that takes several lines whether a blank line parts them."""
    heads = node.keys or node.values
    for at in range(len(node.values) - 1):
        if node.values[at].is_block or node.values[at].is_literal:
            yield has_blank_between(tree, node.values[at], heads[at + 1])


class _Habits:
    """Counts what is seen on one walk through a tree."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._text = tree.text
        self.steps: Counter[int] = Counter()
        self.offsets: Counter[int] = Counter()
        self.quotes: Counter[str] = Counter()
        self.flow_lists: Counter[bool] = Counter()
        self.map_pads: Counter[str] = Counter()
        self.list_pads: Counter[str] = Counter()
        self.blanks: Counter[bool] = Counter()
        for node in tree.root.walk():
            self._see(node)

    def _column(self, at: int) -> int:
        return at - self._text.rfind("\n", 0, at) - 1

    def _see(self, node: Node) -> None:
        if node.kind == SCALAR:
            if node.style in ("'", '"'):
                self.quotes[node.style] += 1
            return
        if node.flow and node.values:
            pads = self.map_pads if node.kind == MAP else self.list_pads
            pads[" " if self._text[node.start + 1 : node.start + 2] == " " else ""] += 1
        if node.kind == SEQ:
            self._see_list(node)
        elif node.kind == MAP and not node.flow:
            self._see_block(node)

    def _see_list(self, node: Node) -> None:
        if 0 < len(node.values) <= MOST_FLOW_ITEMS and all(item.kind == SCALAR for item in node.values):
            self.flow_lists[node.flow] += 1
        if not node.flow and any(item.kind == MAP for item in node.values):
            self.blanks.update(entry_gaps(self._tree, node))

    def _see_block(self, node: Node) -> None:
        column = self._column(node.keys[0].outer)
        for value in node.values:
            if value.is_block and value.outer == value.start:
                deeper = self._column(value.start) - column
                if value.kind == SEQ and deeper >= 0:
                    self.offsets[deeper] += 1
                elif value.kind == MAP and deeper > 0:
                    self.steps[deeper] += 1


def _most(counter: Counter[T], default: T) -> T:
    return counter.most_common(1)[0][0] if counter else default
