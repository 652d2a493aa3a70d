"""Diffs of files: of what is staged, and of what a run recorded. Values without colours, in git's own format."""

from collections.abc import Sequence

from orchestrator.models.diff import FileDiff
from orchestrator.models.record import Change, RecordedChange, RunRecord
from orchestrator.workspace.backing import Contents
from orchestrator.workspace.changes import default_mode
from orchestrator.workspace.encodings import coding_of
from orchestrator.workspace.node import FOLDER, LINK, Node
from orchestrator.workspace.objects import NotKept
from orchestrator.workspace.paths import to_bytes
from orchestrator.workspace.unified import hunks

ROLLED_BACK = "rolled_back"
_LINK_MODE = "120000"


def diffs_of(path: str, before: Node | None, after: Node | None, *, umask: int = 0o022) -> list[FileDiff]:
    """Return how a path differs; two diffs when its kind changes (a file became a link)."""
    if before is not None and after is not None and before.kind != after.kind:
        return [_diff(path, before, None, umask), _diff(path, None, after, umask)]
    return [_diff(path, before, after, umask)]


def difference(path: str, before: Node | None, after: Node | None) -> str:
    """Return the text of a path's diff, "(the same)" when there is none."""
    if before == after:
        return "(the same)\n"
    return "".join(each.text for each in diffs_of(path, before, after))


def diff_of_changes(record: RunRecord, contents: Contents) -> list[FileDiff]:
    """Return what a run changed, one diff per path from first to last state, in path order.

    What its own attempts took back is no change of it; what a later `undo` took back is shown as the run had made it.
    """
    chains: dict[str, list[RecordedChange]] = {}
    for change in sorted(record.changes, key=lambda each: each.seq):
        if change.state != ROLLED_BACK:
            chains.setdefault(change.change.path, []).append(change)
    found: list[FileDiff] = []
    for path in sorted(chains):
        found += _diff_of_chain(path, chains[path][0].change, chains[path][-1].change, contents)
    return found


def _diff_of_chain(path: str, first: Change, last: Change, contents: Contents) -> Sequence[FileDiff]:
    if (first.before, first.mode_before) == (last.after, last.mode_after) and first.kind == last.kind:
        return []
    try:
        before = _node(first.kind, first.before, first.mode_before, contents)
        after = _node(last.kind, last.after, last.mode_after, contents)
    except NotKept as error:
        text = f"{_title(path)}{error.message}\n"
        return [FileDiff(path=path, status=_status(first.before, last.after), text=text, binary=True)]
    return diffs_of(path, before, after)


def _node(kind: str, sha: str | None, mode: int | None, contents: Contents) -> Node | None:
    if sha is None:
        return None
    return Node(kind=kind, data=b"" if kind == FOLDER else contents.get(sha), mode=mode)


def _diff(path: str, before: Node | None, after: Node | None, umask: int) -> FileDiff:
    status = _status(before, after)
    old_mode, new_mode = _mode(before, umask), _mode(after, umask)
    if (after or before or Node()).kind == FOLDER:
        text = f"{status} folder {path}/\n"
        return FileDiff(path=path, status=status, text=text, mode_before=old_mode, mode_after=new_mode)
    old, new = _text(before), _text(after)
    same = before is not None and after is not None and before.data == after.data
    binary = old is None or new is None
    lines = list(hunks(old, new)) if old is not None and new is not None and not same else []
    return FileDiff(
        path=path,
        status="mode" if same else status,
        text=_title(path) + _modes(before, after, umask) + _body(path, before, after, lines, differs=not same),
        added=sum(line.startswith("+") for line in lines),
        removed=sum(line.startswith("-") for line in lines),
        binary=binary,
        mode_before=old_mode,
        mode_after=new_mode,
    )


def _status(before: object | None, after: object | None) -> str:
    if before is None:
        return "new"
    return "deleted" if after is None else "modified"


def _title(path: str) -> str:
    return f"diff --git {_quoted('a/' + path)} {_quoted('b/' + path)}\n"


def _modes(before: Node | None, after: Node | None, umask: int) -> str:
    old, new = _git_mode(before, umask), _git_mode(after, umask)
    if before is None:
        return f"new file mode {new}\n"
    if after is None:
        return f"deleted file mode {old}\n"
    return "" if old == new else f"old mode {old}\nnew mode {new}\n"


def _body(path: str, before: Node | None, after: Node | None, lines: Sequence[str], *, differs: bool) -> str:
    old = "/dev/null" if before is None else _quoted(f"a/{path}")
    new = "/dev/null" if after is None else _quoted(f"b/{path}")
    if lines:
        # A tab after a name with a space tells `patch` where the name ends.
        ends = ["\t" if " " in name else "" for name in (old, new)]
        return f"--- {old}{ends[0]}\n+++ {new}{ends[1]}\n" + "".join(lines)
    is_empty = not (before.data if before else b"") and not (after.data if after else b"")
    return f"Binary files {old} and {new} differ\n" if differs and not is_empty else ""


def _mode(node: Node | None, umask: int) -> int | None:
    if node is None:
        return None
    return default_mode(node.kind, umask) if node.mode is None else node.mode


def _git_mode(node: Node | None, umask: int) -> str:
    if node is not None and node.kind == LINK:
        return _LINK_MODE
    return f"100{_mode(node, umask) or 0:03o}"


def _text(node: Node | None) -> str | None:
    """Return a content as text, its byte order mark included; None when it is binary."""
    if node is None:
        return ""
    coding = coding_of(node.data)
    if coding.name == "utf-8" and b"\0" in node.data:
        return None
    try:
        return node.data.decode(coding.name)
    except UnicodeDecodeError:
        return None


def _quoted(path: str) -> str:
    """Return a path as git writes it: in quotes when it holds quotes, backslashes, controls or stray bytes."""
    raw = to_bytes(path)
    try:
        raw.decode()
    except UnicodeDecodeError:
        is_plain = False
    else:
        is_plain = not any(byte < 0x20 or byte in b'"\\\x7f' for byte in raw)
    return path if is_plain else '"' + "".join(_escaped(byte) for byte in raw) + '"'


def _escaped(byte: int) -> str:
    if byte in b'"\\':
        return "\\" + chr(byte)
    return chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03o}"
