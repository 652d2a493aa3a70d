"""`on_missing`: what becomes of an action whose job, step, path or file is not there."""

from typing import Any

from orchestrator.edits.action import Action, Scene
from orchestrator.edits.result import EditCode, EditResult, Refusal, already


def plan_or_skip(action: Action[Any], scene: Scene, params: Any) -> EditResult:
    """Return the plan of an action; with `on_missing: skip` nothing to work on is nothing to do."""
    try:
        if not action.creates:
            _ = scene.text
        result = action.plan(scene, params)
    except Refusal as refusal:
        if not _is_skipped(params, refusal.code):
            raise
        return _skipped(refusal.reason)
    return _skipped(result.reason) if _is_skipped(params, result.code) else result


def still_missing(action: Action[Any], scene: Scene, params: Any) -> str | None:
    """Return what is missing of the post-condition, or None; what was skipped has none."""
    try:
        return action.holds(scene, params)
    except Refusal as refusal:
        if not _is_skipped(params, refusal.code):
            raise
        return None


def _is_skipped(params: Any, code: EditCode | None) -> bool:
    if getattr(params, "on_missing", "error") != "skip":
        return False
    is_said = "on_missing" in params.model_fields_set
    return code is EditCode.NOT_FOUND or (code is EditCode.FILE_MISSING and is_said)


def _skipped(reason: str) -> EditResult:
    return already(f"nothing to do: {reason} (`on_missing: skip`)")
