"""``add_script``, ``set_engines``, ``add_dev_dependency``: edits of package.json."""

import posixpath
from typing import Annotated

from pydantic import Field, StringConstraints

from orchestrator.edits.action import Action, EditParams, Scene
from orchestrator.edits.jsonc.editor import JsonEditor
from orchestrator.edits.kinds import JSON
from orchestrator.edits.result import Duty, EditCode, EditResult, Refusal, already, changed

PackageName = Annotated[str, StringConstraints(pattern=r"^(?:@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~-][a-z0-9._~-]*$")]
_LOCKS = {
    "package-lock.json": "npm install --package-lock-only",
    "npm-shrinkwrap.json": "npm install --package-lock-only",
    "yarn.lock": "yarn install --mode=update-lockfile",
    "pnpm-lock.yaml": "pnpm install --lockfile-only",
}
_GROUPS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")


class ScriptParams(EditParams):
    """One script."""

    script: str = Field(min_length=1, description="name, as in `npm run NAME`")
    command: str = Field(min_length=1, description="what the script runs")
    replace: bool = Field(default=False, description="replace another command of this name")


class EnginesParams(EditParams):
    """The versions that the package runs on."""

    engines: dict[str, str] = Field(min_length=1, description="range by engine: {node: '>=20'}")
    replace: bool = Field(default=True, description="replace other ranges")


class DependencyParams(EditParams):
    """One package for development."""

    package: PackageName = Field(description="the name in the registry")
    version: str = Field(min_length=1, description="a version or a range")
    replace: bool = Field(default=False, description="replace another version")


class AddScript(Action[ScriptParams]):
    """Add a script."""

    name = "add_script"
    summary = "Add a script to package.json"
    params_model = ScriptParams
    kinds = frozenset((JSON,))
    places = ("package.json",)

    def plan(self, scene: Scene, params: ScriptParams) -> EditResult:
        """Put the script at the end of the others."""
        editor = _open(scene)
        found = editor.get("scripts", params.script)
        if found == params.command:
            return already(f"there is a script {params.script} that runs this")
        if found is not None and not params.replace:
            reason = f"the script {params.script} runs `{found}`"
            raise Refusal(EditCode.CONFLICT, reason, hint="replace: true replaces it")
        editor.set(("scripts", params.script), params.command)
        return changed(f"{'replaced' if found else 'added'} the script {params.script}", [editor.finish()])


class SetEngines(Action[EnginesParams]):
    """Set the engines."""

    name = "set_engines"
    summary = "Say in package.json which versions of Node (npm, ...) it runs on"
    params_model = EnginesParams
    kinds = frozenset((JSON,))
    places = ("package.json",)

    def plan(self, scene: Scene, params: EnginesParams) -> EditResult:
        """Set each range; other engines stay."""
        editor = _open(scene)
        for engine, wanted in params.engines.items():
            found = editor.get("engines", engine)
            if found not in (None, wanted) and not params.replace:
                raise Refusal(EditCode.CONFLICT, f"engines.{engine} is {found!r}", hint="replace: true replaces it")
            editor.set(("engines", engine), wanted)
        if not editor.is_changed:
            return already("the engines are these")
        said = ", ".join(f"{engine} {wanted}" for engine, wanted in params.engines.items())
        return changed(f"set engines: {said}", [editor.finish()], duties=_lock_duties(scene))


class AddDevDependency(Action[DependencyParams]):
    """Add a package for development."""

    name = "add_dev_dependency"
    summary = "Add a development dependency to package.json, in its alphabetical place"
    params_model = DependencyParams
    kinds = frozenset((JSON,))
    places = ("package.json",)

    def plan(self, scene: Scene, params: DependencyParams) -> EditResult:
        """Insert the package where npm would; a lock file is left to its own tool."""
        editor = _open(scene)
        for group in _GROUPS:
            found = editor.get(group, params.package)
            if group != "devDependencies" and found is not None and group != "peerDependencies":
                raise Refusal(EditCode.CONFLICT, f"{params.package} {found} is among the {group}")
        found = editor.get("devDependencies", params.package)
        if found == params.version:
            return already(f"{params.package} {found} is there")
        if found is not None and not params.replace:
            reason = f"devDependencies has {params.package} {found}"
            raise Refusal(EditCode.CONFLICT, reason, hint="replace: true replaces it")
        if found is not None or not isinstance(editor.get("devDependencies"), dict):
            editor.set(("devDependencies", params.package), params.version)
        else:
            names = list(editor.get("devDependencies"))
            is_sorted = names == sorted(names)
            at = sum(name < params.package for name in names) if is_sorted else len(names)
            editor.insert_key(("devDependencies",), params.package, params.version, at)
        return changed(f"added {params.package} {params.version}", [editor.finish()], duties=_lock_duties(scene))


def _open(scene: Scene) -> JsonEditor:
    if posixpath.basename(scene.target) != "package.json":
        raise Refusal(EditCode.PARAM, f"{scene.target} is no package.json")
    return JsonEditor(scene.target, scene.text)


def _lock_duties(scene: Scene) -> list[Duty]:
    """Name the lock file that no longer fits: its content is for the package manager to work out."""
    folder = posixpath.dirname(scene.target)
    locks = [(name, posixpath.join(folder, name)) for name in _LOCKS]
    return [
        Duty(kind="file", text=f"{path} does not know of the change yet", command=_LOCKS[name])
        for name, path in locks
        if scene.tree.exists(path)
    ]
