"""What decides what a task does, as one hash: two tasks of the same definition do the same to the same files.

Names, descriptions, priorities, limits and places in the document are not in it: changing them makes nothing stale.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from orchestrator.models.json import Json, JsonObject
from orchestrator.models.plan import PlannedCheck

if TYPE_CHECKING:  # of pydantic: an undo needs the digest only
    from orchestrator.planning.drafts import TaskDraft

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
_DIGEST_BYTES = 16


def digest(value: Json) -> str:
    """Return a short hash of a JSON value that does not depend on the order of keys."""
    return hashlib.blake2b(
        _ENCODER.encode(value).encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES
    ).hexdigest()


def definition_of(draft: "TaskDraft", params: JsonObject, handler_version: str) -> str:
    """Return the hash of handler, params, post-conditions, environment and outputs of a task."""
    task = draft.task
    return digest(
        [
            task.type,
            handler_version,
            dict(params),
            dict(draft.values),
            _checks(draft.verify),
            dict(draft.env),
            task.secrets,
            task.outputs,
        ]
    )


def _checks(checks: Sequence[PlannedCheck]) -> list[Json]:
    return [[check.type, check.params] for check in checks]
