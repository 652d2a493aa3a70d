"""Changes as values: from staged paths to what the ledger records, and what taking one back would mean now.

No I/O: the same judgement serves rollback, recovery after a crash and undo.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from orchestrator.models.record import Change
from orchestrator.workspace.node import FILE, FOLDER, Identity, Node
from orchestrator.workspace.overlay import Staged

EMPTY = Node(kind=FOLDER).identity.sha  # stands for "a folder is there"


class Verdict(StrEnum):
    """What taking a change back would mean."""

    NOTHING = "nothing"  # it is as it was before already
    RESTORE = "restore"
    CONFLICT = "conflict"  # somebody changed it since


def changes_of(staged: Staged, *, folders: Sequence[str] = (), umask: int = 0o022) -> tuple[Change, ...]:
    """Return what is recorded for a staged path: two changes when its kind changes (a file became a link)."""
    before, after = staged.before, staged.after
    if before is not None and after is not None and before.kind != after.kind:
        gone = Staged(path=staged.path, before=before, after=None)
        made = Staged(path=staged.path, before=None, after=after)
        return (*changes_of(gone, umask=umask), *changes_of(made, folders=folders, umask=umask))
    kind = (after or before or Node()).kind
    change = Change(
        path=staged.path,
        before=None if before is None else before.identity.sha,
        after=None if after is None else after.identity.sha,
        mode_before=None if before is None else before.mode,
        mode_after=None if after is None else after.mode if after.mode is not None else default_mode(kind, umask),
        kind=kind,
        folders=tuple(folders),
    )
    return (change,)


def default_mode(kind: str, umask: int) -> int | None:
    """Return the permissions that a new file or folder gets; None for a link, which has none."""
    if kind == FILE:
        return 0o666 & ~umask
    return 0o777 & ~umask if kind == FOLDER else None


def before_of(change: Change) -> Identity | None:
    """Return what stood at the path before the change."""
    if change.before is None:
        return None
    return Identity(kind=change.kind, sha=change.before, mode=change.mode_before)


def after_of(change: Change) -> Identity | None:
    """Return what the change left at the path."""
    if change.after is None:
        return None
    return Identity(kind=change.kind, sha=change.after, mode=change.mode_after)


def judge(change: Change, current: Identity | None) -> Verdict:
    """Say what taking the change back would mean, with `current` at its path."""
    if change.before == change.after and current is not None and change.after is not None:
        return _judge_mode(change, current)
    if _stands_as(current, after_of(change)):
        return Verdict.RESTORE
    return Verdict.NOTHING if _stands_as(current, before_of(change)) else Verdict.CONFLICT


def restored_mode(change: Change, current: Identity | None) -> int | None:
    """Return the mode after taking back: the one before, unless somebody chose another since."""
    if current is None or current.mode == change.mode_after or change.after is None:
        return change.mode_before
    return current.mode


def starts(changes: Iterable[Change]) -> Mapping[str, Identity | None]:
    """Return what stood at each path before the first of the changes."""
    first: dict[str, Identity | None] = {}
    for change in changes:
        first.setdefault(change.path, before_of(change))
    return first


def _judge_mode(change: Change, current: Identity) -> Verdict:
    if current.kind != change.kind or current.sha != change.after:
        return Verdict.CONFLICT
    if current.mode == change.mode_after:
        return Verdict.RESTORE
    return Verdict.NOTHING if current.mode == change.mode_before else Verdict.CONFLICT


def _stands_as(current: Identity | None, recorded: Identity | None) -> bool:
    return recorded is None if current is None else current.has_content_of(recorded)
