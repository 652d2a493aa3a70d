"""Where `{{ … }}` stands in a text that a person wrote; needs no Jinja2.

Only `{{ expression }}` is ours in a document: `{%` and `{#` are plain text there (`${#list[@]}` is shell), and so is
everything inside GitHub's `${{ … }}`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from orchestrator.errors import TaskFailed
from orchestrator.models.json import Json

_ENVIRONMENT = re.compile(r"\$\{\{\s*env\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
_OPENERS = {"(": ")", "[": "]", "{": "}"}


class Piece(NamedTuple):
    """A stretch of a text: `expression` is what stands between the braces, None for plain text."""

    text: str
    expression: str | None = None


def is_dynamic(text: str) -> bool:
    """Say whether a text holds an expression of ours."""
    return "{{" in text and any(piece.expression is not None for piece in split(text))


def holds_expression(value: Json) -> bool:
    """Say whether any text below a JSON value holds an expression of ours; keys are never templates."""
    if isinstance(value, str):
        return "{{" in value and is_dynamic(value)
    if isinstance(value, dict):
        return any(holds_expression(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(holds_expression(item) for item in value)
    return False


def split(text: str) -> tuple[Piece, ...]:
    """Cut a text into plain stretches and expressions; `{{` that is never closed raises TaskFailed."""
    return tuple(_pieces(text))


def environment_names(text: str) -> tuple[str, ...]:
    """Return the names of the variables that `${{ env.NAME }}` reads in this text."""
    return tuple(_ENVIRONMENT.findall(text))


def read_environment(text: str, environ: Mapping[str, str]) -> str:
    """Replace `${{ env.NAME }}` by the variable's value; TaskFailed names a variable that is not set.

    For `notifications.to` alone, at the moment of sending: what stands there is a secret and is never stored.
    """
    for name in environment_names(text):
        if name not in environ:
            message = f"the environment has no {name}"
            raise TaskFailed(message, hint=f"export {name}=… before the run")
    return _ENVIRONMENT.sub(lambda found: environ[found[1]], text)


def _pieces(text: str) -> Iterator[Piece]:
    start = position = 0
    while (opening := text.find("{{", position)) != -1:
        if opening and text[opening - 1] == "$":  # GitHub's: copied as it is, to its end
            closing = text.find("}}", opening)
            position = len(text) if closing == -1 else closing + 2
            continue
        closing = _closing(text, opening + 2)
        if start < opening:
            yield Piece(text[start:opening])
        yield Piece(text[opening : closing + 2], text[opening + 2 : closing].strip())
        start = position = closing + 2
    if start < len(text) or not text:
        yield Piece(text[start:])


def _closing(text: str, position: int) -> int:
    """Return where the `}}` stands that ends an expression: outside quotes, with all brackets closed."""
    awaited: list[str] = []
    quote = ""
    while position < len(text):
        character = text[position]
        if quote:
            if character == "\\":
                position += 1
            elif character == quote:
                quote = ""
        elif character in "'\"":
            quote = character
        elif character in _OPENERS:
            awaited.append(_OPENERS[character])
        elif awaited and character == awaited[-1]:
            awaited.pop()
        elif not awaited and text.startswith("}}", position):
            return position
        position += 1
    message = "`{{` is not closed by `}}`"
    raise TaskFailed(message, hint="write {{ '{{' }} for two braces that are meant as text")
