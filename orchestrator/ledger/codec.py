"""Facts as SQL values and back: JSON bodies, content-addressed documents, a checksum per row."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from json import JSONEncoder, loads
from typing import Any, TypeAlias

from msgspec import DecodeError
from msgspec.json import decode

from orchestrator.errors import Unusable
from orchestrator.ledger.rows import RUN_RESUMED, RUN_STARTED, Row

try:  # the same function without all of OpenSSL, which looking at a run needs for nothing else
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

# run id, kind, task, attempt, state, time, body
Packed: TypeAlias = tuple[str, str, str | None, int | None, str | None, int | None, str | None]
# seq, run number, kind, task, attempt, state, time, body, checksum
Stored: TypeAlias = tuple[int, int, str, str | None, int | None, str | None, int | None, str | None, bytes]

# Fields of a start or resume that are documents of their own.
DOCUMENTS = {RUN_STARTED: ("plan", "tasks"), RUN_RESUMED: ("tasks",)}


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    message = f"{type(value).__name__} is not JSON"
    raise TypeError(message)


# ASCII only, so that file names that are no UTF-8 survive; what a checksum covers must not depend on the Unicode
# version of the interpreter either.
as_json = JSONEncoder(separators=(",", ":"), ensure_ascii=True, check_circular=False, default=_plain).encode


def from_json(text: str) -> Any:
    """Return the value of a text that `as_json` made, in half the time of the standard library.

    That one is asked about halves of surrogate pairs, which a file name that is no UTF-8 brings along.
    """
    try:
        return decode(text)
    except DecodeError:
        return loads(text)


def checksum(*values: object) -> bytes:
    """Return the checksum of a row's values."""
    return blake2b("\x1f".join([str(value) for value in values]).encode(), digest_size=8).digest()


def fact_values(seq: int, run: int, packed: Packed) -> dict[str, object]:
    """Return the named values of `append_fact.sql`."""
    _run, kind, task, attempt, state, time, body = packed
    # Spelled out as `read_rows` does: joining in a loop takes twice as long, and this is done for every fact.
    covered = f"{seq}\x1f{run}\x1f{kind}\x1f{task}\x1f{attempt}\x1f{state}\x1f{time}\x1f{body}"
    return {
        "seq": seq,
        "run": run,
        "kind": kind,
        "task": task,
        "attempt": attempt,
        "state": state,
        "time": time,
        "body": body,
        "checksum": blake2b(covered.encode(), digest_size=8).digest(),
    }


def damaged(what: str) -> Unusable:
    """Make the error for a ledger whose content is not what was written."""
    return Unusable(f"the ledger is damaged: {what}", hint="`orchestrate doctor --repair` keeps what can be read")


def check_rows(stored: Sequence[Stored]) -> None:
    """Compare the checksums; Unusable names the first row that is not as it was written."""
    fresh = blake2b(digest_size=8).copy  # a fifth quicker than making each anew
    for seq, run, kind, task, attempt, state, time, body, expected in stored:
        hashed = fresh()
        hashed.update(f"{seq}\x1f{run}\x1f{kind}\x1f{task}\x1f{attempt}\x1f{state}\x1f{time}\x1f{body}".encode())
        if hashed.digest() != expected:
            raise damaged(f"fact {seq} is not as it was written")


def unpack(stored: Sequence[Stored]) -> list[Row]:
    """Return rows whose checksums were compared; all bodies are parsed at once, which halves the time."""
    bodies: Iterator[dict[str, Any]] = iter(
        from_json(f"[{','.join([row[7] for row in stored if row[7] is not None])}]")
    )
    return [
        (seq, kind, task, attempt, state, time, None if body is None else next(bodies))
        for seq, _run, kind, task, attempt, state, time, body, _checksum in stored
    ]


def documents_of(row: Stored) -> tuple[tuple[str, str], ...]:
    """Return (name, digest) of the documents that a compared row speaks of."""
    kind, body = row[2], row[7]
    if kind not in DOCUMENTS or body is None:
        return ()
    said = from_json(body)
    return tuple((name, said[name]) for name in DOCUMENTS[kind])


def digest_of(text: str) -> str:
    """Return the name of a document."""
    return blake2b(text.encode(), digest_size=16).hexdigest()


def compress(text: str) -> bytes:
    """Return a document as it is stored."""
    return zlib.compress(text.encode(), 1)


def read_document(digest: str, content: bytes) -> Any:
    """Return the JSON of a stored document; Unusable when it is not what was written."""
    return from_json(document_text(digest, content))


def document_text(digest: str, content: bytes) -> str:
    """Return the text of a stored document; Unusable when it is not what was written."""
    try:
        text = zlib.decompress(content).decode()
    except (zlib.error, TypeError, UnicodeDecodeError) as error:
        message = f"document {digest} cannot be read"
        raise damaged(message) from error
    if digest_of(text) != digest:
        message = f"document {digest} is not as it was written"
        raise damaged(message)
    return text
