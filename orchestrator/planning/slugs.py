"""Ids of the tasks that `foreach` makes: readable, safe as file names, unique, and the same whenever the item is.

An item that comes or goes must not rename the others (the ledger knows tasks by id), so twins are told apart by a hash
of what they stand for, never by counting.
"""

import hashlib
import json
import posixpath
import re
from collections import Counter
from collections.abc import Collection, Sequence

from orchestrator.models.json import Json
from orchestrator.planning.ids import MAX_ID

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_SHORTEST = 8
_DIGITS = 6


def instance_ids(base: str, items: Sequence[Json], taken: Collection[str], *, files: bool = False) -> list[str]:
    """Return one id per item below the id of the task, none of them `taken`; equal items get numbered.

    The items are paths when `files`: their folders and their extension are left out of the id.
    """
    slugs = [
        _slug(posixpath.splitext(posixpath.basename(item))[0] if files else item) or _digest(item) for item in items
    ]
    common = Counter(slugs)
    ids: list[str] = []
    used = set(taken)
    for item, slug in zip(items, slugs, strict=True):
        chosen = _fitted(base, slug, item, twin=common[slug] > 1)
        if chosen in used:
            chosen = _fitted(base, slug, item, twin=True)
        number = 1
        while chosen in used:
            number += 1
            chosen = _fitted(base, slug, [item, number], twin=True)
        used.add(chosen)
        ids.append(chosen)
    return ids


def _slug(item: Json) -> str:
    if isinstance(item, dict):
        named = next((item[key] for key in ("id", "name") if isinstance(item.get(key), str)), None)
        item = named if named is not None else _digest(item)
    text = item if isinstance(item, str) else json.dumps(item)
    return _UNSAFE.sub("-", text).strip("-._")


def _fitted(base: str, slug: str, item: Json, *, twin: bool) -> str:
    room = MAX_ID - len(base) - 1
    if room < _SHORTEST:
        base, room = base[: MAX_ID - 1 - _SHORTEST], _SHORTEST
    if not twin and len(slug) <= room:
        return f"{base}.{slug}"
    kept = slug[: room - _DIGITS - 1].rstrip("-._")
    return f"{base}.{kept}-{_digest(item)}" if kept else f"{base}.{_digest(item)}"


def _digest(item: Json) -> str:
    return hashlib.sha256(json.dumps(item, sort_keys=True).encode()).hexdigest()[:_DIGITS]
