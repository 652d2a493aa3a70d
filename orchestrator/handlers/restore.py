"""``type: restore`` takes recorded changes back: what the plans of `undo` are made of.

Everything is staged through the workspace, so an undo is as atomic and as journalled as the work that it takes back,
and can be undone the same way.
"""

from typing import Literal

from pydantic import Field

from orchestrator.contracts import Handler, Outcome, Params, TaskContext, changed, unchanged
from orchestrator.errors import Drift
from orchestrator.models.plan import Targets
from orchestrator.models.record import Change


class RestoredChange(Params):
    """One change as it was recorded; `seq` gives the order in which it was made."""

    seq: int
    path: str = Field(min_length=1)
    before: str | None
    after: str | None
    mode_before: int | None = None
    mode_after: int | None = None
    kind: Literal["file", "link", "folder"] = "file"
    folders: list[str] = Field(default=[])

    def change(self) -> Change:
        """Return the recorded value."""
        return Change(
            path=self.path,
            before=self.before,
            after=self.after,
            mode_before=self.mode_before,
            mode_after=self.mode_after,
            kind=self.kind,
            folders=tuple(self.folders),
        )


class RestoreParams(Params):
    """The changes to take back, and what to do about a file that was edited since.

    `refuse` takes nothing back and shows the versions, `merge` keeps edits of other lines and refuses where the same
    lines were edited, `keep` leaves such files, `overwrite` restores them.
    """

    changes: list[RestoredChange]
    on_conflict: Literal["refuse", "merge", "keep", "overwrite"] = "refuse"


class Restore(Handler[RestoreParams]):
    """Bring files back to how they were before recorded changes, last change first."""

    type = "restore"
    params_model = RestoreParams

    def targets(self, params: RestoreParams, root: str) -> Targets:  # noqa: ARG002 - the changes name everything
        """Name the files that are brought back."""
        return Targets(writes=tuple(dict.fromkeys(each.path for each in params.changes)))

    async def run(self, params: RestoreParams, context: TaskContext) -> Outcome:
        """Stage the states before, from the last change to the first."""
        restored: dict[str, None] = {}
        kept: dict[str, Drift] = {}
        for each in sorted(params.changes, key=lambda each: each.seq, reverse=True):
            try:
                how = {"overwrite": params.on_conflict == "overwrite", "merge": params.on_conflict == "merge"}
                if context.workspace.restore(each.change(), **how):
                    restored[each.path] = None
            except Drift as drift:
                kept.setdefault(each.path, drift)
            else:
                # As the run had it at an earlier point: nothing of a person's is in it.
                kept.pop(each.path, None)
        if kept and params.on_conflict != "keep":
            raise _refusal(list(kept.values()))
        for path in restored:
            context.say(f"restores {path}")
        names: dict[str, list[str]] = {"restored": list(restored), "kept": list(kept)}
        if not restored:
            return unchanged(_counted("nothing to take back", kept), **names)
        return changed(_counted(f"took back {_files(len(restored))}", kept), **names)


def _refusal(drifts: list[Drift]) -> Drift:
    """Return one refusal that shows every file: nobody should have to ask again for the next one."""
    first, *others = drifts
    if not others:
        return first
    return Drift(
        f"{first.message} (and {len(others)} more)",
        hint=first.hint,
        detail="\n".join(f"{drift.message}\n{drift.detail}" for drift in drifts),
    )


def _counted(done: str, kept: dict[str, Drift]) -> str:
    return f"{done}; {_files(len(kept))} edited since left as they are" if kept else done


def _files(count: int) -> str:
    return f"{count} file{'' if count == 1 else 's'}"
