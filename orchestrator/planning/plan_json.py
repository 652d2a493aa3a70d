"""A plan as JSON and back, without loss: for the ledger, for saved plans, for the cache that `plan` and `status` read.

Values that are the default are left out, so that a plan of ten thousand tasks stays small. Needs no pydantic.
"""

import json
from collections.abc import Mapping
from contextlib import suppress

from msgspec import MsgspecError, convert, to_builtins
from msgspec.json import decode, encode

from orchestrator.errors import Unusable
from orchestrator.models.json import Json, JsonObject
from orchestrator.models.plan import Plan

FORMAT = 1
_BEGINNING = b'{"format":%d,' % FORMAT


def plan_to_json(plan: Plan) -> dict[str, Json]:
    """Return a plan as JSON values."""
    return {"format": FORMAT, **to_builtins(plan, enc_hook=dict)}  # the hook is asked for other kinds of mappings


def plan_to_text(plan: Plan) -> bytes:
    """Return a plan as the text of its JSON, on one line."""
    # The quick way writes null for numbers without end and refuses half a surrogate pair, which the name of a file that
    # is no UTF-8 brings along.
    with suppress(UnicodeEncodeError):
        text = encode(plan, enc_hook=dict)
        if b"null" not in text:
            return _BEGINNING + text.removeprefix(b"{")
    return json.dumps(plan_to_json(plan), separators=(",", ":")).encode()


def plan_from_text(text: bytes) -> Plan:
    """Return the plan that `plan_to_text` was given; it shares nothing with that one."""
    if text.startswith(_BEGINNING):
        with suppress(MsgspecError):  # the long way below takes it, or says what is wrong
            return decode(b"{" + text.removeprefix(_BEGINNING), type=Plan)
    return plan_from_json(json.loads(text))


def plan_from_json(data: JsonObject) -> Plan:
    """Return the plan that `plan_to_json` was given; Unusable when it was written by a version that we cannot read."""
    if not isinstance(data, Mapping) or data.get("format") != FORMAT:
        message = "this plan was written by another version of orchestrate"
        raise Unusable(message, hint="use the version that wrote it, or plan again")
    try:
        return convert({name: value for name, value in data.items() if name != "format"}, Plan)
    except MsgspecError as error:
        message = f"this plan cannot be read: {error}"
        raise Unusable(message, hint="plan again") from error
