"""The plain model of a TOML text, read by the standard library: a second reader beside the one that writes."""

import tomllib
from datetime import date, datetime, time
from functools import lru_cache

from orchestrator.edits.result import EditCode, Refusal
from orchestrator.models.json import Json


@lru_cache(maxsize=4)
def load_model(text: str) -> Json:
    """Return the document, not to be changed; dates and times are texts. Refusal E_PARSE when it cannot be read."""
    try:
        return _plain(tomllib.loads(text.replace("\r\n", "\n")))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Refusal(EditCode.PARSE, f"the TOML cannot be read: {error}") from error


def _plain(value: object) -> Json:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, datetime | date | time):
        return {"\0time": value.isoformat()}
    return value
