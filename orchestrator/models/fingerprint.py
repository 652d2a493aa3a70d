"""What a success depended on, in one text that can say later what has changed since.

It covers the definition, what the handler adds (templates), params that were rendered just before the attempt, and the
contents of files: those read as they were before it, those written as they were after it. A file that is read and
written counts as it was afterwards.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

ABSENT = ""  # stands for the content of a file that does not exist
MOST_FILES = 200  # beyond them only one hash of all is kept
ALL_FILES = "*"
DIGITS = 24
_FOUND = '"found":'  # in every text that says what the task changed
_as_text = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode  # `dumps` would make one for every task


class Fingerprint(Struct, frozen=True, kw_only=True):
    """`files` maps a path to the hash of its content; `late` is a hash of rendered params, "" when there are none."""

    definition: str
    handler: str
    late: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    found: Mapping[str, str] = field(default_factory=dict)  # path -> hash of what the task changed in it


def fingerprint_of(
    definition: str,
    handler: str | None,
    *,
    reads: Mapping[str, str | None],
    writes: Mapping[str, str | None],
    late: str = "",
    found: Mapping[str, str | None] | None = None,
) -> str | None:
    """Return the text that is kept with a success; None when the handler cannot say what its result depends on.

    `reads` and `writes` map paths to hashes of contents, None for a file that does not exist; `found` are the contents
    of `writes` before the attempt.
    """
    if handler is None:
        return None
    files = _short({**reads, **writes})
    if len(files) > MOST_FILES:
        total = hashlib.sha256(json.dumps(files, sort_keys=True).encode("utf-8", "surrogatepass"))
        files = {ALL_FILES: total.hexdigest()[:DIGITS]}
    parts: dict[str, object] = {"definition": definition, "handler": handler, "late": late, "files": files}
    changed = {path: was for path, was in _short(found or {}).items() if path in files and files[path] != was}
    if changed:
        parts["found"] = changed
    return _as_text(parts)


def _short(contents: Mapping[str, str | None]) -> dict[str, str]:
    return {path: (content or ABSENT)[:DIGITS] for path, content in contents.items()}


class Step(NamedTuple):
    """What a task's success made of one file: hashes of its content, as it was found and as it was left."""

    task: str
    found: str
    left: str


def steps_of(fingerprints: Mapping[str, str | None]) -> dict[str, list[Step]]:
    """Return what the successes (task -> kept fingerprint) have changed, for each path that one of them changed."""
    steps: dict[str, list[Step]] = {}
    for task, text in fingerprints.items():
        kept = read_fingerprint(text) if text and _FOUND in text else None
        if kept is not None:
            for path, found in kept.found.items():
                steps.setdefault(path, []).append(Step(task, found, kept.files[path]))
    return steps


def carried_on(own: str, task: str, steps: Mapping[str, Sequence[Step]], written: Iterable[str]) -> str:
    """Return the kept fingerprint of a task with its `written` files as other tasks left them since.

    A task that found a file as this one had left it takes it further; an edit of a person in between breaks the chain.
    """
    paths = [path for path in written if path in steps]
    mine = read_fingerprint(own) if paths else None
    if mine is None:
        return own
    files = dict(mine.files)
    for path in set(paths) & set(files):
        further = {step.found: step.left for step in steps[path] if step.task != task}
        for _ in range(len(further)):
            files[path] = further.get(files[path], files[path])
    parts = {"definition": mine.definition, "handler": mine.handler, "late": mine.late, "files": files}
    return _as_text(parts)


def read_fingerprint(text: str) -> Fingerprint | None:
    """Return the parts of a kept fingerprint; None when it has none (it can still be compared as a whole)."""
    try:
        parts = json.loads(text)
        return Fingerprint(
            definition=parts["definition"],
            handler=parts["handler"],
            late=parts["late"],
            files=parts["files"],
            found=parts.get("found", {}),
        )
    except (ValueError, KeyError, TypeError):
        return None


def differences(before: str, now: str) -> tuple[str, ...]:
    """Return what has changed between two fingerprints, most telling first; empty when they are equal."""
    if before == now:
        return ()
    old, new = read_fingerprint(before), read_fingerprint(now)
    if old is None or new is None:
        return ("its files or templates have changed",)
    if replace(old, found={}) == replace(new, found={}):
        return ()
    found = ["its definition has changed"] if old.definition != new.definition else []
    if old.late != new.late:
        found.append("the values that its params are made from have changed")
    if old.handler != new.handler:
        found.append("what its handler reads beside the files (a template) has changed")
    for path in sorted({*old.files, *new.files}):
        if old.files.get(path) != new.files.get(path):
            found.append(_file(path, old.files.get(path), new.files.get(path)))
    return tuple(found) or ("its files or templates have changed",)


def _file(path: str, before: str | None, now: str | None) -> str:
    if path == ALL_FILES:
        return "its files have changed"
    if now == ABSENT:
        return f"{path} is gone"
    if before == ABSENT:
        return f"{path} is there now"
    if before is None or now is None:
        return f"{path} is {'new' if before is None else 'no longer'} among its files"
    return f"{path} has changed"
