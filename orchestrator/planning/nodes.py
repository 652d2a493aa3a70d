"""The tree of a YAML file: plain values, and where each of them stands.

Every node keeps the plain Python `value` below it, so that reading the document costs nothing more, and bare numbers
for its position: a `Place` with its source line is made only when a message needs one.
"""

import re
from typing import TypeAlias

from orchestrator.errors import Place
from orchestrator.models.json import Json

Path: TypeAlias = tuple[str | int, ...]

LONGEST_QUOTED_LINE = 1_000  # characters; longer lines are not quoted in messages
_LINE_END = re.compile(r"\r\n|\r|\n")


class Source:
    """The text of one file, cut into lines when the first message asks for one."""

    __slots__ = ("_lines", "file", "text")

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self._lines: list[str] | None = None

    def line(self, number: int) -> str:
        """Return a line by its number, counted from 0; "" behind the last one."""
        if self._lines is None:
            self._lines = _LINE_END.split(self.text)
        return self._lines[number] if number < len(self._lines) else ""

    def place(self, line: int, column: int, end_line: int, end_column: int) -> Place:
        """Return the place of a span (counted from 0); one over several lines is cut at the end of its first line."""
        text = self.line(line)
        end = end_column if end_line == line else len(text.rstrip())
        quoted = text if len(text) <= LONGEST_QUOTED_LINE else ""
        return Place(file=self.file, line=line + 1, column=column + 1, end_column=max(end, column + 1) + 1, text=quoted)


class Node:
    """A span of the source, counted from 0; `end_column` is exclusive."""

    __slots__ = ("column", "end_column", "end_line", "line", "source")

    def __init__(self, source: Source, line: int, column: int, end_line: int, end_column: int) -> None:
        self.source = source
        self.line = line
        self.column = column
        self.end_line = end_line
        self.end_column = end_column

    def follows(self, bracket: "Node") -> bool:
        """Say whether this begins right behind the one character that `bracket` begins with."""
        return (self.line, self.column) == (bracket.line, bracket.column + 1)

    def place(self) -> Place:
        """Return the place for a message."""
        return self.source.place(self.line, self.column, self.end_line, self.end_column)


class Scalar(Node):
    """Text, number, boolean or null; `text` is as written (without quotes), `plain` says that it had no quotes."""

    __slots__ = ("plain", "text", "value")

    def __init__(
        self,
        source: Source,
        line: int,
        column: int,
        end_line: int,
        end_column: int,
        text: str,
        plain: bool,
        value: Json,
    ) -> None:
        # Not through super(): there are hundreds of thousands of these.
        self.source = source
        self.line = line
        self.column = column
        self.end_line = end_line
        self.end_column = end_column
        self.text = text
        self.plain = plain
        self.value = value


class Sequence(Node):
    """A list."""

    __slots__ = ("items", "value")

    def __init__(self, source: Source, line: int, column: int, end_line: int, end_column: int) -> None:
        super().__init__(source, line, column, end_line, end_column)
        self.items: list[AnyNode] = []
        self.value: list[Json] = []

    def append(self, node: "AnyNode") -> None:
        """Add an item."""
        self.items.append(node)
        self.value.append(node.value)


class Mapping(Node):
    """A map; `entries` holds the node of each key beside the node of its value."""

    __slots__ = ("entries", "value")

    def __init__(self, source: Source, line: int, column: int, end_line: int, end_column: int) -> None:
        super().__init__(source, line, column, end_line, end_column)
        self.entries: dict[str, tuple[Scalar, AnyNode]] = {}
        self.value: dict[str, Json] = {}

    def put(self, key: Scalar, node: "AnyNode", name: str | None = None) -> None:
        """Add an entry, under another `name` than the key was written with when a layout is converted."""
        name = key.text if name is None else name
        self.entries[name] = (key, node)
        self.value[name] = node.value

    def get(self, name: str) -> "AnyNode | None":
        """Return the node of a value, or None when there is no such key."""
        entry = self.entries.get(name)
        return entry[1] if entry else None


AnyNode: TypeAlias = Scalar | Sequence | Mapping


def locate(root: AnyNode, path: Path, *, key: bool = False) -> Place:
    """Return the place of the value at `path`, or of its key; of the nearest thing around it when there is none.

    A param of a task may stand directly on it or below its `with`.
    """
    node: AnyNode = root
    key_node: Scalar | None = None
    for step in path:
        if isinstance(node, Mapping) and step not in node.entries and isinstance(given := node.get("with"), Mapping):
            node = given
        if isinstance(node, Mapping) and step in node.entries:
            key_node, node = node.entries[str(step)]
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            key_node, node = None, node.items[step]
        else:
            key_node = None
            break
    return key_node.place() if key and key_node else node.place()


def node_at(root: AnyNode, path: Path) -> AnyNode | None:
    """Return the node at `path`, or None."""
    node: AnyNode | None = root
    for step in path:
        if isinstance(node, Mapping):
            node = node.get(str(step))
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        else:
            return None
    return node
