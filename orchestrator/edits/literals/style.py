"""The habits of a file: line ends, indentation, quotes, trailing commas. New text follows them."""

import re
from collections import Counter
from dataclasses import dataclass

from orchestrator.edits.literals.tree import Literal

_INDENT = re.compile(r"\n([ \t]+)\S")
_SINGLE = re.compile(r"'(?:[^'\\\n]|\\.)*'")
_DOUBLE = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_TRAILING = re.compile(r",[ \t]*(?://[^\n]*)?\r?\n\s*[}\])]")
_BARE_END = re.compile(r"[^\s,\[{(][ \t]*\r?\n\s*[}\]]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """How new text is to look. `width` is the longest line that a list on one line may have."""

    eol: str = "\n"
    unit: str = "  "
    quote: str = '"'
    is_json: bool = True
    trailing_comma: bool = False
    inline_lists: bool = False
    one_line: bool = False
    width: int = 80


def style_of(text: str, *, is_json: bool) -> Style:
    """Return the habits of a text."""
    windows = text.count("\r\n")
    eol = "\r\n" if windows * 2 > text.count("\n") else "\n"
    trailing = len(_TRAILING.findall(text))
    longest = max((len(line) for line in text.split("\n", 400)[:400]), default=0)
    return Style(
        eol=eol,
        unit=indent_unit(text),
        quote='"' if is_json else _quote(text),
        is_json=is_json,
        trailing_comma=trailing > 0 and (is_json or trailing * 2 >= len(_BARE_END.findall(text))),
        one_line="\n" not in text.strip(),
        inline_lists=not is_json or re.search(r"\[[ \t]*[^\s\[\]{}]", text) is not None,
        width=min(max(longest, 80), 120),
    )


def indent_unit(text: str) -> str:
    """Return one step of indentation: a tab, or the commonest growth of leading blanks."""
    steps: Counter[str] = Counter()
    before = ""
    for line in text.split("\n", 400)[:400]:
        if not line.strip():
            continue
        lead = line[: len(line) - len(line.lstrip(" \t"))]
        if lead.startswith(before) and len(lead) > len(before):
            steps[lead[len(before) :]] += 1
        before = lead
    likely = [
        unit for unit, _ in steps.most_common() if unit == "\t" or (set(unit) == {" "} and len(unit) in range(1, 9))
    ]
    return likely[0] if likely else "  "


def line_start(text: str, at: int) -> int:
    """Return where the line of a place begins."""
    return text.rfind("\n", 0, at) + 1


def line_indent(text: str, at: int) -> str:
    """Return the leading blanks of the line of a place."""
    start = line_start(text, at)
    end = start
    while end < len(text) and text[end] in " \t":
        end += 1
    return text[start:end]


def begins_line(text: str, at: int) -> bool:
    """Say whether only blanks stand before a place on its line."""
    return not text[line_start(text, at) : at].strip(" \t")


def member_indent(text: str, owner: Literal, style: Style) -> str:
    """Return the indentation of the members of a collection."""
    for member in owner.members:
        if begins_line(text, member.start) and line_start(text, member.start) > owner.start:
            return line_indent(text, member.start)
    return line_indent(text, owner.start) + style.unit


def _quote(text: str) -> str:
    return '"' if len(_DOUBLE.findall(text)) > len(_SINGLE.findall(text)) else "'"
