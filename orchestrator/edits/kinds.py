"""File kinds by name: which loader reads a file's model, which checker looks for new mistakes."""

import importlib
import posixpath
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from orchestrator.edits.finding import Finding
from orchestrator.models.json import Json

YAML, WORKFLOW, JSON, TOML, JAVASCRIPT, DOCKERFILE = "yaml", "workflow", "json", "toml", "javascript", "dockerfile"

# Each takes the text and returns the plain model that is compared with the intended one; Refusal when unreadable.
LOADERS: Mapping[str, str] = {
    YAML: "orchestrator.edits.yaml.model:load_model",
    WORKFLOW: "orchestrator.edits.yaml.model:load_model",
    JSON: "orchestrator.edits.jsonc.model:load_model",
    TOML: "orchestrator.edits.toml.model:load_model",
    JAVASCRIPT: "orchestrator.edits.javascript.model:load_model",
    DOCKERFILE: "orchestrator.edits.dockerfile.model:load_model",
}
# Each takes the text and returns findings; an edit must not bring new ones.
CHECKERS: Mapping[str, str] = {WORKFLOW: "orchestrator.edits.workflows.checker:check_text"}


def kind_of(path: str) -> str | None:
    """Return the kind of a file by its path, or None when it is none that we edit."""
    folder, name = posixpath.split(path)
    lower = name.lower()
    if lower.endswith((".yml", ".yaml")):
        return WORKFLOW if folder == ".github/workflows" or folder.endswith("/.github/workflows") else YAML
    if lower.endswith((".json", ".jsonc", ".json5")) or lower in (".prettierrc", ".eslintrc", ".babelrc"):
        return JSON
    if lower.endswith(".toml"):
        return TOML
    if lower.endswith((".js", ".cjs", ".mjs", ".ts", ".cts", ".mts")):
        return JAVASCRIPT
    if lower.startswith(("dockerfile", "containerfile")) or lower.endswith((".dockerfile", ".containerfile")):
        return DOCKERFILE
    return None


def load_model(kind: str, text: str) -> Json:
    """Return the plain model of a text."""
    return _named(LOADERS[kind])(text)


def check(kind: str, text: str) -> Sequence[Finding]:
    """Return what the native checker finds; nothing for kinds that have none."""
    target = CHECKERS.get(kind)
    found: Sequence[Finding] = _named(target)(text) if target else ()
    return found


def _named(target: str) -> Callable[[str], Any]:
    module, _, attribute = target.partition(":")
    found: Callable[[str], Any] = getattr(importlib.import_module(module), attribute)
    return found
