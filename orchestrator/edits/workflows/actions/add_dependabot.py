"""``add_dependabot``: updates of dependencies come as pull requests, in groups, some days after their release."""

from typing import Any, Literal

from pydantic import Field

from orchestrator.edits.action import Action, EditParams, Scene
from orchestrator.edits.kinds import YAML
from orchestrator.edits.result import EditCode, EditResult, Refusal, already, changed, new_file
from orchestrator.edits.yaml.editor import YamlEditor
from orchestrator.edits.yaml.emit import entry_lines
from orchestrator.edits.yaml.style import Style

_SIGNS = {
    "github-actions": (".github/workflows",),
    "npm": ("package.json",),
    "pip": ("requirements.txt", "pyproject.toml"),
    "docker": ("Dockerfile",),
    "cargo": ("Cargo.toml",),
    "gomod": ("go.mod",),
    "composer": ("composer.json",),
}


class DependabotParams(EditParams):
    """What is kept up to date, how often."""

    ecosystems: list[str] = Field(default=[], description="default: those that the repository has at its root")
    interval: Literal["daily", "weekly", "monthly"] = Field(
        default="weekly", description="how often updates are looked for"
    )
    cooldown: int = Field(default=7, ge=0, le=90, description="days after a release; 0 = none")


class AddDependabot(Action[DependabotParams]):
    """Write .github/dependabot.yml, or add what is missing to it."""

    name = "add_dependabot"
    summary = "Keep dependencies up to date: .github/dependabot.yml with groups and a cooldown"
    params_model = DependabotParams
    kinds = frozenset((YAML,))
    places = (".github/dependabot.yml", ".github/dependabot.yaml")
    creates = True

    def plan(self, scene: Scene, params: DependabotParams) -> EditResult:
        """Add an entry for each ecosystem that has none."""
        wanted = params.ecosystems or [
            name for name, signs in _SIGNS.items() if any(scene.tree.exists(sign) for sign in signs)
        ]
        if not wanted:
            raise Refusal(EditCode.PRECONDITION, "no ecosystem was found", hint="`ecosystems` names them")
        if not scene.tree.exists(scene.target):
            model = {"version": 2, "updates": [_entry(name, params) for name in wanted]}
            lines = [line for key, value in model.items() for line in entry_lines(key, value, 0, Style())]
            text = "\n".join(lines) + "\n"
            return changed(f"keeps {', '.join(wanted)} up to date", [new_file(scene.target, YAML, text, model)])
        editor = YamlEditor(scene.target, scene.text)
        present = editor.get("updates")
        if not isinstance(present, list):
            raise Refusal(EditCode.CONFLICT, f"{scene.target} has no list of updates")
        known = {str(entry.get("package-ecosystem")) for entry in present if isinstance(entry, dict)}
        missing = [name for name in wanted if name not in known]
        for name in missing:
            editor.append(("updates",), _entry(name, params))
        if not missing:
            return already(f"keeps {', '.join(wanted)} up to date")
        return changed(f"keeps {', '.join(missing)} up to date", [editor.finish()])


def _entry(ecosystem: str, params: DependabotParams) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "package-ecosystem": ecosystem,
        "directory": "/",
        "schedule": {"interval": params.interval},
        "groups": {ecosystem: {"patterns": ["*"]}},
    }
    if params.cooldown:
        entry["cooldown"] = {"default-days": params.cooldown}
    return entry
