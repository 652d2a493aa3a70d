"""The proof of an edit, before anything is written.

1 the text after parses; 2 its model is the intended one; 3 nothing outside the patches differs; 4 the action, run
again on the result, has nothing to do and its post-condition holds; 5 the checker has no new finding.
"""

from typing import Any

from orchestrator.edits.action import Action, Scene
from orchestrator.edits.finding import Finding, new_findings
from orchestrator.edits.kinds import check, load_model
from orchestrator.edits.missing import plan_or_skip, still_missing
from orchestrator.edits.patch import is_untouched_outside
from orchestrator.edits.result import EditCode, EditResult, EditStatus, FileEdit, Refusal, refused
from orchestrator.edits.wording import worded
from orchestrator.models.json import Json

# What an edit may bring: told as a warning. Any other new finding, however light, is a mistake of the edit.
_ADVICE = frozenset(("unpinned-use", "unreachable-job"))


def verify(action: Action[Any], scene: Scene, params: Any, result: EditResult) -> EditResult:
    """Return the result, with new warnings of the checker added, or the refusal that names what is not proven."""
    if result.status is not EditStatus.CHANGED:
        return result
    if not result.edits:
        return refused(EditCode.VERIFY, f"{action.name} says that it changed something and has no patch")
    warnings = list(result.warnings)
    for edit in result.edits:
        problem = _edit_problem(edit)
        if problem is not None:
            return refused(EditCode.VERIFY, f"{edit.path}: {problem}")
        fresh = new_in(edit)
        errors = [finding for finding in fresh if finding.rule not in _ADVICE]
        if errors:
            return refused(EditCode.VALIDATOR, f"{edit.path} would get a new mistake: {errors[0]}")
        warnings += [f"{edit.path}:{finding}" for finding in fresh]
    after = scene.with_texts({edit.path: edit.after for edit in result.edits})
    problem = _unsettled(action, after, params)
    if problem is not None:
        return refused(EditCode.VERIFY, problem)
    return EditResult(
        status=result.status,
        reason=result.reason,
        edits=result.edits,
        duties=result.duties,
        warnings=tuple(warnings),
    )


def new_in(edit: FileEdit) -> tuple[Finding, ...]:
    """Return the findings that the edit brings into its file."""
    before = check(edit.kind, edit.before) if edit.before is not None else ()
    return new_findings(before, check(edit.kind, edit.after))


def _edit_problem(edit: FileEdit) -> str | None:
    """Check one file: it parses, means what was intended, and is otherwise as it was."""
    after = edit.after
    if edit.before is not None and after == edit.before:
        return "the patches change nothing"
    if not is_untouched_outside(edit.before or "", after, edit.patches):
        return "text outside the patches would change"
    try:
        model = load_model(edit.kind, after)
    except Refusal as refusal:
        return f"the result cannot be read: {refusal.reason}"
    where = first_difference(edit.intended, model)
    return f"the result does not mean what was intended, at {where}" if where is not None else None


def _unsettled(action: Action[Any], after: Scene, params: Any) -> str | None:
    try:
        again = plan_or_skip(action, after, params)
        if again.status is not EditStatus.ALREADY:
            return f"run again on its own result, {action.name} says {again.status}: {again.reason}"
        missing = still_missing(action, after, params)
    except Refusal as refusal:
        return f"run again on its own result, {action.name} refuses: {refusal.reason}"
    return f"the post-condition does not hold: {missing}" if missing is not None else None


def first_difference(wanted: Json, found: Json, path: str = "$") -> str | None:
    """Return where two models differ, or None; types count (1, 1.0, true and "1" all differ), key order does not."""
    if type(wanted) is not type(found):
        return f"{path} ({worded(wanted)} was intended, {worded(found, 60)} is there)"
    if isinstance(wanted, dict):
        if wanted.keys() != found.keys():
            return f"{path} (keys {sorted(map(str, wanted.keys() ^ found.keys()))})"
        pairs = ((wanted[key], found[key], f"{path}.{key}") for key in wanted)
    elif isinstance(wanted, list):
        if len(wanted) != len(found):
            return f"{path} ({len(wanted)} items were intended, {len(found)} are there)"
        pairs = ((one, other, f"{path}[{at}]") for at, (one, other) in enumerate(zip(wanted, found, strict=True)))
    else:
        same = wanted == found or (wanted != wanted and found != found)  # noqa: PLR0124 - not a number equals nothing
        return None if same else f"{path} ({worded(wanted)} was intended, {worded(found, 60)} is there)"
    return next((where for one, other, at in pairs if (where := first_difference(one, other, at)) is not None), None)
