"""Values in sentences, as they stand in a file: `{contents: read}`, `true`, not Python's spelling of them."""

import json

from orchestrator.models.json import Json


def worded(value: Json, most: int = 60) -> str:
    """Return a value on one line, cut off where it is longer than `most` characters."""
    text = json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, str) else _flow(value)
    return text if len(text) <= most else f"{text[: most - 3]}..."


def _flow(value: Json) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return value if isinstance(value, str) else json.dumps(value, default=str)
