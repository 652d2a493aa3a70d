"""Read JSON, with comments and trailing commas, into literals with spans.

Own code, because the grammar at hand takes a trailing comma for a mistake, and those are common in tsconfig files.
"""

import json
import re
from functools import lru_cache

from orchestrator.edits.literals.tree import DEEPEST, Kind, Literal, Member, MemberKind
from orchestrator.edits.result import EditCode, Refusal

_BLANK = re.compile(r"[ \t\r\n\ufeff]*")
_COMMENT = re.compile(r"//[^\n\r]*|/\*.*?\*/", re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?")
_WORD = re.compile(r"true|false|null")
_WORDS = {"true": True, "false": False, "null": None}


@lru_cache(maxsize=4)
def scan(text: str) -> Literal:
    """Return the value of a text; Refusal E_PARSE with the place, E_DUP_KEY for a repeated key."""
    scanner = _Scanner(text)
    root = scanner.value((0,), 0)
    scanner.skip([])
    if scanner.at != len(text):
        scanner.fail("text behind the value")
    return root


def has_extras(text: str) -> bool:
    """Say whether a text needs more than plain JSON: comments or trailing commas."""
    try:
        json.loads(text)
    except ValueError:
        return True
    return False


def _string(source: str) -> str:
    return str(json.loads(source)) if "\\" in source else source[1:-1]


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def fail(self, what: str) -> None:
        line = self.text.count("\n", 0, self.at) + 1
        column = self.at - self.text.rfind("\n", 0, self.at)
        raise Refusal(EditCode.PARSE, f"line {line}, column {column}: {what}")

    def skip(self, comments: list[tuple[int, int]]) -> None:
        """Go past blanks and comments, noting the latter."""
        while True:
            blank = _BLANK.match(self.text, self.at)
            self.at = blank.end() if blank else self.at
            comment = _COMMENT.match(self.text, self.at)
            if comment is None:
                return
            comments.append(comment.span())
            self.at = comment.end()

    def value(self, address: tuple[int, ...], depth: int) -> Literal:
        self.skip([])
        if depth > DEEPEST:
            self.fail("nested too deeply")
        start = self.at
        head = self.text[start : start + 1]
        if head == "{":
            return self.collection(Kind.OBJECT, "}", address, depth)
        if head == "[":
            return self.collection(Kind.ARRAY, "]", address, depth)
        for pattern, read in ((_STRING, _string), (_NUMBER, json.loads), (_WORD, _WORDS.__getitem__)):
            found = pattern.match(self.text, start)
            if found is not None:
                self.at = found.end()
                return Literal(Kind.SCALAR, start, self.at, address, read(found[0]))
        self.fail("a value is expected" if head else "the text ends where a value is expected")
        raise AssertionError

    def collection(self, kind: Kind, closing: str, address: tuple[int, ...], depth: int) -> Literal:
        start = self.at
        self.at += 1
        members: list[Member] = []
        comments: list[tuple[int, int]] = []
        self.skip(comments)
        while self.text[self.at : self.at + 1] != closing:
            if members and members[-1].comma is None:
                self.fail(f"`,` or `{closing}` is expected")
            members.append(self.member(kind, (*address, len(members)), comments, depth))
            self.skip(comments)
            if self.text[self.at : self.at + 1] == ",":
                self.at += 1
                members[-1].comma = self.at
                self.skip(comments)
        self.at += 1
        self.refuse_repeated(members)
        return Literal(kind, start, self.at, address, members=members, comments=comments)

    def member(self, kind: Kind, address: tuple[int, ...], comments: list[tuple[int, int]], depth: int) -> Member:
        start = self.at
        if kind is Kind.ARRAY:
            value = self.value(address, depth + 1)
            return Member(MemberKind.ITEM, start, self.at, value)
        key = _STRING.match(self.text, start)
        if key is None:
            self.fail("a key in double quotes is expected")
            raise AssertionError
        self.at = key.end()
        self.skip(comments)
        if self.text[self.at : self.at + 1] != ":":
            self.fail("`:` is expected")
        self.at += 1
        self.skip(comments)
        value = self.value(address, depth + 1)
        return Member(MemberKind.PAIR, start, self.at, value, key=_string(key[0]), key_end=key.end(), is_quoted=True)

    def refuse_repeated(self, members: list[Member]) -> None:
        seen: set[str] = set()
        for member in members:
            if member.key is not None and member.key in seen:
                line = self.text.count("\n", 0, member.start) + 1
                raise Refusal(EditCode.DUP_KEY, f"line {line}: the key {json.dumps(member.key)} is there twice")
            seen.add(member.key or "")
