"""Values to lines of YAML in a given style."""

from dataclasses import dataclass
from typing import Any

from orchestrator.edits.yaml.scalars import fits_literal, write_scalar
from orchestrator.edits.yaml.style import MOST_FLOW_ITEMS, MOST_FLOW_WIDTH, Style
from orchestrator.models.json import Json


@dataclass(frozen=True, slots=True)
class Noted:
    """A scalar with a comment behind it, as `uses: owner/name@commit # v1.2.3`."""

    value: str
    comment: str


@dataclass(frozen=True, slots=True)
class Folded:
    """A text that stands as a `>-` block: words of these lines, one space between them."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Headed:
    """A collection with comment lines above it."""

    value: Any
    comments: tuple[str, ...]


def plain(value: Any) -> Json:
    """Return the model of a value: without comments and hints."""
    if isinstance(value, Noted):
        return value.value
    if isinstance(value, Folded):
        return " ".join(value.lines)
    if isinstance(value, Headed):
        return plain(value.value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def entry_lines(key: str, value: Any, column: int, style: Style) -> list[str]:
    """Return the lines of `key: value` in a block mapping at a column."""
    pad = " " * column
    if isinstance(value, Headed):
        return [*_comments(value, pad), *entry_lines(key, value.value, column, style)]
    name = pad + write_scalar(key, quote=style.quote, is_key=True) + ":"
    lines = block_lines(value, column, style)
    if lines is not None:
        return [name, *lines]
    return _with_text(name, value, column + style.step, style)


def item_lines(value: Any, column: int, style: Style) -> list[str]:
    """Return the lines of `- value` in a block list at a column."""
    pad = " " * column
    if isinstance(value, Headed):
        return [*_comments(value, pad), *item_lines(value.value, column, style)]
    if isinstance(value, dict | list) and value and not _fits_flow(value, style):
        lines = _children(value, column + 2, style)
        return [f"{pad}- {lines[0][column + 2 :]}", *lines[1:]]
    return _with_text(pad + "-", value, column + 2, style)


def block_lines(value: Any, column: int, style: Style) -> list[str] | None:
    """Return the lines below a key at `column`, or None when the value stands on the key's own line."""
    if not isinstance(value, dict | list) or not value or _fits_flow(value, style):
        return None
    return _children(value, column + (style.step if isinstance(value, dict) else style.offset), style)


def inline(value: Any, style: Style, *, prefer: str = "", in_flow: bool = False) -> str:
    """Return a value on one line."""
    if isinstance(value, Headed):
        return inline(value.value, style, prefer=prefer, in_flow=in_flow)
    if isinstance(value, Noted) and not in_flow:
        return f"{write_scalar(value.value, quote=style.quote, prefer=prefer)} # {value.comment}"
    value = plain(value)
    if isinstance(value, dict):
        pairs = [
            f"{write_scalar(key, quote=style.quote, in_flow=True, is_key=True)}: {inline(item, style, in_flow=True)}"
            for key, item in value.items()
        ]
        return f"{{{style.flow_pad}{', '.join(pairs)}{style.flow_pad}}}" if pairs else "{}"
    if isinstance(value, list):
        items = ", ".join(inline(item, style, in_flow=True) for item in value)
        return f"[{style.flow_list_pad}{items}{style.flow_list_pad}]" if value else "[]"
    return write_scalar(value, quote=style.quote, prefer=prefer, in_flow=in_flow)


def literal_lines(text: str, column: int) -> tuple[str, list[str]]:
    """Return the header and the lines of a `|` block with its text at a column."""
    body = text.removesuffix("\n")
    return "|" if text.endswith("\n") else "|-", [" " * column + line if line else "" for line in body.split("\n")]


def stands_alone(value: Any) -> bool:
    """Say whether a text is written as a block of lines."""
    return isinstance(value, Folded) or (isinstance(value, str) and fits_literal(value))


def _with_text(head: str, value: Any, column: int, style: Style) -> list[str]:
    if isinstance(value, Folded):
        return [f"{head} >-", *(" " * column + line for line in value.lines)]
    if isinstance(value, str) and fits_literal(value):
        header, lines = literal_lines(value, column)
        return [f"{head} {header}", *lines]
    return [f"{head} {inline(value, style)}"]


def _children(value: Any, column: int, style: Style) -> list[str]:
    lines: list[str] = []
    if isinstance(value, dict):
        for key, item in value.items():
            lines += entry_lines(key, item, column, style)
        return lines
    for at, item in enumerate(value):
        if at and style.blank_items and isinstance(item, dict | Headed):
            lines.append("")
        lines += item_lines(item, column, style)
    return lines


def _fits_flow(value: Any, style: Style) -> bool:
    if not isinstance(value, list) or not style.flow_lists or len(value) > MOST_FLOW_ITEMS:
        return False
    if not all(isinstance(item, str | int | float | bool) and "\n" not in str(item) for item in value):
        return False
    return len(inline(value, style)) <= MOST_FLOW_WIDTH and not any("${{" in str(item) for item in value)


def _comments(value: Headed, pad: str) -> list[str]:
    return [f"{pad}# {line}" if line else f"{pad}#" for line in value.comments]
