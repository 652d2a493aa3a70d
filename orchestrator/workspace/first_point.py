"""The first point of the timeline on disk: `.orchestrate/timeline.json`.

It has two readers. The next run believes what it says about files whose stat is the same, and reads the others only.
And after a crash it tells what the tree was like before the commands that were running then (`recovery.py`).
"""

import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress

from msgspec import Struct, field

from orchestrator.errors import PathRefused
from orchestrator.workspace.node import FILE, FOLDER, LINK, Identity
from orchestrator.workspace.oserrors import translated
from orchestrator.workspace.paths import check_recorded
from orchestrator.workspace.walk import Entry, Signature

FILE_NAME = "timeline.json"
_VERSION = 1
_KINDS = frozenset({FILE, FOLDER, LINK})
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Known(Struct, frozen=True, kw_only=True):
    """One path of a first point; `blob` is the name of its content in git, if it is kept there."""

    identity: Identity
    signature: Signature
    settled: bool
    blob: str | None = None


class FirstPoint(Struct, frozen=True, kw_only=True):
    """The tree before the first command of a run."""

    run: str = ""
    known: Mapping[str, Known] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()


def save_first_point(
    state: int, run: str, entries: Mapping[str, Entry], ignored: set[str], blobs: Mapping[str, str]
) -> None:
    """Write the point; not synced: after a power cut the next run reads the tree again."""
    rows = [
        [
            path,
            each.kind,
            each.identity.sha,
            each.identity.mode,
            each.settled,
            blobs.get(each.identity.sha),
            each.signature,
        ]
        for path, each in entries.items()
        if path and each.signature is not None
    ]
    text = json.dumps({"version": _VERSION, "run": run, "ignored": sorted(ignored), "entries": rows})
    temp = f".orch-{secrets.token_hex(6)}"
    with translated(f".orchestrate/{FILE_NAME}", "write"):
        try:
            with os.fdopen(os.open(temp, _CREATE, 0o600, dir_fd=state), "w", encoding="utf-8") as file:
                file.write(text)
            os.rename(temp, FILE_NAME, src_dir_fd=state, dst_dir_fd=state)
        except BaseException:
            with suppress(OSError):
                os.unlink(temp, dir_fd=state)
            raise


def load_first_point(state: int) -> FirstPoint:
    """Return the last point that was saved; an empty one when there is none or it cannot be read."""
    try:
        with os.fdopen(os.open(FILE_NAME, _READ, dir_fd=state), encoding="utf-8") as file:
            value = json.load(file)
        if value["version"] != _VERSION:
            return FirstPoint()
        known = {check_recorded(row[0]): _known(row) for row in value["entries"]}
        return FirstPoint(run=str(value["run"]), known=known, ignored=frozenset(map(str, value["ignored"])))
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, PathRefused):
        return FirstPoint()


def _known(row: list[object]) -> Known:
    _, kind, sha, mode, settled, blob, signature = row
    if kind not in _KINDS or not isinstance(signature, list):
        raise ValueError
    size = [int(part) for part in signature]
    return Known(
        identity=Identity(kind=str(kind), sha=str(sha), mode=mode if isinstance(mode, int) else None),
        signature=(size[0], size[1], size[2], size[3], size[4]),
        settled=settled is True,
        blob=blob if isinstance(blob, str) else None,
    )
