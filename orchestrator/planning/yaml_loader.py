"""Bytes of a YAML file to a tree of nodes, bounded against every hostile input.

Built over libyaml's *events*: the C library's own object builder crashes on deep nesting, and PyYAML's constructors
hang on merge bombs and leak foreign exceptions. Here nothing recurses, and every size has a limit.
Mistakes that leave the meaning of the rest clear (a duplicate key, a tag) are collected; others end the reading.
"""

import re
from sys import intern
from typing import Any

import yaml
from msgspec import Struct
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from orchestrator.collector import paused_collector
from orchestrator.errors import Place, Problem
from orchestrator.planning.nodes import AnyNode, Mapping, Scalar, Sequence, Source
from orchestrator.planning.scalars import resolve
from orchestrator.planning.yaml_syntax import syntax_problem
from orchestrator.planning.yaml_text import CONTROL, Unreadable, control_characters, decode

MAX_NODES = 1_500_000
MAX_DEPTH = 32
MAX_ALIASES = 100
MAX_EXPANDED = 1_500_000  # nodes, aliases counted with all that they stand for
MAX_SCALAR = 256_000  # characters
MAX_PROBLEMS = 600  # of one kind of reading; more than are ever shown, so that a cut list says so

_SURROGATE = re.compile("[\ud800-\udfff]")


class YamlFile(Struct, frozen=True, kw_only=True):
    """What was read: `root` is None when there is nothing to go on with."""

    source: Source
    root: AnyNode | None
    problems: tuple[Problem, ...]


def load_yaml(data: bytes, file: str, *, pure: bool = False) -> YamlFile:
    """Read a YAML file; `file` is the name shown in messages, `pure` avoids the C library.

    Never raises for what stands in `data`.
    """
    try:
        source = decode(data, file)
    except Unreadable as stop:
        return YamlFile(source=Source(file, ""), root=None, problems=(stop.problem,))
    problems = list(control_characters(source))
    if problems:
        return YamlFile(source=source, root=None, problems=tuple(problems))
    builder = _Builder(source)
    with paused_collector():
        try:
            builder.read(pure=pure)
        except Unreadable as stop:
            return YamlFile(source=source, root=None, problems=(*builder.problems, stop.problem))
    return YamlFile(source=source, root=builder.root, problems=tuple(builder.problems))


class _Frame:
    """A list or map that is still open. `size` counts nodes with aliases expanded, `height` the levels below."""

    __slots__ = ("anchor", "height", "is_expression", "key", "key_missing", "node", "size")

    def __init__(self, node: Sequence | Mapping, anchor: str | None) -> None:
        self.node = node
        self.anchor = anchor
        self.key: Scalar | None = None
        self.key_missing = False  # the key was refused, so its value belongs nowhere
        self.is_expression = False  # `{{ … }}` without quotes: a map in a map for YAML
        self.size = 1
        self.height = 1


class _Builder:
    """Turns events into nodes, with a stack of its own in place of recursion."""

    def __init__(self, source: Source) -> None:
        self.root: AnyNode | None = None
        self.problems: list[Problem] = []
        self._source = source
        self._stack: list[_Frame] = []
        self._anchors: dict[str, tuple[AnyNode, int, int]] = {}
        self._nodes = 0
        self._aliases = 0
        self._documents = 0

    def read(self, *, pure: bool) -> None:
        loader = yaml.SafeLoader if pure or not yaml.__with_libyaml__ else yaml.CSafeLoader
        steps = {
            ScalarEvent: self._scalar,
            MappingStartEvent: self._open_mapping,
            SequenceStartEvent: self._open_sequence,
            MappingEndEvent: self._close,
            SequenceEndEvent: self._close,
            AliasEvent: self._alias,
            DocumentStartEvent: self._start_document,
        }
        try:
            for event in yaml.parse(self._source.text, Loader=loader):
                step = steps.get(type(event))
                if step is not None:
                    step(event)
        except yaml.YAMLError as error:
            raise Unreadable(syntax_problem(error, self._source)) from None
        except (ValueError, IndexError, OverflowError):
            # The pure parser lets these out for escapes like "\UFFFFFFFF".
            message = "this is not YAML: an escape or number in a quoted text has no meaning"
            raise Unreadable(Problem(code="E002", message=message, place=self._last_place())) from None

    # ------------------------------------------------------------ events

    def _scalar(self, event: Any) -> None:
        start, end = event.start_mark, event.end_mark
        text: str = event.value
        plain = not event.style
        node = Scalar(self._source, start.line, start.column, end.line, end.column, text, plain, text)
        self._count(event, node)
        if plain:
            node.value = resolve(text)
        else:
            self._check_text(node)
        if len(text) > MAX_SCALAR:
            raise Unreadable(self._problem("E009", f"a text is longer than {MAX_SCALAR:,} characters", node))
        if event.anchor:
            self._anchors[event.anchor] = (node, 1, 0)
        self._put(node, 1, 0)

    def _open_mapping(self, event: Any) -> None:
        start = event.start_mark
        self._open(event, Mapping(self._source, start.line, start.column, start.line, start.column + 1))

    def _open_sequence(self, event: Any) -> None:
        start = event.start_mark
        self._open(event, Sequence(self._source, start.line, start.column, start.line, start.column + 1))

    def _open(self, event: Any, node: Sequence | Mapping) -> None:
        self._count(event, node)
        if len(self._stack) >= MAX_DEPTH:
            raise Unreadable(self._problem("E009", f"nested deeper than {MAX_DEPTH} levels", node))
        self._stack.append(_Frame(node, event.anchor))

    def _close(self, event: Any) -> None:
        frame = self._stack.pop()
        end = event.end_mark
        frame.node.end_line, frame.node.end_column = end.line, end.column
        if frame.is_expression:
            self._put(self._unquoted(frame.node), 1, 0)
            return
        if frame.anchor:
            self._anchors[frame.anchor] = (frame.node, frame.size, frame.height)
        self._put(frame.node, frame.size, frame.height)

    def _alias(self, event: Any) -> None:
        start, end = event.start_mark, event.end_mark
        here = Scalar(self._source, start.line, start.column, end.line, end.column, event.anchor, True, None)
        self._aliases += 1
        if self._aliases > MAX_ALIASES:
            raise Unreadable(self._problem("E009", f"more than {MAX_ALIASES} aliases", here))
        if event.anchor not in self._anchors:
            message = f"alias `*{event.anchor[:60]}` stands for nothing that was marked before it"
            self._note("E010", message, here, f"mark the value with `&{event.anchor[:60]}` where it stands first")
            self._put(here, 1, 0)
            return
        node, size, height = self._anchors[event.anchor]
        if len(self._stack) + height > MAX_DEPTH:
            raise Unreadable(self._problem("E009", f"nested deeper than {MAX_DEPTH} levels", here))
        self._put(node, size, height, at=here)

    def _start_document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            mark = event.start_mark
            here = Scalar(self._source, mark.line, mark.column, mark.line, mark.column + 3, "---", True, None)
            hint = "put it into a file of its own and `include:` it"
            raise Unreadable(self._problem("E008", "only one YAML document is allowed in a file", here, hint))

    # ------------------------------------------------------------ building

    def _put(self, node: AnyNode, size: int, height: int, at: Scalar | None = None) -> None:
        if not self._stack:
            self.root = node
            return
        frame = self._stack[-1]
        frame.size += size
        if height >= frame.height:
            frame.height = height + 1
        if frame.size > MAX_EXPANDED:
            raise Unreadable(self._problem("E009", f"aliases expand to more than {MAX_EXPANDED:,} values", at or node))
        parent = frame.node
        if isinstance(parent, Sequence):
            parent.append(node)
        elif frame.key is not None:
            self._put_value(parent, frame.key, node)
            frame.key = None
        elif frame.key_missing:
            frame.key_missing = False
        else:
            frame.is_expression |= isinstance(node, Mapping) and node.follows(parent)
            frame.key = None if frame.is_expression else self._key(node)
            frame.key_missing = frame.key is None

    def _unquoted(self, node: AnyNode) -> Scalar:
        """Tell an expression that was written without quotes, and return it as the text that was meant."""
        text = self._source.line(node.line)[node.column : node.end_column] if node.line == node.end_line else "{{ … }}"
        self._note("E006", "an expression needs quotes: `{` begins a map", node, f'write "{text[:60]}"')
        return Scalar(self._source, node.line, node.column, node.end_line, node.end_column, text, False, text)

    def _put_value(self, parent: Mapping, key: Scalar, node: AnyNode) -> None:
        if key.text in parent.entries:
            first = parent.entries[key.text][0]
            self._note("E004", f"key `{key.text[:60]}` is used twice", key, f"first used at line {first.line + 1}")
            return
        parent.put(key, node)

    def _key(self, node: AnyNode) -> Scalar | None:
        if not isinstance(node, Scalar):
            self._note("E006", "a key must be text, not a list or map", node, "is a quote or a `:` missing?")
            return None
        if node.plain and node.text == "<<":
            self._note("E007", "merge keys (`<<`) are not supported", node, "repeat the keys, or alias a whole value")
            return None
        if not isinstance(node.value, str):
            shown = node.text[:60] or "~"
            self._note("E006", f"a key must be text, but `{shown}` is not", node, f'write "{shown}" if text is meant')
        else:
            node.text = node.value = intern(node.text)  # ten thousand tasks have the same few keys
        return node

    def _count(self, event: Any, node: AnyNode) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise Unreadable(self._problem("E009", f"more than {MAX_NODES:,} values", node))
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")[:60]
            self._note("E005", f"tag `{tag}` is not allowed", node, "remove it; quotes decide what is text")

    def _check_text(self, node: Scalar) -> None:
        found = CONTROL.search(node.text) or _SURROGATE.search(node.text)
        if found:
            message = f"control character U+{ord(found.group()):04X} is not allowed"
            self._note("E003", message, node, "remove the escape")

    # ------------------------------------------------------------ problems

    def _problem(self, code: str, message: str, node: AnyNode, hint: str | None = None) -> Problem:
        return Problem(code=code, message=message, place=node.place(), hint=hint)

    def _note(self, code: str, message: str, node: AnyNode, hint: str | None) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(self._problem(code, message, node, hint))

    def _last_place(self) -> Place:
        node = self._stack[-1].node if self._stack else self.root
        return node.place() if node is not None else self._source.place(0, 0, 0, 1)
