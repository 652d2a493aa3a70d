"""``type: manual`` is a step that only a person can do: settings of a service, a secret, an approval.

On a terminal the person is asked while other tasks go on. Elsewhere the task waits, and `approve` or `reject` decides
later from any terminal.
"""

import hashlib
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from orchestrator.contracts import (
    Answer,
    Handler,
    Outcome,
    Params,
    TaskContext,
    Workspace,
    changed,
    failed,
    skipped,
    waiting,
)
from orchestrator.errors import PathRefused
from orchestrator.models.json import JsonObject

_DONE = frozenset(("done", "approve", "approved"))
_SKIPPED = frozenset(("skip", "skipped"))
_REFUSED = frozenset(("abort", "reject", "rejected"))
_APPROVED = "approved"


class ManualParams(Params):
    """What the person has to do, and whether something has to show that it was done."""

    instructions: str = Field(min_length=1, max_length=20_000, description="what the person has to do")
    evidence: Literal["none", "optional", "required"] = Field(
        default="optional", description="a text, or the path of a file below the root"
    )


class Manual(Handler[ManualParams]):
    """Ask a person, or wait for one.

    An approval stands until the instructions or the file shown as evidence change, or until a task that this one
    follows has changed a file since: one that it depends on, that comes before it in a sequential group, or that is
    in a group that its own depends on, and what those follow. Then it is asked again, and `explain` says why.
    """

    type = "manual"
    params_model = ManualParams
    judges_what_it_follows = True

    def plan_depends_on(self, params: JsonObject, root: str) -> Sequence[str]:  # noqa: ARG002 - whatever they are
        """Return nothing: what kind of thing each target is decides."""
        return ()

    def fingerprint(self, params: ManualParams, context: TaskContext) -> str | None:  # noqa: ARG002
        """Let an approval stand until what the person has to do is changed, or the file that was shown as evidence."""
        shown = (context.values.get("previous") or {}).get("evidence") or {}
        if context.decision is not None or "file" not in shown:
            return _APPROVED
        return (
            _APPROVED if _hash_of(context.workspace, shown["file"]) == shown["sha256"] else "its evidence has changed"
        )

    async def run(self, params: ManualParams, context: TaskContext) -> Outcome:
        """Apply a decision that was given, else ask, else wait. Skipped is not done."""
        if context.dry_run:
            return skipped("dry run: a person would be asked")
        if context.decision is not None:
            return _applied(params, context.decision, context.workspace) or _waiting_for_evidence(params)
        if context.interaction is None:
            return waiting(_question(params))
        needs_evidence = params.evidence == "required"
        answer = await context.interaction.ask(
            context.task.id, context.task.name, _question(params), needs_evidence=needs_evidence
        )
        if answer.decision == "later":
            return waiting(_question(params))
        return _applied(params, answer, context.workspace) or _waiting_for_evidence(params)


def _question(params: ManualParams) -> str:
    text = params.instructions.strip()
    return f"{text}\nEvidence is required: a text, or the path of a file." if params.evidence == "required" else text


def _waiting_for_evidence(params: ManualParams) -> Outcome:
    return waiting(f"It was approved without the evidence that is required. {params.instructions.strip()}")


def _applied(params: ManualParams, answer: Answer, workspace: Workspace) -> Outcome | None:
    """Return the outcome of a decision; None when it cannot stand without the evidence that is required."""
    by = f" by {answer.by}" if answer.by else ""
    note = f": {answer.note}" if answer.note else ""
    if answer.decision in _SKIPPED:
        return skipped(f"skipped{by}{note}")
    if answer.decision in _REFUSED:
        return failed(f"rejected{by}{note}")
    if answer.decision not in _DONE:
        return failed(f"nobody knows the decision `{answer.decision}`", detail="known: approve, reject, skip")
    if params.evidence == "required" and not (answer.evidence or "").strip():
        return None
    record = {"by": answer.by, "note": answer.note, "evidence": _evidence(params, answer, workspace)}
    done = changed(f"approved{by}{note}", **record)
    return Outcome(kind=done.kind, summary=done.summary, outputs=record, result=record)


def _evidence(params: ManualParams, answer: Answer, workspace: Workspace) -> JsonObject | None:
    """Return what is kept: a text as it is, a file of the tree by its path and hash."""
    given = (answer.evidence or "").strip()
    if not given or params.evidence == "none":
        return None
    found = _hash_of(workspace, given)
    return {"text": given} if found is None else {"file": given, "sha256": found}


def _hash_of(workspace: Workspace, path: str) -> str | None:
    """Return the hash of a file of the tree; None when there is no such file."""
    try:
        return hashlib.sha256(workspace.read_bytes(path)).hexdigest()
    except (OSError, PathRefused, ValueError):
        return None
