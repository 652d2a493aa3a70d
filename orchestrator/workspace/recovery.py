"""Put the tree right after a crash, before anything else is done; to be called under the lock.

What an unfinished attempt wrote is taken back, by hash: a file that is as before needs nothing, one that is as the
attempt left it is restored, any other was edited by somebody and is left. What a command did that ran when the engine
died is recorded and left, because an edit that a person made since cannot be told from it; so `undo` covers it.
A second call finds nothing to do.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from orchestrator.contracts import Ledger, LeftAlone
from orchestrator.errors import OrchestrateError
from orchestrator.models.facts import ChangesRolledBack
from orchestrator.models.record import Change, RecordedChange
from orchestrator.models.status import Durability
from orchestrator.workspace.interrupted import record_interrupted
from orchestrator.workspace.node import FILE
from orchestrator.workspace.objects import FOLDER_NAME as OBJECTS
from orchestrator.workspace.objects import ObjectStore
from orchestrator.workspace.paths import STATE_FOLDER, TEMP_NAME, parent_of
from orchestrator.workspace.proposals import Proposals
from orchestrator.workspace.state_dir import check_state_dir
from orchestrator.workspace.takeback import TakingBack
from orchestrator.workspace.tree import Tree
from orchestrator.workspace.workspace import utc_now
from orchestrator.workspace.writer import Fault, Writer, no_fault


class ReconcileReport(Struct, frozen=True, kw_only=True):
    """What was put right: (run, task, attempt) taken back, files restored or left, temporary files removed.

    `interrupted` names the files that commands had changed when the engine died, by (run, task, attempt).
    """

    taken_back: tuple[tuple[str, str, int], ...] = ()
    restored: tuple[str, ...] = ()
    left: tuple[LeftAlone, ...] = ()
    temps: tuple[str, ...] = ()
    interrupted: tuple[tuple[tuple[str, str, int], tuple[str, ...]], ...] = ()

    @property
    def is_clean(self) -> bool:
        """Say whether there was nothing to do."""
        return self == ReconcileReport()


def reconcile(
    ledger: Ledger,
    root: Path,
    *,
    durability: Durability = Durability.FULL,
    now: Callable[[], datetime] = utc_now,
    fault: Fault = no_fault,
) -> ReconcileReport:
    """Take back what unfinished attempts left in the tree, and report; Unusable when the disk says no."""
    root = root.resolve()
    if not check_state_dir(root):
        return ReconcileReport()
    tree, state = Tree(root), Tree(root / STATE_FOLDER)
    try:
        durable = durability is Durability.FULL
        objects = ObjectStore(state.fd, durable=durable, fault=fault)
        report = _take_back_all(ledger, tree, state, objects, durable, now, fault)
        interrupted = record_interrupted(ledger, tree, state, objects)
        return ReconcileReport(
            taken_back=report.taken_back,
            restored=report.restored,
            left=report.left,
            temps=(*report.temps, *_remove_state_temps(state)),
            interrupted=interrupted,
        )
    finally:
        state.close()
        tree.close()


def _take_back_all(
    ledger: Ledger,
    tree: Tree,
    state: Tree,
    objects: ObjectStore,
    durable: bool,
    now: Callable[[], datetime],
    fault: Fault,
) -> ReconcileReport:
    taken_back: list[tuple[str, str, int]] = []
    restored: list[str] = []
    left: list[LeftAlone] = []
    temps: list[str] = []
    # The last one first: a folder that an earlier one made can only go when what others put into it is gone.
    for run, task, attempt in reversed(ledger.unfinished_changes()):
        changes = _made_by(ledger.read_run(run).changes, task, attempt)
        if not changes:
            continue
        temps += _remove_temps(tree, changes)
        writer = Writer(tree, durable=durable, fault=fault)
        try:
            taken = TakingBack(
                tree=tree,
                writer=writer,
                contents=objects,
                proposals=Proposals(state, run),
                wrote=lambda _path, _identity: None,
            ).run(changes)
        finally:
            writer.close()
        ledger.append([ChangesRolledBack(run=run, task=task, attempt=attempt, time=now())]).result()
        taken_back.append((run, task, attempt))
        restored += taken.restored
        left += taken.left
    return ReconcileReport(taken_back=tuple(taken_back), restored=tuple(restored), left=tuple(left), temps=tuple(temps))


def _made_by(changes: tuple[RecordedChange, ...], task: str, attempt: int) -> tuple[Change, ...]:
    mine = [each for each in changes if (each.task, each.attempt, each.state) == (task, attempt, "made")]
    return tuple(each.change for each in sorted(mine, key=lambda each: each.seq))


def _remove_temps(tree: Tree, changes: tuple[Change, ...]) -> list[str]:
    """Remove what an interrupted write left beside its target: nothing else in the tree is looked at."""
    removed = []
    for folder in dict.fromkeys(parent_of(change.path) for change in changes):
        with suppress(OrchestrateError, OSError):
            removed += _remove_temps_in(tree, folder)
    return removed


def _remove_state_temps(state: Tree) -> list[str]:
    removed = _remove_temps_in(state, "")
    for shelf, kind in state.listing(OBJECTS).items():
        if kind != FILE:
            removed += _remove_temps_in(state, f"{OBJECTS}/{shelf}")
    return [f"{STATE_FOLDER}/{path}" for path in removed]


def _remove_temps_in(tree: Tree, folder: str) -> list[str]:
    """Remove regular files of ours with the name of a temporary file."""
    removed = []
    names = [name for name, kind in tree.listing(folder).items() if kind == FILE and TEMP_NAME.fullmatch(name)]
    if not names:
        return []
    with tree.folder(folder) as opened:
        for name in names:
            if os.stat(name, dir_fd=opened, follow_symlinks=False).st_uid == os.geteuid():
                os.unlink(name, dir_fd=opened)
                removed.append(f"{folder}/{name}" if folder else name)
    return removed
