"""Record what commands had changed when the engine died under them.

The first point of that run is on disk, the ledger has every change recorded since; what differs from the two is what
the commands did (or a person, since: it cannot be told, so nothing is taken back here).
"""

import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import TypeAlias

from orchestrator.contracts import Ledger
from orchestrator.errors import UsageError
from orchestrator.models.facts import AttemptEnded, ChangesIntended, Fact
from orchestrator.models.record import Change, RunRecord
from orchestrator.models.status import OutcomeKind
from orchestrator.workspace.changes import after_of
from orchestrator.workspace.differences import Difference, changes_between
from orchestrator.workspace.first_point import FirstPoint, load_first_point
from orchestrator.workspace.ignoring import ignore_rule
from orchestrator.workspace.kept_contents import KeptContents
from orchestrator.workspace.makers import makers, other_tasks
from orchestrator.workspace.node import FOLDER, Identity, Node
from orchestrator.workspace.objects import ObjectStore
from orchestrator.workspace.reading import Reader
from orchestrator.workspace.running import StartedCommand, forget_running, read_running
from orchestrator.workspace.tree import Tree
from orchestrator.workspace.walk import Walk, signature_of

Interrupted: TypeAlias = tuple[tuple[tuple[str, str, int], tuple[str, ...]], ...]
_Share: TypeAlias = tuple[tuple[str, int], tuple[Change, ...]]


def record_interrupted(ledger: Ledger, tree: Tree, state: Tree, objects: ObjectStore) -> Interrupted:
    """Record what differs as the changes of the commands that ran, and end their attempts; return what was found."""
    running = read_running(state.fd)
    point = load_first_point(state.fd)
    found: Interrupted = ()
    record = _record_of(ledger, running.run) if running.commands and point.run == running.run else None
    if record is not None:
        commands = tuple(command for command in running.commands if _is_open(record, command.attempt))
        differences = _differences(tree, objects, point, record) if commands else []
        shares = _shared_out(differences, commands)
        if shares:
            ledger.append([fact for share in shares for fact in _facts(record, share, commands)]).result()
        found = tuple(((record.id, *attempt), tuple(change.path for change in changes)) for attempt, changes in shares)
    forget_running(state.fd)
    return found


def _shared_out(differences: Sequence[Difference], commands: Sequence[StartedCommand]) -> list[_Share]:
    """Return each attempt's changes; one that several may have made is that of the last of them."""
    makers_of = {each.path: makers(each.path, commands)[-1].attempt for each in differences}
    parts = [
        (attempt, [each for each in differences if makers_of[each.path] == attempt])
        for attempt in dict.fromkeys(command.attempt for command in commands)
    ]
    return [(attempt, changes_between(part)) for attempt, part in parts if part]


def _facts(record: RunRecord, share: _Share, commands: Sequence[StartedCommand]) -> Iterator[Fact]:
    (task, number), changes = share
    for others, some in groupby(changes, lambda change: other_tasks(task, change.path, commands)):
        yield ChangesIntended(
            run=record.id,
            task=task,
            attempt=number,
            changes=tuple(some),
            external=True,
            others=others,
        )
    # Its end is recorded with them, or the next start would take the changes back. When that was nobody knows: the last
    # word of the run is as early as it can have been, now may be days later.
    yield AttemptEnded(
        run=record.id,
        task=task,
        attempt=number,
        time=_last_word(record),
        kind=OutcomeKind.CANCELLED,
        seconds=0.0,
        summary="the engine died while it ran",
    )


def _record_of(ledger: Ledger, run: str) -> RunRecord | None:
    try:
        return ledger.read_run(run)
    except UsageError:  # the ledger was replaced since
        return None


def _last_word(record: RunRecord) -> datetime:
    """Return when an attempt of the run began or ended last."""
    moments = (each.ended or each.started for task in record.tasks for each in task.attempts)
    return max(moments, default=record.started)


def _is_open(record: RunRecord, attempt: tuple[str, int]) -> bool:
    task, number = attempt
    attempts = (each for known in record.tasks if known.id == task for each in known.attempts)
    return any(each.number == number and each.ended is None for each in attempts)


def _differences(tree: Tree, objects: ObjectStore, point: FirstPoint, record: RunRecord) -> list[Difference]:
    """Return how the tree differs from what the first point and the ledger say together."""
    expected: dict[str, Identity | None] = {path: known.identity for path, known in point.known.items()}
    for each in sorted(record.changes, key=lambda each: each.seq):
        if each.state == "made":
            expected[each.change.path] = after_of(each.change)
    ignored, git = ignore_rule(tree.root, lambda _: None)
    contents = KeptContents(objects, git)
    for known in point.known.values():
        contents.recall(known.identity.sha, known.blob)
    walk = Walk(tree.root, ignored)
    walk.ignored.update(point.ignored)
    walk.note("", os.lstat(tree.root), Node(kind=FOLDER).identity, now=0)
    reader = Reader(tree)
    now: dict[str, Identity] = {}
    for path, status in walk.doubts().new:
        before = point.known.get(path)
        if before is not None and before.settled and before.signature == signature_of(status):
            identity: Identity | None = before.identity
        else:
            identity = reader.read(path, status, partial(objects.put, durable=False))
        if identity is not None:
            now[path] = identity
    differences = [
        Difference(path=path, before=expected.get(path), after=now.get(path))
        for path in sorted({*expected, *now})
        if expected.get(path) != now.get(path)
    ]
    contents.secure(each.before.sha for each in differences if each.before and each.before.kind != FOLDER)
    return differences
