"""``type: config_edit`` changes a configuration file by one action, so that every byte that was not meant stays.

The action plans patches from the text, the patches are proven before anything is written (`orchestrator.edits.verify`),
and the post-condition is read again from the tree afterwards. What cannot be proven is refused with a reason; nothing
that did not happen is called a success.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ConfigDict, Field, ValidationError

from orchestrator.contracts import (
    CheckScene,
    Handler,
    Outcome,
    Params,
    RelativePath,
    TaskContext,
    changed,
    failed,
    unchanged,
)
from orchestrator.edits.action import Action, Scene, Tree
from orchestrator.edits.discovery import candidates, files_for, lockable, places, with_place
from orchestrator.edits.kinds import WORKFLOW, check, kind_of
from orchestrator.edits.pins import OVERRIDES, Pins, shipped_pins
from orchestrator.edits.propose import read_params
from orchestrator.edits.registry import find_action
from orchestrator.edits.result import Duty, EditCode, EditResult, EditStatus, Refusal, refused
from orchestrator.edits.several import At, files_of, is_pattern, propose_all, unmet
from orchestrator.errors import MissingTool, Problem, Severity, TaskFailed
from orchestrator.handlers.config_edit_tree import DiskTree, absent
from orchestrator.models.complaint import complaint
from orchestrator.models.json import Json, JsonObject
from orchestrator.models.plan import Targets

_CODES = {"extra_forbidden": "E304", "missing": "E305"}


class ConfigEditParams(Params):
    """The file and the action; every further param is the action's own and checked by its model."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    target: RelativePath | None = Field(
        default=None, description="the file to edit, or a pattern: every file that fits; default: the one that fits"
    )
    action: str = Field(min_length=1, description="`orchestrate actions` lists them with their params")

    @property
    def given(self) -> dict[str, Json]:
        """Return the params of the action."""
        return dict(self.model_extra or {})


class ConfigEdit(Handler[ConfigEditParams]):
    """Carry one action out on one file."""

    type = "config_edit"
    params_model = ConfigEditParams

    def targets(self, params: ConfigEditParams, root: str) -> Targets:
        """Name the files that the action writes, and those that decide what it does."""
        try:
            action = _action(params.action)
            checked = read_params(action, params.given)
            tree = DiskTree(root)
            files = files_of(params.target, tree) if params.target is not None else lockable(action, tree)
        except Refusal:
            return Targets(writes=(params.target,) if params.target is not None else ())
        reads = dict.fromkeys((*(path for file in files for path in action.reads(file, checked)), OVERRIDES))
        writes = dict.fromkeys(path for file in files for path in action.writes(file, checked))
        return Targets(reads=tuple(reads), writes=tuple(writes))

    def check(self, params: ConfigEditParams, scene: CheckScene) -> Sequence[Problem]:
        """Return an unknown action, every param that does not fit it, and a target of the wrong kind."""
        try:
            action = _action(params.action)
        except Refusal as refusal:
            return [Problem(code="E309", message=f"`action`: {refusal.reason}", hint=refusal.hint or None)]
        problems = _param_problems(action, params.given)
        problems += _target_problems(action, params.target)
        if scene.deep and not problems:
            problems += [*_mistakes(action, params.target, scene), *_deep(action, params, scene)]
        return problems

    def missing(self, params: ConfigEditParams, root: str) -> Mapping[str, str]:
        """Name a target that is not there, unless the action makes it or passes over it."""
        is_needed = params.given.get("on_missing", "error") == "error" and not _action(params.action).creates
        return absent(root, params.target) if params.target is not None and is_needed else {}

    def plan_depends_on(self, params: JsonObject, root: str) -> Sequence[str]:  # noqa: ARG002 - whatever they are
        """Return where the target is looked for, if it is a pattern or none is named: what is there decides."""
        target = params.get("target")
        if target is not None:
            return (target,) if isinstance(target, str) and is_pattern(target) else ()
        try:
            return tuple(places(_action(str(params.get("action")))))
        except (Refusal, MissingTool):
            return ()

    def fingerprint(self, params: ConfigEditParams, context: TaskContext) -> str | None:
        """Hash the action with the pins that it would write."""
        import hashlib  # with all of OpenSSL: too much for those who only list handlers

        try:
            pins = _pins(context.workspace)
        except Refusal:
            return None
        parts = [params.action, params.given, {name: pin.commit for name, pin in pins.by_repo.items()}]
        return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()

    async def run(self, params: ConfigEditParams, context: TaskContext) -> Outcome:
        """Plan, prove, stage."""
        try:
            action = _action(params.action)
            checked = read_params(action, params.given)
            answers = await _answers(action, checked, context)
            at = _scenes(context.workspace, answers)
            files = files_for(action, params.target, context.workspace, at, checked)
            proposed = propose_all(action, files, at, checked)
        except Refusal as refusal:
            return _refused(refusal.code, refusal.reason, refusal.hint)
        result = await _gated(with_place(proposed, params.target, files), checked, context)
        if result.code is not None:
            return _refused(result.code, result.reason, result.hint)
        for edit in result.edits:
            context.workspace.write_text(edit.path, edit.after)
        return _outcome(result)

    async def verify(self, params: ConfigEditParams, context: TaskContext) -> None:
        """Read the tree again: the action has nothing left to do and its post-condition holds."""
        try:
            action = _action(params.action)
            checked = read_params(action, params.given)
            answers = await _answers(action, checked, context)
            at = _scenes(context.workspace, answers)
            files = files_for(action, params.target, context.workspace, at, checked)
            missing = unmet(action, files, at, checked)
        except Refusal as refusal:
            missing = f"{refusal.code}: {refusal.reason}"
        if missing is not None:
            place = f" on {params.target}" if params.target is not None else ""
            message = f"{params.action}{place} does not hold: {missing}"
            raise TaskFailed(message, hint="another program may have changed the file in the meantime")


def _action(name: str) -> Action[Any]:
    """Return an action; MissingTool when a library that it needs is not installed."""
    try:
        return find_action(name)
    except ModuleNotFoundError as error:
        message = f"the action {name} needs the module {error.name}, which is not installed"
        raise MissingTool(message, hint="pip install 'orchestrate[edits]'") from error


async def _gated(result: EditResult, params: Params, context: TaskContext) -> EditResult:
    """Let installed checkers judge what would be written; a dry run starts no program."""
    is_workflow = any(edit.kind == WORKFLOW for edit in result.edits)
    if not is_workflow or context.dry_run or getattr(params, "validators", "native") != "found":
        return result
    from orchestrator.handlers.config_edit_gates import pass_gates  # with asyncio, which listing handlers does without

    return await pass_gates(result, context)


async def _answers(action: Action[Any], params: Params, context: TaskContext) -> dict[str, str]:
    """Return what programs say to the action's questions; a dry run asks nothing."""
    questions = action.asks(params)
    if not questions or context.dry_run:
        return {}
    from orchestrator.handlers.config_edit_questions import ask  # with asyncio, which listing handlers does without

    return await ask(questions, context)


def _scenes(tree: Tree, answers: Mapping[str, str]) -> At:
    """Return what makes the scene of a target."""
    pins = _pins(tree)
    return lambda target: Scene(target, tree, pins, answers)


def _pins(workspace: Tree) -> Pins:
    """Return the shipped pins with those of the repository over them."""
    try:
        text = workspace.read_text(OVERRIDES)
    except FileNotFoundError:
        return shipped_pins()
    return shipped_pins().overridden(text)


def _param_problems(action: Action[Any], given: Mapping[str, Json]) -> list[Problem]:
    try:
        action.params_model.model_validate(dict(given))
    except ValidationError as error:
        return [_param_problem(action, item) for item in error.errors(include_url=False)]
    return []


def _param_problem(action: Action[Any], item: Mapping[str, Any]) -> Problem:
    known = ", ".join(f"`{name}`" for name in action.params_model.model_fields)
    first = str(item["loc"][0]) if item["loc"] else ""
    code = _CODES.get(item["type"], "E306")
    if code == "E304":
        message = f"`{first}` is no param of {action.name}"
    elif len(item["loc"]) > 1:
        message = f"`{first}` at {'.'.join(str(part) for part in item['loc'][1:])} {complaint(item)}"
    else:
        said = (item.get("ctx") or {}).get("error", item["msg"])
        message = f"`{first}` {complaint(item)}" if first else f"{action.name}: {said}"
    return Problem(code=code, message=message, hint=f"params of {action.name}: {known}" if known else "it takes none")


def _target_problems(action: Action[Any], target: str | None) -> list[Problem]:
    """Return a target of the wrong kind, or none where nothing says which file is meant."""
    if target is None:
        try:
            places(action)
        except Refusal as refusal:
            return [Problem(code="E305", message=f"`target` is missing: {refusal.reason}", hint=refusal.hint)]
        return []
    kind = kind_of(target)
    if kind in action.kinds:
        return []
    message = f"`target` is {f'a {kind} file' if kind else 'of no kind that can be edited'}"
    return [Problem(code="E309", message=message, hint=f"{action.name} edits: {', '.join(sorted(action.kinds))}")]


def _mistakes(action: Action[Any], target: str | None, scene: CheckScene) -> list[Problem]:
    """Say what the checker finds in the target as it is; tags that can be moved are what `pins --check` is for."""
    tree = DiskTree(scene.root)
    try:
        paths = files_of(target, tree) if target is not None else candidates(action, tree)
    except Refusal:
        return []
    return [
        Problem(
            code="W511",
            message=f"{path}:{found.line}:{found.column}: {found.message}",
            hint=f"rule {found.rule}",
            severity=Severity.WARNING,
        )
        for path in paths
        if (kind := kind_of(path)) in action.kinds and (text := Scene(path, tree).read_if_there(path)) is not None
        for found in check(str(kind), text)
        if found.rule != "unpinned-use"
    ]


def _deep(action: Action[Any], params: ConfigEditParams, scene: CheckScene) -> list[Problem]:
    """Say what the action would be refused for, as the repository is now."""
    tree = DiskTree(scene.root)
    try:
        at = _scenes(tree, {})
    except Refusal as refusal:
        return [Problem(code="E309", message=f"{OVERRIDES}: {refusal.reason}", hint=refusal.hint or None)]
    checked = read_params(action, params.given)
    try:
        result = propose_all(action, files_for(action, params.target, tree, at, checked), at, checked)
    except Refusal as refusal:
        result = refused(refusal.code, refusal.reason, hint=refusal.hint)
    if result.code in (None, EditCode.PRECONDITION, EditCode.FILE_MISSING):
        return []  # an earlier task may well make what is missing
    message = f"`action` would be refused now: {result.code}: {result.reason}"
    return [Problem(code="E309", message=message, hint=result.hint or None, severity=Severity.WARNING)]


def _refused(code: EditCode, reason: str, hint: str) -> Outcome:
    return failed(f"{code}: {reason}", detail=hint)


def _outcome(result: EditResult) -> Outcome:
    parts = [result.reason, *(f"to do: {duty.text}" for duty in result.duties)]
    parts += [f"warning: {warning}" for warning in result.warnings]
    detail = "\n".join([*parts[1:], *(f"$ {duty.command}" for duty in result.duties if duty.command)])
    done = changed(result.reason) if result.status is EditStatus.CHANGED else unchanged(result.reason)
    count = len(result.duties)
    summary = f"{result.reason}; {count} thing{'s' if count > 1 else ''} left for a person" if count else result.reason
    outputs = _outputs(result)
    return Outcome(kind=done.kind, summary=summary, detail=detail, outputs=outputs, result=outputs)


def _outputs(result: EditResult) -> JsonObject:
    return {
        "status": str(result.status),
        "files": [edit.path for edit in result.edits],
        "patches": sum(len(edit.patches) for edit in result.edits),
        "duties": [_duty(duty) for duty in result.duties],
        "warnings": list(result.warnings),
    }


def _duty(duty: Duty) -> JsonObject:
    return {"kind": duty.kind, "text": duty.text, "command": duty.command}
