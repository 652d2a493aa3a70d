"""``set_tool_option`` and ``add_dependency``: edits of pyproject.toml."""

import posixpath
import re
from typing import Annotated

from pydantic import Field, StringConstraints

from orchestrator.edits.action import Action, EditParams, Scene
from orchestrator.edits.at_path import same
from orchestrator.edits.kinds import TOML
from orchestrator.edits.literals.paths import WrittenPath, parse_path, shown
from orchestrator.edits.result import EditCode, EditResult, Refusal, already, changed
from orchestrator.edits.toml.editor import TomlEditor
from orchestrator.models.json import Json

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
Requirement = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][^\n]*$")]


class OptionParams(EditParams):
    """One option of one tool."""

    tool: str = Field(min_length=1, description="as in [tool.NAME]")
    option: WrittenPath
    value: Json = Field(description="what is written there, as YAML or JSON")
    if_equals: Json = Field(default=None, description="only if this is there; something else is a conflict")


class DependencyParams(EditParams):
    """One requirement, and where it belongs."""

    requirement: Requirement = Field(description="as pip takes it: `httpx>=0.27`")
    extra: str | None = Field(default=None, description="add it to this optional-dependencies extra")
    group: str | None = Field(default=None, description="add it to this dependency group (PEP 735)")
    replace: bool = Field(default=False, description="replace another version of it")


class SetToolOption(Action[OptionParams]):
    """Set an option of a tool."""

    name = "set_tool_option"
    summary = "Set an option of a tool in pyproject.toml (coverage, ruff, mypy, ...)"
    params_model = OptionParams
    kinds = frozenset((TOML,))
    places = ("pyproject.toml",)

    def plan(self, scene: Scene, params: OptionParams) -> EditResult:
        """Set the option, making the tool's table where it is missing."""
        editor = _open(scene)
        path = ("tool", params.tool, *parse_path(params.option))
        there, found = editor.peek(path)
        if there and same(found, params.value):
            return already(f"{shown(path)} is {found!r}")
        if "if_equals" in params.model_fields_set and not (there and same(found, params.if_equals)):
            raise Refusal(EditCode.CONFLICT, f"{shown(path)} is {found!r}, {params.if_equals!r} was expected")
        editor.set(path, params.value)
        return changed(f"set {shown(path)} to {params.value!r}", [editor.finish()])


class AddDependency(Action[DependencyParams]):
    """Add a requirement."""

    name = "add_dependency"
    summary = "Add a requirement to pyproject.toml, in its alphabetical place"
    params_model = DependencyParams
    kinds = frozenset((TOML,))
    places = ("pyproject.toml",)

    def plan(self, scene: Scene, params: DependencyParams) -> EditResult:
        """Insert the requirement, or find it there."""
        editor = _open(scene)
        path = _list_of(editor, params)
        there, found = editor.peek(path)
        if there and not (isinstance(found, list) and all(isinstance(item, str | dict) for item in found)):
            raise Refusal(EditCode.CONFLICT, f"{shown(path)} is no list of requirements")
        present: list[Json] = found if there else []
        names = [project_name(item) for item in present]
        wanted = project_name(params.requirement)
        if wanted not in names:
            at = sum(name < wanted for name in names) if names == sorted(names) else len(names)
            editor.insert(path, at, params.requirement)
            return changed(f"added {params.requirement} to {shown(path)}", [editor.finish()])
        at = names.index(wanted)
        if isinstance(present[at], str) and _squeezed(present[at]) == _squeezed(params.requirement):
            return already(f"{present[at]} is there")
        if not params.replace:
            raise Refusal(EditCode.CONFLICT, f"{shown(path)} has {present[at]}", hint="replace: true replaces it")
        editor.set((*path, at), params.requirement)
        return changed(f"replaced {present[at]} by {params.requirement}", [editor.finish()])


def project_name(requirement: Json) -> str:
    """Return the normalised name of a requirement (PEP 503); '' for what is none."""
    found = _NAME.match(requirement) if isinstance(requirement, str) else None
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else ""


def _squeezed(requirement: str) -> str:
    """Return a requirement without what makes no difference, to compare it."""
    name = _NAME.match(requirement)
    return project_name(requirement) + re.sub(r"\s+", "", requirement[name.end() if name else 0 :])


def _open(scene: Scene) -> TomlEditor:
    if posixpath.basename(scene.target) != "pyproject.toml":
        raise Refusal(EditCode.PARAM, f"{scene.target} is no pyproject.toml")
    return TomlEditor(scene.target, scene.text)


def _list_of(editor: TomlEditor, params: DependencyParams) -> tuple[str, ...]:
    if params.extra is not None and params.group is not None:
        raise Refusal(EditCode.PARAM, "`extra` and `group` exclude each other")
    if params.group is not None:
        return ("dependency-groups", params.group)
    if not editor.has("project"):
        raise Refusal(EditCode.PRECONDITION, "there is no [project] table: another tool keeps the dependencies")
    if "dependencies" in (editor.get("project", "dynamic") or ()) and params.extra is None:
        raise Refusal(EditCode.DYNAMIC, "the dependencies are dynamic, a build step makes them")
    return ("project", "dependencies") if params.extra is None else ("project", "optional-dependencies", params.extra)
