"""One action on one file, planned and proven: what the handler, the command line and tests all call."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from orchestrator.collector import paused_collector
from orchestrator.contracts import Params
from orchestrator.edits.action import Action, Scene
from orchestrator.edits.kinds import kind_of
from orchestrator.edits.missing import plan_or_skip
from orchestrator.edits.result import EditCode, EditResult, Refusal, refused
from orchestrator.edits.verify import verify
from orchestrator.models.complaint import complaint
from orchestrator.models.json import Json


def propose(action: Action[Any], scene: Scene, params: Params) -> EditResult:
    """Return the proven result of an action; every refusal is a value."""
    kind = kind_of(scene.target)
    if kind not in action.kinds:
        if not action.creates and scene.read_if_there(scene.target) is None:
            return refused(EditCode.FILE_MISSING, f"there is no file {scene.target}")
        wanted = ", ".join(sorted(action.kinds))
        return refused(EditCode.PARAM, f"{action.name} edits {wanted} files, and {scene.target} is none")
    try:
        with paused_collector():  # a long text is tens of thousands of objects, read several times
            return verify(action, scene, params, plan_or_skip(action, scene, params))
    except Refusal as refusal:
        return refused(refusal.code, refusal.reason, hint=refusal.hint)


def read_params(action: Action[Any], given: Mapping[str, Json]) -> Params:
    """Return the action's checked params; Refusal E_PARAM names every mistake at once."""
    try:
        return action.params_model.model_validate(dict(given))
    except ValidationError as error:
        known = tuple(action.params_model.model_fields)
        reasons = [_sentence(item, known) for item in error.errors(include_url=False)]
        raise Refusal(EditCode.PARAM, f"{action.name}: {'; '.join(reasons)}", hint=_known(known)) from error


def _sentence(item: Mapping[str, Any], known: tuple[str, ...]) -> str:
    path = ".".join(str(part) for part in item["loc"])
    if item["type"] == "extra_forbidden":
        from difflib import get_close_matches  # only a mistake needs it

        near = get_close_matches(path, known, n=1)
        return f"`{path}` is no parameter" + (f", did you mean `{near[0]}`?" if near else "")
    if not path:  # what only several params together have wrong
        return str((item.get("ctx") or {}).get("error", item["msg"]))
    return f"`{path}` {complaint(item)}"


def _known(known: tuple[str, ...]) -> str:
    return f"parameters: {', '.join(f'`{name}`' for name in known)}" if known else "it takes no parameters"
