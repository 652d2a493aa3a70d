"""A YAML text as nodes that know where they stand, made of the parser's events.

The parser's own end of a block collection runs past the comments and blank lines behind it, so the end here is that of
the last leaf. Whatever makes a span doubtful (several documents, a duplicate key, odd line breaks) is refused.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import yaml

from orchestrator.edits.result import EditCode, Refusal
from orchestrator.edits.yaml.scalars import resolve
from orchestrator.models.json import Json

MAX_DEPTH = 100
MAX_NODES = 500_000  # aliases counted with all that they stand for
MAX_CHARACTERS = 4_000_000

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ENDS = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
_PROPERTY = re.compile(r"[&!][^\s,\[\]{}]*[ \t]*")
_QUESTION = re.compile(r"""\?[ \t"'&!*]""")
_BLANK_OR_COMMENT = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\r?\n)*[ \t]*")
_ODD_BREAK = re.compile("\r(?!\n)|[\x85\u2028\u2029\ufeff]")

MAP, SEQ, SCALAR, ALIAS = "map", "seq", "scalar", "alias"
_NONE: list["Node"] = []  # below a scalar
Step = str | int
Path = tuple[Step, ...]


@dataclass(eq=False, slots=True)
class Node:
    """One value; `outer` is where its anchor or tag starts, `start` where the value itself does, `end` is exclusive.

    A mapping has `keys` and `values` of the same length, a sequence `values` only. `text` is a scalar's value before
    it is resolved, an alias' name. `is_odd` marks what cannot be edited: `? key` and `[a: b]`.
    """

    kind: str
    outer: int
    start: int
    end: int
    flow: bool = False
    style: str = ""
    text: str = ""
    tag: str | None = None
    anchor: str | None = None
    keys: list["Node"] = field(default_factory=list)
    values: list["Node"] = field(default_factory=list)
    is_odd: bool = False
    size: int = 1

    @property
    def is_block(self) -> bool:
        """Say whether this is a collection that is written on lines of its own."""
        return self.kind in (MAP, SEQ) and not self.flow

    @property
    def is_empty(self) -> bool:
        """Say whether nothing is written here (`key:`)."""
        return self.kind == SCALAR and self.start == self.end

    @property
    def ends_blank(self) -> bool:
        """Say whether a `|` or `>` block has a last line without anything to see: that line is part of its value."""
        return self.is_literal and self.text.endswith("\n") and not self.text[:-1].rsplit("\n", 1)[-1].strip()

    @property
    def is_literal(self) -> bool:
        """Say whether this is a `|` or `>` block."""
        return self.style in ("|", ">")

    def index_of(self, key: str) -> int | None:
        """Return the position of a key, or None."""
        return next((at for at, node in enumerate(self.keys) if node.kind == SCALAR and node.text == key), None)

    def child(self, step: Step) -> "Node | None":
        """Return the value at a key or index, or None."""
        if self.kind == MAP and isinstance(step, str):
            at = self.index_of(step)
            return None if at is None else self.values[at]
        if self.kind == SEQ and isinstance(step, int) and -len(self.values) <= step < len(self.values):
            return self.values[step]
        return None

    def walk(self) -> Iterator["Node"]:
        """Yield this node and all below it, keys included."""
        yield self
        for at, value in enumerate(self.values):
            if self.keys:
                yield from self.keys[at].walk()
            yield from value.walk()


class Tree:
    """The nodes of a text, and the lines that they stand on."""

    def __init__(self, text: str) -> None:
        _refuse_odd(text)
        self.text = text
        builder = _Builder(text)
        self.root = builder.build()
        self.aliased = frozenset(builder.aliased)

    def find(self, path: Path) -> Node | None:
        """Return the node at a path, or None; aliases are not followed."""
        node: Node | None = self.root
        for step in path:
            if node is None:
                return None
            node = node.child(step)
        return node

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer("\n", self.text))]

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset, both from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def value(self, node: Node) -> Json:
        """Return the plain value of a node, aliases as null."""
        if node.kind == MAP:
            return {self.value(key): self.value(value) for key, value in zip(node.keys, node.values, strict=True)}
        if node.kind == SEQ:
            return [self.value(value) for value in node.values]
        if node.kind == ALIAS:
            return None
        return node.text if node.style or node.tag else resolve(node.text)


@lru_cache(maxsize=8)
def tree_of(text: str) -> Tree:
    """Return the tree of a text; the proof of an edit asks for the same few texts again and again."""
    return Tree(text)


def _refuse_odd(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        raise Refusal(EditCode.PARSE, f"the file is longer than {MAX_CHARACTERS} characters")
    if found := _ODD_BREAK.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise Refusal(EditCode.PARSE, f"line {line} holds a line break that YAML readers disagree about")


class _Builder:
    """Events to nodes."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._sizes: dict[str, int] = {}
        self.aliased: set[str] = set()
        self._has_explicit = _QUESTION.search(text) is not None
        self._depth = 0

    def build(self) -> Node:
        try:
            self._events = yaml.parse(self._text, Loader=_LOADER)
            return self._document()
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            at = f"line {mark.line + 1}: " if mark is not None else ""
            reason = getattr(error, "problem", None) or str(error).splitlines()[0]
            raise Refusal(EditCode.PARSE, f"{at}{reason}") from error
        except UnicodeEncodeError as error:
            raise Refusal(EditCode.PARSE, "the text holds half of a surrogate pair") from error

    def _document(self) -> Node:
        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            raise Refusal(EditCode.PRECONDITION, "the file has no content")
        root = self._node(next(self._events))
        next(self._events)
        if not isinstance(next(self._events), yaml.StreamEndEvent):
            raise Refusal(EditCode.MULTIDOC, "the file holds several documents")
        return root

    def _node(self, event: Any) -> Node:
        start, end = event.start_mark.index, event.end_mark.index
        if type(event) is yaml.ScalarEvent and event.anchor is event.tag is None and not event.style:  # most of them
            return Node(SCALAR, start, start, max(end, start), text=event.value, keys=_NONE, values=_NONE)
        if isinstance(event, yaml.AliasEvent):
            name = str(event.anchor)
            if name not in self._sizes:
                raise Refusal(EditCode.PARSE, f"*{name} stands inside of &{name}, or there is no such anchor")
            self.aliased.add(name)
            return Node(ALIAS, start, start, end, text=name, size=self._sizes[name])
        anchor, tag = event.anchor, event.tag
        inner = self._after_properties(start) if anchor is not None or tag is not None else start
        if isinstance(event, yaml.ScalarEvent):
            style = "" if event.style is None else event.style
            last = _literal_end(self._text, inner, end) if style in ("|", ">") else max(end, inner)
            node = Node(SCALAR, start, inner, last, style=style, text=event.value, tag=tag, anchor=anchor)
        else:
            node = self._collection(event, Node(MAP, start, inner, end, flow=event.flow_style, tag=tag, anchor=anchor))
        if anchor is not None:
            self._sizes[anchor] = node.size
        return node

    def _collection(self, event: Any, node: Node) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Refusal(EditCode.PARSE, f"the file is nested deeper than {MAX_DEPTH} levels")
        if isinstance(event, yaml.SequenceStartEvent):
            node.kind = SEQ
        last = self._children(node)
        self._depth -= 1
        if node.size > MAX_NODES:
            raise Refusal(EditCode.PARSE, f"the file stands for more than {MAX_NODES} values")
        if node.flow:
            node.end = last.end_mark.index
            node.is_odd = self._text[node.start : node.start + 1] not in ("{", "[")
        else:
            self._block_span(node)
        return node

    def _children(self, node: Node) -> Any:
        """Read up to the end of a collection and return its end event."""
        seen: set[tuple[str, str]] = set()
        while True:
            event = next(self._events)
            if type(event) in _ENDS:
                return event
            child = self._node(event)
            if node.kind == MAP:
                self._check_key(child, seen)
                node.keys.append(child)
                node.size += child.size
                child = self._node(next(self._events))
            node.values.append(child)
            node.size += child.size

    def _check_key(self, key: Node, seen: set[tuple[str, str]]) -> None:
        if key.kind != SCALAR:
            line = self._text.count("\n", 0, key.start) + 1
            raise Refusal(EditCode.PARSE, f"line {line}: a key that is not a text")
        if (SCALAR, key.text) in seen:
            line = self._text.count("\n", 0, key.start) + 1
            raise Refusal(EditCode.DUP_KEY, f"line {line}: the key {key.text} is there twice")
        seen.add((SCALAR, key.text))

    def _block_span(self, node: Node) -> None:
        if node.kind == MAP:
            node.start = node.keys[0].outer
            node.end = max(node.values[-1].end, node.keys[-1].end)
            node.is_odd = any(self._is_explicit(key) for key in node.keys)
            node.end = max(node.end, self._text.find(":", node.keys[-1].end) + 1)
        else:
            skipped = _BLANK_OR_COMMENT.match(self._text, node.start)
            node.start = skipped.end() if skipped and node.start != node.outer else node.start
            node.end = max(node.values[-1].end, node.start + 1)

    def _is_explicit(self, key: Node) -> bool:
        if not self._has_explicit:
            return False
        line = self._text[self._text.rfind("\n", 0, key.outer) + 1 : key.outer]
        return line.rstrip().endswith("?")

    def _after_properties(self, at: int) -> int:
        while found := _PROPERTY.match(self._text, at):
            at = found.end()
        return at


def _literal_end(text: str, start: int, end: int) -> int:
    """Return the end of a `|` or `>` block: that of its last line with something on it, unless it keeps all (`+`).

    A line of more spaces than the block is indented by holds the rest of them: that is something.
    """
    header = text[start:end].split("\n", 1)[0].split("#", maxsplit=1)[0]
    if "+" in header:
        return end
    last = start + len(text[start:end].rstrip())
    first = re.search(r"\n( *)[^ \r\n]", text[start : last + 1])
    blanks = re.finditer(r"\n( +)(?=\r?\n|\Z)", text[last:end]) if first is not None else ()
    last += max((blank.end() for blank in blanks if first and len(blank[1]) > len(first[1])), default=0)
    line_end = text.find("\n", last)
    line_end = len(text) if line_end < 0 else line_end
    return line_end - 1 if text[line_end - 1 : line_end] == "\r" and line_end > last else max(last, line_end)
