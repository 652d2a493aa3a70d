"""Measurements of earlier runs that still hold: a checkpoint whose inputs have not changed is not measured again.

Only one that passed, and only where the plug-in says which files decide it. What cannot be seen in the tree (ignored
files, services, versions of tools) does not count; `--force` measures everything.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from orchestrator.contracts import Workspace
from orchestrator.engine.freshness import Freshness, contents_of
from orchestrator.models.fingerprint import ABSENT, DIGITS, Step
from orchestrator.models.inputs import content_in_tree, inputs_of, still_holds
from orchestrator.models.plan import Plan, PlannedCheck
from orchestrator.models.record import Measured, RecordedChange

MOST_WRITTEN = 2_000  # files that tasks write and that are kept one by one


class EarlierChecks:
    """Knows the newest measurement of each check, and looks at what decides it now.

    `decided_by` names the patterns of the files that decide a check, None when more than files does; `tree` returns
    the contents of all files that are not ignored; `changes` yields what tasks have changed, oldest first.
    """

    def __init__(
        self,
        plan: Plan,
        newest: Sequence[Measured],
        freshness: Freshness,
        decided_by: Callable[[PlannedCheck], Sequence[str] | None],
        tree: Callable[[], Mapping[str, str]],
        workspace: Workspace,
        changes: Callable[[], Iterable[RecordedChange]] = tuple,
    ) -> None:
        self._newest = {(each.scope, each.type, each.title): each for each in newest}
        self._freshness = freshness
        self._decided_by = decided_by
        self._tree = tree
        self._workspace = workspace
        self._changes = changes
        self._env = dict(plan.env)
        self._writes = sorted({path for task in plan.tasks for path in task.targets.writes})
        self._files = frozenset(self._writes)
        self._folders = tuple(path for path in self._writes if path.endswith("/"))

    def depends_on_files(self, check: PlannedCheck) -> bool:
        """Say whether files alone decide what is measured."""
        return self._decided_by(check) is not None and len(self._writes) <= MOST_WRITTEN

    def look(self, check: PlannedCheck) -> str:
        """Return what decides the measurement, as it is now; reads files."""
        patterns = self._decided_by(check) or ()
        written = {path: (content or ABSENT)[:DIGITS] for path, content in self._contents(self._writes).items()}
        if "**" in patterns:
            tree = self._tree()
            others: Mapping[str, str | None] = tree
            undeclared = self._undeclared()
            written |= {path: tree.get(path, ABSENT) for path in undeclared}
            others = {path: content for path, content in tree.items() if path not in undeclared}
        else:
            others = self._contents(path for pattern in patterns for path in self._workspace.glob(pattern))
            written = {path: content for path, content in written.items() if path in others}
        others = {path: content for path, content in others.items() if not self._is_written(path)}
        definition = _hash([check.type, dict(check.params), self._env])
        return inputs_of(definition, _hash(others), written)

    def kept(self, check: PlannedCheck, scope: str, inputs: str) -> Measured | None:
        """Return the earlier measurement if it passed and still holds."""
        found = self._newest.get((scope, check.type, check.title))
        if found is None or self._freshness.force or not found.ok or found.inputs is None:
            return None
        steps = {**self._undeclared(), **self._freshness.steps}
        return found if still_holds(found.inputs, inputs, steps) else None

    def _undeclared(self) -> dict[str, list[Step]]:
        """Return what tasks made of files that they do not declare: a helper of tests that several of them add to.

        What commands changed is left out: somebody else may have written while they ran.
        """
        steps: dict[str, list[Step]] = {}
        for each in self._changes():
            change = each.change
            if each.state == "made" and not each.external and not self._is_written(change.path):
                found = content_in_tree(change.kind, change.before, change.mode_before)
                left = content_in_tree(change.kind, change.after, change.mode_after)
                steps.setdefault(change.path, []).append(Step(each.task, found, left))
        return steps

    def _contents(self, paths: Iterable[str]) -> Mapping[str, str | None]:
        return contents_of(self._workspace, paths)

    def _is_written(self, path: str) -> bool:
        return path in self._files or path.startswith(self._folders)


def said_again(found: Measured, run: str, now: datetime, inputs: str) -> Measured:
    """Return an earlier measurement as a fact of this run that says whose it is."""
    return replace(found, run=run, time=now, seconds=None, inputs=inputs, since=found.since or found.run)


def _hash(value: object) -> str:
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
