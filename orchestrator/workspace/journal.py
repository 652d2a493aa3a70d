"""Bring an attempt's changes to the tree, and take them back.

The order is the promise: before-images are kept, then the intent is committed to the ledger, then files are replaced
one by one. Whatever is interrupted at whatever point can be told from the hashes and taken back (`recovery.py`).
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import TypeAlias

from msgspec.structs import replace

from orchestrator.contracts import Ledger, LeftAlone, TakenBack
from orchestrator.errors import Drift, OrchestrateError
from orchestrator.models.facts import ChangesIntended, ChangesRolledBack, Fact
from orchestrator.models.record import Change
from orchestrator.workspace.backing import AttemptLog, Batch
from orchestrator.workspace.changes import changes_of, default_mode
from orchestrator.workspace.node import FOLDER, Node, identity_of
from orchestrator.workspace.objects import ObjectStore
from orchestrator.workspace.overlay import Staged
from orchestrator.workspace.paths import parents
from orchestrator.workspace.proposals import Proposals
from orchestrator.workspace.snapshots import Timeline, Window
from orchestrator.workspace.takeback import TakingBack
from orchestrator.workspace.tree import Tree
from orchestrator.workspace.writer import Fault, Writer, no_fault

_LOG = logging.getLogger(__name__)

Planned: TypeAlias = tuple[Staged, tuple[Change, ...]]


class Journal:
    """The one that writes to the tree of a run; its methods block and may be called from any thread."""

    def __init__(
        self,
        *,
        tree: Tree,
        objects: ObjectStore,
        proposals: Proposals,
        timeline: Timeline,
        ledger: Ledger,
        run: str,
        durable: bool,
        umask: int,
        now: Callable[[], datetime],
        fault: Fault = no_fault,
    ) -> None:
        self._tree = tree
        self._objects = objects
        self._proposals = proposals
        self._timeline = timeline
        self._ledger = ledger
        self._run = run
        self._durable = durable
        self._umask = umask
        self._now = now
        self._fault = fault
        self._left_behind: set[str] = set()  # folders of attempts that were taken back while others wrote into them

    def apply(self, attempt: AttemptLog, staged: Sequence[Staged]) -> None:
        """Keep, commit, replace. All or none: what was done is taken back when one replacement fails."""
        planned = self._plan(staged)
        changes = tuple(change for _, made in planned for change in made)
        for each in staged:
            self._keep(each)
        with self._timeline.held():
            facts = self._of_commands(staged)
            self._fault("intend")
            self._append([*facts, self.intended(attempt, changes)])
            self._carry_out(attempt, planned)
        attempt.batches.append(Batch(changes=changes))

    def _carry_out(self, attempt: AttemptLog, planned: Sequence[Planned]) -> None:
        writer = self._writer()
        done: list[Change] = []
        try:
            for each, changes in planned:
                try:
                    self._replace(writer, each)
                except Drift:
                    raise
                except Exception:
                    done += changes  # a part of it may have been made
                    raise
                done += changes
            writer.settle()
        except Exception:
            self._step_back(attempt, done)
            raise
        finally:
            writer.close()

    def _of_commands(self, staged: Sequence[Staged]) -> list[Fact]:
        """Record first what a command that still runs did to these files: the chain of hashes must have no gap."""
        facts = []
        for window, changes in self._timeline.foreign([each.path for each in staged]):
            batches = [replace(batch, alone=False) for batch in self._batches(window, changes)]
            facts += self._observed(window, batches)
            window.attempt.batches.extend(batches)
        return facts

    def take_back(self, attempt: AttemptLog) -> TakenBack:
        """Take back what the attempt did; changes that another command may have made are kept and named."""
        if not attempt.batches:
            return TakenBack()
        ours = [batch for batch in attempt.batches if batch.alone]
        kept = [batch for batch in attempt.batches if not batch.alone]
        with self._timeline.held():
            changes = [change for batch in ours for change in batch.changes]
            taken = self._taking_back(changes)
            self._clear_folders(changes)
        # Kept changes are recorded once more, or the ledger would have them as taken back.
        facts: list[Fact] = [self._rolled_back(attempt)] if ours else []
        if ours:
            facts += [
                self.intended(attempt, batch.changes, external=batch.external, others=batch.others) for batch in kept
            ]
        if facts:
            self._append(facts)
        attempt.batches.clear()
        undeclared = "it changed while the command ran, which does not declare it"
        reason = f"{undeclared}: it may be somebody's edit; `undo` takes it back"
        paths = dict.fromkeys(change.path for batch in kept for change in batch.changes)
        return TakenBack(
            restored=taken.restored,
            left=taken.left,
            kept=tuple(LeftAlone(path=path, reason=reason) for path in paths),
        )

    def intended(
        self, attempt: AttemptLog, changes: tuple[Change, ...], *, external: bool = False, others: tuple[str, ...] = ()
    ) -> Fact:
        """Return the fact that these changes are the attempt's, or that of one of `others`."""
        return ChangesIntended(
            run=self._run,
            task=attempt.task,
            attempt=attempt.number,
            changes=changes,
            external=external,
            others=others,
        )

    def record_external(self, window: Window, changes: Sequence[Change]) -> None:
        """Commit what a command changed."""
        if not changes:
            return
        batches = self._batches(window, changes)
        self._append(self._observed(window, batches))
        window.attempt.batches.extend(batches)

    def _observed(self, window: Window, batches: Sequence[Batch]) -> list[Fact]:
        return [self.intended(window.attempt, batch.changes, external=True, others=batch.others) for batch in batches]

    # ------------------------------------------------------------ inside

    def _batches(self, window: Window, changes: Sequence[Change]) -> list[Batch]:
        """Return changes of a command parted by who may have made them instead; their order stays."""

        def kind(change: Change) -> tuple[bool, tuple[str, ...]]:
            return window.is_surely_its(change.path), self._timeline.others(window, change.path)

        return [
            Batch(changes=tuple(some), external=True, alone=alone, others=others)
            for (alone, others), some in groupby(changes, kind)
        ]

    def _append(self, facts: Sequence[Fact]) -> None:
        self._ledger.append(facts).result()

    def _rolled_back(self, attempt: AttemptLog) -> Fact:
        return ChangesRolledBack(run=self._run, task=attempt.task, attempt=attempt.number, time=self._now())

    def _clear_folders(self, changes: Sequence[Change]) -> None:
        """Remove the folders that earlier ones left behind and that are empty now; remember those that are not."""
        self._left_behind.update(folder for change in changes if change.before is None for folder in change.folders)
        writer = self._writer()
        try:
            for folder in sorted(self._left_behind, key=len, reverse=True):
                if writer.remove_empty_folders((folder,)):
                    self._timeline.wrote(folder, None)
                if self._tree.kind(folder) != FOLDER:
                    self._left_behind.discard(folder)
            writer.settle()
        finally:
            writer.close()

    def _writer(self) -> Writer:
        return Writer(self._tree, durable=self._durable, fault=self._fault)

    def _plan(self, staged: Sequence[Staged]) -> list[Planned]:
        """Return what is staged with its changes, and these with the folders that will have to be made."""
        made: set[str] = set()
        gone: set[str] = set()
        planned: list[Planned] = []
        for each in staged:
            folders = () if each.after is None else tuple(self._missing(each.path, made, gone))
            made.update(folders)
            (made if each.after is not None and each.after.kind == FOLDER else gone).add(each.path)
            planned.append((each, changes_of(each, folders=folders, umask=self._umask)))
        return planned

    def _missing(self, path: str, made: set[str], gone: set[str]) -> Iterator[str]:
        """Yield the folders above a path that will not be there; one that is no folder now is about to go."""
        for folder in parents(path):
            if folder not in made and (folder in gone or self._tree.kind(folder) != FOLDER):
                yield folder

    def _keep(self, each: Staged) -> None:
        """Keep both contents; the new one only for diffs, so it need not survive a power cut."""
        if each.before is not None and each.before.kind != FOLDER:
            self._objects.put(each.before.data)
        if each.after is not None and each.after.kind != FOLDER:
            self._objects.put(each.after.data, durable=False)

    def _replace(self, writer: Writer, each: Staged) -> None:
        after = self._with_mode(each)
        try:
            if after is not None:
                for folder in writer.make_folders(each.path):
                    self._timeline.wrote(folder, Node(kind=FOLDER).identity)
            writer.replace(each.path, identity_of(each.before), after)
        except Drift as error:
            kept = self._proposals.keep(each.path, each.after)
            if kept is None:
                raise
            hint = f"the task's version lies in {kept}: compare the two, then run the task again"
            raise Drift(error.message, hint=hint) from None
        self._timeline.wrote(each.path, identity_of(after))

    def _with_mode(self, each: Staged) -> Node | None:
        after = each.after
        if after is None or after.mode is not None or after.kind == FOLDER:
            return after
        return Node(kind=after.kind, data=after.data, mode=default_mode(after.kind, self._umask))

    def _step_back(self, attempt: AttemptLog, done: Sequence[Change]) -> None:
        """Take back what this batch did before it failed. Where the disk says no again, the next start does it."""
        try:
            taken = self._taking_back(done)
            if taken.is_whole and not attempt.batches:  # else `take_back` says so for the whole attempt
                self._append([self._rolled_back(attempt)])
        except OrchestrateError as error:
            _LOG.error("cannot take back what was written by task %s: %s", attempt.task, error.message)

    def _taking_back(self, changes: Sequence[Change]) -> TakenBack:
        writer = self._writer()
        try:
            return TakingBack(
                tree=self._tree,
                writer=writer,
                contents=self._objects,
                proposals=self._proposals,
                wrote=self._timeline.wrote,
            ).run(changes)
        finally:
            writer.close()
