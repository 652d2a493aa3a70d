"""What is wrong with a value that a person gave, in plain words instead of the checking library's."""

from collections.abc import Mapping
from typing import Any

_MUST_BE = {
    "missing": "is needed",
    "bool": "must be true or false",
    "extra_forbidden": "is not known",
    "dict": "must be a mapping",
    "float": "must be a number",
    "int": "must be a whole number",
    "list": "must be a list",
    "model": "must be a mapping",
    "none": "must be left out",
    "string": "must be text",
    "tuple": "must be a list",
}
_KINDS = ("type", "parsing", "from", "required", "attributes")
_BOUNDS = {
    "greater_than": ("gt", "must be more than"),
    "greater_than_equal": ("ge", "must be at least"),
    "less_than": ("lt", "must be less than"),
    "less_than_equal": ("le", "must be at most"),
}


def complaint(item: Mapping[str, Any]) -> str:
    """Return what goes behind the name of a value, made of one of pydantic's errors: "must be text, not 3"."""
    kind, context = item["type"], item.get("ctx") or {}
    word, _, rest = kind.partition("_")
    if kind in ("missing", "extra_forbidden"):
        return _MUST_BE[kind]
    if word in _MUST_BE and rest.startswith(_KINDS):
        return f"{_MUST_BE[word]}, not {_shown(item['input'])}"
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        return f"{words} {context[name]:g}, not {_shown(item['input'])}"
    if kind in ("literal_error", "enum"):
        return f"must be {context['expected']}, not {_shown(item['input'])}"
    if kind.endswith("too_short"):
        return "must not be empty" if context["min_length"] == 1 else f"must have at least {context['min_length']}"
    if kind.endswith("too_long"):
        return f"must have at most {context['max_length']}"
    if kind == "string_pattern_mismatch":
        return f"cannot be {_shown(item['input'])}; it has to fit {context['pattern']}"
    return f"does not fit: {context['error'] if kind == 'value_error' else item['msg']}"


def _shown(value: object) -> str:
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "nothing"}[value]
    return f'"{value[:60]}"' if isinstance(value, str) else str(value)[:60]
