"""New TOML: values as tomlkit items, and new tables as text."""

import re
from functools import cache
from typing import Any

from orchestrator.edits.literals.paths import shown
from orchestrator.edits.literals.tree import Path
from orchestrator.edits.patch import Patch
from orchestrator.edits.result import EditCode, Refusal
from orchestrator.errors import MissingTool
from orchestrator.models.json import Json

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_HEADER = re.compile(r"^[ \t]*\[\[?[ \t]*(?P<name>[^\]\n#]+?)[ \t]*\]\]?[ \t]*(?:#[^\n]*)?\r?$", re.MULTILINE)
_LONGEST_LINE = 88
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1


@cache
def library() -> Any:
    """Return tomlkit; MissingTool when it is not installed."""
    try:
        import tomlkit
        import tomlkit.items
    except ImportError as error:
        message = "editing TOML needs tomlkit, which is not installed"
        raise MissingTool(message, hint="pip install 'orchestrate[edits]'") from error
    return tomlkit


def check_value(path: Path, value: Json) -> None:
    """Refuse what TOML cannot say: null, numbers beyond 64 bits, halves of character pairs."""
    if value is None:
        raise Refusal(EditCode.PARAM, f"{shown(path)}: TOML has no null")
    if isinstance(value, int) and not isinstance(value, bool) and not _SMALLEST <= value <= _LARGEST:
        raise Refusal(EditCode.PARAM, f"{shown(path)}: {value} is beyond 64 bits")
    if isinstance(value, str) and re.search("[\ud800-\udfff]", value):
        raise Refusal(EditCode.PARAM, f"{shown(path)}: the text holds half of a character pair")
    if isinstance(value, dict):
        for key, item in value.items():
            check_value((*path, str(key)), item)
    elif isinstance(value, list):
        for at, item in enumerate(value):
            check_value((*path, at), item)


def new_item(value: Json, old: Any = None) -> Any:
    """Return a value as a tomlkit item; tables inside of values stand on one line, long arrays on several."""
    items = library().items
    if isinstance(value, dict):
        table = library().inline_table()
        for key, item in value.items():
            table.append(str(key), new_item(item))
        return table
    if isinstance(value, list):
        array = library().array()
        for item in value:
            array.append(new_item(item))
        was_tall = isinstance(old, items.Array) and "\n" in old.as_string()
        return array.multiline(bool(value) and (was_tall or len(array.as_string()) > _LONGEST_LINE))
    if isinstance(value, str):
        literal = isinstance(old, items.String) and old.as_string().startswith("'") and "'''" not in old.as_string()
        plain = "'" not in value and value.isprintable()
        return library().string(value, literal=bool(literal and plain))
    return library().item(value)


def insert_item(array: Any, index: int, value: Json) -> None:
    """Put a value into a tomlkit array; where there is one item on one line, tomlkit itself leaves out the blank."""
    array.insert(index, new_item(value))
    text = array.as_string()
    if index == 0 and len(array) == 2 and "\n" not in text and f"{array[0].as_string()}, " not in text:
        del array[0]
        only = array[0]
        array.clear()
        array.extend([new_item(value), only])


def add_table(text: str, path: tuple[str, ...], values: dict[str, Json], eol: str) -> Patch:
    """Return the patch that adds a table, behind those whose names begin alike, else at the end."""
    name = ".".join(key if _BARE.fullmatch(key) else library().string(key).as_string() for key in path)
    lines = [f"[{name}]"]
    for key, value in values.items():
        written = key if _BARE.fullmatch(key) else library().string(key).as_string()
        lines.append(f"{written} = {new_item(value).as_string()}".replace("\n", eol))
    body = eol.join(lines) + eol
    at = _place(text, path)
    lead = text[:at]
    gap = "" if not lead.strip() else eol if lead.endswith("\n") else eol + eol
    if lead.endswith(("\n\n", "\n\r\n")):
        gap = ""
    return Patch(at, at, "", gap + body + (eol if text[at:].strip() else ""))


def _place(text: str, path: tuple[str, ...]) -> int:
    """Return where a new table goes: before the header that follows the last one of its family."""
    headers = list(_HEADER.finditer(text))
    for size in range(len(path) - 1, 1, -1):
        family = ".".join(path[:size])
        own = [at for at, one in enumerate(headers) if f"{one['name']}.".startswith(f"{family}.")]
        if own and own[-1] + 1 < len(headers):
            return _above_comments(text, headers[own[-1] + 1].start())
        if own:
            break
    return len(text)


def _above_comments(text: str, at: int) -> int:
    """Return the place above the comment lines that belong to what stands at a place."""
    while True:
        start = text.rfind("\n", 0, max(at - 1, 0)) + 1
        if at == 0 or not text[start:at].lstrip(" \t").startswith("#"):
            return at
        at = start
