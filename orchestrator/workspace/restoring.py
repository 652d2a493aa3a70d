"""Take one recorded change back, onto a staged overlay: the working part of `undo`."""

from orchestrator.errors import Drift
from orchestrator.models.record import Change
from orchestrator.workspace.backing import Contents
from orchestrator.workspace.changes import Verdict, judge, restored_mode
from orchestrator.workspace.diff import difference
from orchestrator.workspace.merging import merged
from orchestrator.workspace.node import FILE, FOLDER, Identity, Node, identity_of
from orchestrator.workspace.objects import NotKept
from orchestrator.workspace.overlay import Overlay
from orchestrator.workspace.paths import check_recorded

_NOT_AS_LEFT = "it is not as the run left it"
_WITHOUT_MERGE = "`--keep` leaves such files as they are, `--force` restores them"
_WITH_MERGE = f"`--merge` keeps edits of other lines, {_WITHOUT_MERGE}"


def restore_onto(
    overlay: Overlay, change: Change, contents: Contents, *, overwrite: bool = False, merge: bool = False
) -> bool:
    """Stage the state before the change; False when it stands there. Drift when somebody changed it since.

    With `merge` what somebody did to other lines of the file since stays.
    """
    current = overlay.node(change.path)
    verdict = judge(change, identity_of(current))
    if verdict is Verdict.NOTHING:
        return False
    if verdict is Verdict.CONFLICT and merge:
        return overlay.stage(change.path, _merged(change, current, contents))
    if verdict is Verdict.CONFLICT and (_is_busy_folder(change, current) or not overwrite):
        raise _conflict(change, current, contents, hint=_ways_out(change, current, contents))
    if change.kind == FOLDER and change.before is None and overlay.listing(change.path):
        return False  # something that is not ours lies in the folder: it stays
    before = node_before(change, identity_of(current), contents)
    staged = overlay.stage(change.path, before)
    if before is None:
        _stage_empty_folders(overlay, change)
    return staged


def node_before(change: Change, current: Identity | None, contents: Contents) -> Node | None:
    """Return what has to stand at the path again; NotKept when nobody has its content."""
    if change.before is None:
        return None
    mode = restored_mode(change, current)
    if change.kind == FOLDER:
        return Node(kind=FOLDER, mode=mode)
    try:
        return Node(kind=change.kind, data=contents.get(change.before), mode=mode)
    except NotKept as error:
        raise NotKept(f"{change.path} cannot be taken back: {error.message}", hint=error.hint) from error


def _merged(change: Change, current: Node | None, contents: Contents) -> Node:
    """Return the file as it is now without the change; Drift when both touch the same lines."""
    why = f"{_NOT_AS_LEFT}, and it cannot be merged line by line"
    is_text = change.kind == FILE and change.before is not None and change.after is not None
    if is_text and current is not None and current.kind == FILE:
        try:
            text = merged(contents.get(change.after or ""), contents.get(change.before or ""), current.data)
        except NotKept:
            raise _conflict(change, current, contents, why, hint=_WITHOUT_MERGE) from None
        if text is not None:
            return Node(kind=FILE, data=text, mode=restored_mode(change, identity_of(current)))
        why = "your edit touches the same lines as the run's"
    raise _conflict(change, current, contents, why, hint=_WITHOUT_MERGE)


def _ways_out(change: Change, current: Node | None, contents: Contents) -> str:
    """Return what can be done about a conflict: merging only where it would go well."""
    try:
        _merged(change, current, contents)
    except Drift:
        return _WITHOUT_MERGE
    return _WITH_MERGE


def _stage_empty_folders(overlay: Overlay, change: Change) -> None:
    """Stage the removal of the folders that were made for the file, if nothing else lies in them."""
    for folder in reversed(change.folders):
        node = overlay.node(check_recorded(folder))
        if node is None or node.kind != FOLDER or overlay.listing(folder):
            return
        overlay.stage(folder, None)


def _is_busy_folder(change: Change, current: Node | None) -> bool:
    """Say whether a folder stands where a file or link has to go; it is never thrown away."""
    return change.kind != FOLDER and current is not None and current.kind == FOLDER


def _conflict(change: Change, current: Node | None, contents: Contents, why: str = _NOT_AS_LEFT, *, hint: str) -> Drift:
    left = _kept(contents, change.after)
    return Drift(
        f"{change.path} was changed since: {why}",
        hint=hint,
        detail="\n".join(
            (
                f"before the run:  {_short(change.before)}",
                f"the run left:    {_short(change.after)}",
                f"there is now:    {_short(None if current is None else current.identity.sha)}",
                "what the run did:",
                difference(change.path, _kept(contents, change.before), left),
                "what was changed since:",
                difference(change.path, left, current),
            )
        ),
    )


def _kept(contents: Contents, sha: str | None) -> Node | None:
    if sha is None:
        return None
    try:
        return Node(data=contents.get(sha))
    except NotKept as error:
        return Node(data=f"({error.message})\n".encode())


def _short(sha: str | None) -> str:
    return "nothing" if sha is None else sha[:12]
