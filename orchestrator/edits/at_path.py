"""Set, merge, delete and append at a path: the same four actions for every format that has an editor by paths."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Generic, Literal, Protocol, TypeVar

from pydantic import Field

from orchestrator.edits.action import Action, EditParams, Scene
from orchestrator.edits.literals.paths import WrittenPath, parse_path, shown
from orchestrator.edits.literals.tree import Path, Step
from orchestrator.edits.result import EditCode, EditResult, FileEdit, Refusal, already, changed
from orchestrator.edits.wording import worded
from orchestrator.models.json import Json


class PathEditor(Protocol):
    """What an editor of a format offers."""

    @property
    def is_changed(self) -> bool:
        """Say whether anything was edited."""

    def peek(self, path: Sequence[Step]) -> tuple[bool, Json]:
        """Return whether there is something at a path, and its value."""

    def is_object(self, path: Sequence[Step]) -> bool:
        """Say whether there is an object at a path, even if a part of it is computed."""

    def set(self, path: Sequence[Step], value: Json) -> bool:
        """Make the value at a path this one; False when it is so."""

    def append(self, path: Sequence[Step], value: Json) -> None:
        """Put a new item at the end of an array; a missing one is made."""

    def delete(self, path: Sequence[Step]) -> bool:
        """Take an entry out; False when there is none."""

    def finish(self) -> FileEdit:
        """Return all operations as one edit."""


class PathParams(EditParams):
    """Where."""

    path: WrittenPath


class ValueParams(PathParams):
    """Where, and what."""

    value: Json = Field(description="what is written there, as YAML or JSON")
    on_missing: Literal["create", "skip", "error"] = Field(  # type: ignore[assignment]  # one word more than elsewhere
        default="create", description="when the path is not there: make it, have nothing to do, or refuse"
    )


class GuardedParams(ValueParams):
    """Where, what, and what has to be there for it."""

    if_equals: Json = Field(default=None, description="only if this is there; something else is a conflict")


class DeleteParams(PathParams):
    """Where, and what has to be there for it."""

    if_equals: Json = Field(default=None, description="only if this is there; something else is a conflict")
    on_missing: Literal["skip", "error"] = Field(
        default="skip", description="when the path is not there: have nothing to do, or refuse"
    )


P = TypeVar("P", bound=PathParams)


class AtPath(Action[P], Generic[P]):
    """An action on one path of one file."""

    @abstractmethod
    def open(self, scene: Scene) -> PathEditor:
        """Return the editor of the target."""

    def plan(self, scene: Scene, params: P) -> EditResult:
        """Open the file, do the work, return the patches."""
        editor = self.open(scene)
        path = parse_path(params.path)
        done = self.work(editor, path, params)
        if not editor.is_changed:
            return already(done)
        return changed(done, [editor.finish()])

    @abstractmethod
    def work(self, editor: PathEditor, path: Path, params: P) -> str:
        """Edit, and say in a sentence what was done or found."""


class SetAtPath(AtPath[GuardedParams]):
    """Make the value at a path this one."""

    params_model = GuardedParams

    def work(self, editor: PathEditor, path: Path, params: GuardedParams) -> str:
        """Set the value if what is there allows it."""
        there, found = _look(editor, path, params)
        if there and same(found, params.value):
            return f"{shown(path)} is {worded(params.value)}"
        _guard(params, path, there, found)
        editor.set(path, params.value)
        return f"set {shown(path)} to {worded(params.value)}"


class MergeAtPath(AtPath[ValueParams]):
    """Merge an object into the one at a path: keys that are not named stay."""

    params_model = ValueParams

    def work(self, editor: PathEditor, path: Path, params: ValueParams) -> str:
        """Set each leaf of the value."""
        if not isinstance(params.value, dict):
            raise Refusal(EditCode.PARAM, "merge takes an object as its value, `set` takes any")
        if params.on_missing != "create":
            _look(editor, path, params)
        _merge(editor, path, params.value)
        return (
            f"merged {len(params.value)} keys into {shown(path)}" if editor.is_changed else f"{shown(path)} has it all"
        )


class DeleteAtPath(AtPath[DeleteParams]):
    """Take the entry at a path out."""

    params_model = DeleteParams

    def work(self, editor: PathEditor, path: Path, params: DeleteParams) -> str:
        """Delete the entry if it is there and what it should be."""
        if not path:
            raise Refusal(EditCode.PARAM, "the whole document cannot be deleted")
        if params.on_missing == "error" and not editor.peek(path)[0]:
            raise Refusal(EditCode.NOT_FOUND, f"there is no {shown(path)}")
        if isinstance(path[-1], int):
            raise Refusal(EditCode.PARAM, "an item is not deleted by its position: the next one would be next time")
        if "if_equals" in params.model_fields_set:
            there, found = editor.peek(path)
            if there and not same(found, params.if_equals):
                raise Refusal(EditCode.CONFLICT, f"{shown(path)} is {worded(found)}, not {worded(params.if_equals)}")
        return f"deleted {shown(path)}" if editor.delete(path) else f"there is no {shown(path)}"


class AppendAtPath(AtPath[ValueParams]):
    """Put an item at the end of the list at a path."""

    params_model = ValueParams

    def work(self, editor: PathEditor, path: Path, params: ValueParams) -> str:
        """Append the item unless the list has it."""
        there, found = _look(editor, path, params)
        if there and not isinstance(found, list):
            raise Refusal(EditCode.CONFLICT, f"{shown(path)} is {worded(found)}, no list")
        if there and any(same(item, params.value) for item in found):
            return f"{shown(path)} has {worded(params.value)}"
        editor.append(path, params.value)
        return f"appended {worded(params.value)} to {shown(path)}"


def _look(editor: PathEditor, path: Path, params: ValueParams) -> tuple[bool, Json]:
    """Return what is there; Refusal E_NOT_FOUND when that is nothing and nothing may be made."""
    there, found = editor.peek(path)
    if not there and params.on_missing != "create":
        raise Refusal(EditCode.NOT_FOUND, f"there is no {shown(path)}", hint="`on_missing: create` makes it")
    return there, found


def same(left: Json, right: Json) -> bool:
    """Compare with types: true and 1 differ, 1 and 1.0 do not."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(same(one, other) for one, other in zip(left, right, strict=True))
    return (type(left) is type(right) and left == right) or (_is_number(left) and _is_number(right) and left == right)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _guard(params: GuardedParams, path: Path, there: bool, found: Json) -> None:
    if "if_equals" not in params.model_fields_set:
        return
    if not there:
        raise Refusal(EditCode.CONFLICT, f"there is no {shown(path)}, {worded(params.if_equals)} was expected")
    if not same(found, params.if_equals):
        raise Refusal(
            EditCode.CONFLICT,
            f"{shown(path)} is {worded(found)}, {worded(params.if_equals)} was expected",
        )


def _merge(editor: PathEditor, path: Path, value: dict[str, Json]) -> None:
    for key, item in value.items():
        here = (*path, key)
        if isinstance(item, dict) and item and editor.is_object(here):
            _merge(editor, here, item)
            continue
        there, found = editor.peek(here)
        if not (there and same(found, item)):
            editor.set(here, item)
