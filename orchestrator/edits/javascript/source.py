"""A source text with its syntax tree, its outermost literals, and places counted in characters."""

import re
from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate

from orchestrator.edits.javascript.grammar import Node, parse
from orchestrator.edits.javascript.strings import string_value
from orchestrator.edits.literals.tree import DEEPEST, Kind, Literal, Member, MemberKind
from orchestrator.edits.result import EditCode, Refusal

WRAPPERS = frozenset({"parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression"})
_INTEGER = re.compile(r"-?(?:0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|0|[1-9][0-9_]*)")
_FLOAT = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_WORDS = {"true": True, "false": False, "null": None}


class Source:
    """A parsed text, never changed. `literals` are its outermost object and array literals, in order."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.root = parse(text)
        self._starts = None if text.isascii() else _byte_starts(text)
        self.literals: list[Literal] = []
        self._by_start: dict[int, Literal] = {}
        self._collect(self.root)

    def place(self, offset: int) -> int:
        """Return the character at a byte of the UTF-8 text."""
        return offset if self._starts is None else bisect_right(self._starts, offset) - 1

    def code(self, node: Node) -> str:
        """Return the text of a node."""
        return self.text[self.place(node.start_byte) : self.place(node.end_byte)]

    def line(self, node: Node) -> int:
        """Return the line of a node, from 1."""
        return int(node.start_point[0]) + 1

    def literal(self, node: Node) -> Literal | None:
        """Return the literal of an object or array node, None for one inside a computed value."""
        return self._by_start.get(node.start_byte)

    def between(self) -> list[str]:
        """Return the text around the outermost literals."""
        edges = [0, *(edge for literal in self.literals for edge in (literal.start, literal.end)), len(self.text)]
        return [self.text[low:high] for low, high in zip(edges[::2], edges[1::2], strict=True)]

    def _collect(self, root: Node) -> None:
        cursor = root.walk()
        while True:
            node = cursor.node
            if node is not None and node.is_named and node.type in ("object", "array"):
                self.literals.append(self._read(node, (len(self.literals),)))
            elif cursor.goto_first_child():
                continue
            while not cursor.goto_next_sibling():
                if not cursor.goto_parent():
                    return

    # ------------------------------------------------------------ literals

    def _read(self, node: Node, address: tuple[int, ...]) -> Literal:
        if len(address) > DEEPEST:
            raise Refusal(EditCode.PARSE, f"line {self.line(node)}: nested too deeply")
        node = unwrapped(node)
        start, end = self.place(node.start_byte), self.place(node.end_byte)
        if node.type in ("object", "array"):
            literal = self._read_collection(node, address, start, end)
            self._by_start[node.start_byte] = literal
            return literal
        code = self.text[start:end]
        known, value = _scalar(node.type, code)
        if known:
            return Literal(Kind.SCALAR, start, end, address, value)
        name = code if node.type == "identifier" else None
        return Literal(Kind.SOURCE, start, end, address, source=code, reference=name)

    def _read_collection(self, node: Node, address: tuple[int, ...], start: int, end: int) -> Literal:
        members: list[Member] = []
        comments: list[tuple[int, int]] = []
        for child in node.children:
            if child.type == ",":
                if not members or members[-1].comma is not None:  # a hole: [ , 1]
                    return Literal(Kind.SOURCE, start, end, address, source=self.text[start:end])
                members[-1].comma = self.place(child.end_byte)
            elif child.type == "comment":
                comments.append((self.place(child.start_byte), self.place(child.end_byte)))
            elif child.is_named:
                comments += self._comments_in(child)
                members.append(self._member(child, (*address, len(members)), is_item=node.type == "array"))
        kind = Kind.OBJECT if node.type == "object" else Kind.ARRAY
        return Literal(kind, start, end, address, members=members, comments=comments)

    def _comments_in(self, node: Node) -> list[tuple[int, int]]:
        """Return the comments between key and value."""
        if node.type != "pair":
            return []
        return [(self.place(c.start_byte), self.place(c.end_byte)) for c in node.children if c.type == "comment"]

    def _member(self, node: Node, address: tuple[int, ...], *, is_item: bool) -> Member:
        start, end = self.place(node.start_byte), self.place(node.end_byte)
        code = self.text[start:end]
        source = Literal(Kind.SOURCE, start, end, address, source=code)
        if node.type == "spread_element":
            return Member(MemberKind.SPREAD, start, end, source, source=code)
        if is_item:
            return Member(MemberKind.ITEM, start, end, self._read(node, address))
        if node.type == "shorthand_property_identifier":
            source.reference = code
            return Member(MemberKind.PAIR, start, end, source, key=code, key_end=end)
        name = node.child_by_field_name("key") or node.child_by_field_name("name")
        key = self._key(name) if name is not None else None
        if key is None or name is None:
            return Member(MemberKind.COMPUTED, start, end, source, source=code)
        value = node.child_by_field_name("value")
        literal = self._read(value, address) if node.type == "pair" and value is not None else source
        quoted = name.type == "string"
        return Member(
            MemberKind.PAIR, start, end, literal, key=key, key_end=self.place(name.end_byte), is_quoted=quoted
        )

    def _key(self, node: Node) -> str | None:
        if node.type == "computed_property_name":
            inner = node.named_children[0] if node.named_child_count == 1 else None
            return string_value(self.code(inner)) if inner is not None and inner.type == "string" else None
        code = self.code(node)
        if node.type == "string":
            return string_value(code)
        if node.type == "number":
            known, value = _scalar("number", code)
            return str(value) if known else None
        return None if "\\" in code else code


@lru_cache(maxsize=4)
def read_source(text: str) -> Source:
    """Return a parsed text; planning, proof and second run read the same two texts again and again."""
    return Source(text)


def unwrapped(node: Node) -> Node:
    """Return the expression inside parentheses, `as`, `satisfies`, `!` and `<Type>`."""
    while True:
        inside = [child for child in node.named_children if child.type != "comment"]
        if node.type in WRAPPERS and inside:
            node = inside[0]
        elif node.type == "type_assertion" and inside:
            node = inside[-1]
        else:
            return node


def _scalar(kind: str, code: str) -> tuple[bool, object]:
    """Say whether an expression is a plain value, and return it."""
    if kind in ("string", "template_string"):
        value = string_value(code)
        return value is not None, value
    if kind in ("true", "false", "null"):
        return True, _WORDS[code]
    if kind in ("number", "unary_expression"):
        if _INTEGER.fullmatch(code):
            return True, int(code.replace("_", ""), 0)
        if _FLOAT.fullmatch(code):
            number = float(code)
            return True, int(number) if number.is_integer() and abs(number) < 1e15 else number
    return False, None


def _byte_starts(text: str) -> list[int]:
    """Return at which byte each character begins, and where the text ends."""
    sizes = (1 if c < "\x80" else 2 if c < "\u0800" else 3 if c < "\U00010000" else 4 for c in text)
    return list(accumulate(sizes, initial=0))
