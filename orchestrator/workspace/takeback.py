"""Take recorded changes of an unfinished attempt back, on the tree itself.

Every step is decided by the hash of what is there now, so it may be interrupted and repeated: what is back already
needs nothing, and what somebody changed meanwhile is left alone.
"""

from collections.abc import Callable, Sequence

from msgspec import Struct, field

from orchestrator.contracts import LeftAlone, TakenBack
from orchestrator.errors import Drift, PathRefused
from orchestrator.models.record import Change
from orchestrator.workspace.backing import Contents
from orchestrator.workspace.changes import Verdict, judge, starts
from orchestrator.workspace.node import FOLDER, Identity, Node, same_content
from orchestrator.workspace.objects import NotKept
from orchestrator.workspace.paths import check_recorded
from orchestrator.workspace.proposals import Proposals
from orchestrator.workspace.restoring import node_before
from orchestrator.workspace.tree import Tree
from orchestrator.workspace.writer import Writer


class TakingBack(Struct, kw_only=True):
    """One pass over the changes of an attempt, last change first."""

    tree: Tree
    writer: Writer
    contents: Contents
    proposals: Proposals
    wrote: Callable[[str, Identity | None], None]
    _restored: list[str] = field(default_factory=list)
    _left: dict[str, LeftAlone] = field(default_factory=dict)

    def run(self, changes: Sequence[Change]) -> TakenBack:
        """Take the changes back; when this returns the tree is synced."""
        begin = starts(changes)
        for change in reversed(changes):
            path = check_recorded(change.path)
            if path in self._left:
                continue
            try:
                current = self.tree.identity(path)
                if not _is_at(begin[path], current):
                    self._step(change, current)
            except (Drift, PathRefused, NotKept) as error:
                self._leave(change, error.message)
                continue
            if change.before is None:
                for folder in self.writer.remove_empty_folders(change.folders):
                    self.wrote(folder, None)
        self.writer.settle()
        return TakenBack(restored=tuple(dict.fromkeys(self._restored)), left=tuple(self._left.values()))

    def _step(self, change: Change, current: Identity | None) -> None:
        verdict = judge(change, current)
        if verdict is Verdict.NOTHING:
            return
        if verdict is Verdict.CONFLICT:
            self._leave(change, "it was changed by somebody else meanwhile")
            return
        before = node_before(change, current, self.contents)
        if before is None and change.kind == FOLDER and self.tree.listing(change.path):
            return  # something that is not ours lies in the folder: it stays
        if before is not None:
            for folder in self.writer.make_folders(change.path):
                self.wrote(folder, Node(kind=FOLDER).identity)
        self.writer.replace(change.path, current, before)
        self.wrote(change.path, None if before is None else before.identity)
        self._restored.append(change.path)

    def _leave(self, change: Change, reason: str) -> None:
        proposed = None
        if change.before is not None and change.kind != FOLDER:
            try:
                proposed = self.proposals.keep(change.path, Node(data=self.contents.get(change.before)))
            except NotKept:
                reason = f"{reason}; the content before is not kept"
        self._left[change.path] = LeftAlone(path=change.path, reason=reason, proposed=proposed)


def _is_at(begin: Identity | None, current: Identity | None) -> bool:
    if not same_content(begin, current):
        return False
    return begin is None or current is None or begin.mode in (None, current.mode)
