"""From two points of the timeline to changes in an order in which they can be undone from the end."""

from collections.abc import Iterable

from msgspec import Struct

from orchestrator.models.record import Change
from orchestrator.workspace.node import FOLDER, Identity


class Difference(Struct, frozen=True, kw_only=True):
    """One path at two points; None = nothing was there."""

    path: str
    before: Identity | None
    after: Identity | None


def changes_between(differences: Iterable[Difference]) -> tuple[Change, ...]:
    """Return the changes: removals from the inside out, then what was made from the outside in.

    Where the kind changed (a file became a link), that is a removal and something made.
    """
    gone: list[Change] = []
    made: list[Change] = []
    for each in sorted(differences, key=lambda each: each.path):
        before, after = each.before, each.after
        if before is not None and (after is None or after.kind != before.kind):
            gone.append(_change(each.path, before, None))
            before = None
        if after is not None:
            made.append(_change(each.path, before, after))
    # By path, a folder comes before what lies in it: right for what was made, so turned round for what is gone.
    return (*reversed(gone), *made)


def _change(path: str, before: Identity | None, after: Identity | None) -> Change:
    return Change(
        path=path,
        before=None if before is None else before.sha,
        after=None if after is None else after.sha,
        mode_before=None if before is None else before.mode,
        mode_after=None if after is None else after.mode,
        kind=(after or before or Identity(kind=FOLDER, sha="")).kind,
    )
