"""The facts of one append as values that SQL takes, documents put aside."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from orchestrator.ledger.codec import DOCUMENTS, Packed, as_json, digest_of
from orchestrator.ledger.drafts import drafts
from orchestrator.models.facts import Fact
from orchestrator.models.plan_text import PlanText


class Parcel(Struct, frozen=True, kw_only=True):
    """The facts of one append, ready to be written."""

    rows: tuple[Packed, ...]
    documents: Mapping[str, str] = field(default_factory=dict)  # digest -> JSON text


def pack(facts: Sequence[Fact]) -> Parcel:
    """Turn facts into values; TypeError when one holds something that is not JSON."""
    rows: list[Packed] = []
    documents: dict[str, str] = {}
    for run, kind, task, attempt, state, time, body in drafts(facts):
        if body is not None and kind in DOCUMENTS:
            body = {**body, **_put_aside(kind, body, documents)}
        rows.append((run, kind, task, attempt, state, time, None if body is None else as_json(body)))
    return Parcel(rows=tuple(rows), documents=documents)


def _put_aside(kind: str, body: Mapping[str, Any], documents: dict[str, str]) -> dict[str, str]:
    digests = {}
    for name in DOCUMENTS[kind]:
        value = body[name]
        text = value.text if isinstance(value, PlanText) else as_json(value)
        digests[name] = digest_of(text)
        documents[digests[name]] = text
    return digests
