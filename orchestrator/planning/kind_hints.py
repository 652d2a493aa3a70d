"""What to write where a value is of the wrong kind, made of what stands there: text that can be typed."""

import re
from collections.abc import Collection, Mapping

from orchestrator.models.json import Json
from orchestrator.planning.nodes import AnyNode, Scalar

_LONGEST = 60
_WORDS = {"yes": "true", "on": "true", "no": "false", "off": "false"}
# A map of which one part is usually all that is meant, by its key and the kind of value that stands there.
_SHORT: Mapping[tuple[str, type], str] = {
    ("retry", int): "attempts",
    ("project", str): "name",
    ("foreach", list): "items",
    ("foreach", str): "glob",
    ("exit_codes", list): "ok",
}
_DURATION = re.compile(r"\s*(\d+)\s*(s|m|h)[a-z]*\s*", re.IGNORECASE)
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")


def hint_for_kind(key: str, kinds: Collection[str], node: AnyNode | None) -> str | None:
    """Return what to write in place of `node`, which should be one of `kinds` ("a list", "text")."""
    value = node.value if node is not None else None
    if "text" in kinds and isinstance(node, Scalar) and node.text:
        return f'write "{node.text[:_LONGEST]}" if text is meant'
    if "a map" in kinds and (hint := _as_map(key, value)):
        return hint
    if "a list" in kinds and isinstance(value, str):
        return f"write [{value[:_LONGEST]}]"
    if "a list" in kinds and isinstance(value, dict):
        return _as_list(key, value)
    if isinstance(value, str) and value.lower() in _WORDS and "true or false" in kinds:
        return f"write {_WORDS[value.lower()]}"
    if isinstance(value, str) and value.strip("-").replace(".", "", 1).isdigit():
        return "remove the quotes"
    return None


def hint_for_form(value: object) -> str | None:
    """Return the duration that a text like `5min` or `30 seconds` means."""
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    return f"write {found[1]}{found[2].lower()}" if found else None


def _as_map(key: str, value: Json) -> str | None:
    part = _SHORT.get((key, type(value)))
    if part is not None:
        return f"write {{{part}: {_short(value)}}}"
    if isinstance(value, list) and value and all(isinstance(each, str) and _ASSIGNMENT.match(each) for each in value):
        name, _, text = str(value[0]).partition("=")
        return f'write {{{name}: "{text}"}}'[:_LONGEST]
    return None


def _as_list(key: str, value: dict[str, Json]) -> str:
    if key == "secrets":
        return f"name the variables only: [{', '.join(value)}]"[:_LONGEST]
    if value and all(isinstance(each, dict) for each in value.values()):
        return f'begin each entry with `- `: - id: "{next(iter(value))}"'[:_LONGEST]
    return "begin the entry with `- `"


def _short(value: Json) -> str:
    text = (
        f"[{', '.join(map(str, value))}]" if isinstance(value, list) else f'"{value}"' if type(value) is str else value
    )
    return str(text) if len(str(text)) <= _LONGEST else "..."
