"""New literals as text, in the style of the file."""

import json
import re

from orchestrator.edits.literals.style import Style
from orchestrator.edits.result import EditCode, Refusal
from orchestrator.models.json import Json

_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
# They end a line in JavaScript, or may not stand in the file's encoding.
_ESCAPED = re.compile("[\u2028\u2029\ud800-\udfff\ufeff]")


def emit(value: Json, style: Style, indent: str, *, column: int = 0, flat: bool = False) -> str:
    """Return a value as text; `indent` is that of the line it begins on, `column` where it begins.

    `flat` keeps it on one line. Refusal E_PARAM for what the format cannot say.
    """
    if isinstance(value, dict):
        return _emit_object(value, style, indent, flat=flat)
    if isinstance(value, list | tuple):
        return _emit_array(list(value), style, indent, column=column, flat=flat)
    if isinstance(value, str):
        return quoted(value, style)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return _number(value)


def quoted(text: str, style: Style) -> str:
    """Return a string literal, with the other quotes where that saves escapes and the format has them."""
    double = _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))
    if style.is_json:
        return double
    quote = style.quote
    if quote in text and ("'" if quote == '"' else '"') not in text:
        quote = "'" if quote == '"' else '"'
    if quote == '"':
        return double
    return "'" + double[1:-1].replace('\\"', '"').replace("'", "\\'") + "'"


def emit_key(key: str, style: Style, *, bare: bool) -> str:
    """Return a key; `bare` leaves the quotes away where the format allows that."""
    if key == "__proto__" and not style.is_json:
        raise Refusal(EditCode.PARAM, "`__proto__` is no key in an object literal of JavaScript")
    return key if bare and not style.is_json and _NAME.fullmatch(key) else quoted(key, style)


def emit_pair(key: str, value: Json, style: Style, indent: str, *, bare: bool = True, flat: bool = False) -> str:
    """Return `key: value`."""
    head = emit_key(key, style, bare=bare) + ": "
    return head + emit(value, style, indent, column=len(indent) + len(head), flat=flat)


def _number(value: float) -> str:
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - not a number equals nothing
            raise Refusal(EditCode.PARAM, f"{value} cannot be written as a number")
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
    return repr(value)


def _emit_object(value: dict[str, Json], style: Style, indent: str, *, flat: bool) -> str:
    if not value:
        return "{}"
    if flat:
        return (
            "{ " + ", ".join(emit_pair(str(key), item, style, indent, flat=True) for key, item in value.items()) + " }"
        )
    inner = indent + style.unit
    lines = [inner + emit_pair(str(key), item, style, inner) for key, item in value.items()]
    return _block("{", lines, "}", style, indent)


def _emit_array(value: list[Json], style: Style, indent: str, *, column: int, flat: bool) -> str:
    if not value:
        return "[]"
    scalars = not any(isinstance(item, dict | list | tuple) and item for item in value)
    if flat or (scalars and style.inline_lists):
        line = "[" + ", ".join(emit(item, style, indent, flat=True) for item in value) + "]"
        if flat or column + len(line) + 1 <= style.width:
            return line
    inner = indent + style.unit
    return _block("[", [inner + emit(item, style, inner, column=len(inner)) for item in value], "]", style, indent)


def _block(opening: str, lines: list[str], closing: str, style: Style, indent: str) -> str:
    end = "," if style.trailing_comma else ""
    return opening + style.eol + f",{style.eol}".join(lines) + end + style.eol + indent + closing
