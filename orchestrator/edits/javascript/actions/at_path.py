"""``js_config_set``, ``_merge``, ``_delete``, ``_append``: edits at a path of the config that a file exports.

For Jest, ESLint, Vitest, Next and whatever else exports an object or a list.
"""

from orchestrator.edits.action import Scene
from orchestrator.edits.at_path import AppendAtPath, DeleteAtPath, MergeAtPath, SetAtPath
from orchestrator.edits.javascript.editor import JsEditor
from orchestrator.edits.kinds import JAVASCRIPT


class _OfConfig:
    """Opens JavaScript and TypeScript."""

    kinds = frozenset((JAVASCRIPT,))

    def open(self, scene: Scene) -> JsEditor:
        """Return the editor of the target."""
        return JsEditor(scene.target, scene.text)


class JsConfigSet(_OfConfig, SetAtPath):
    """Set a value."""

    name = "js_config_set"
    summary = "Set the value at a path of the config that a JavaScript or TypeScript file exports"


class JsConfigMerge(_OfConfig, MergeAtPath):
    """Merge an object."""

    name = "js_config_merge"
    summary = "Merge an object into the one at a path of an exported config"


class JsConfigDelete(_OfConfig, DeleteAtPath):
    """Delete an entry."""

    name = "js_config_delete"
    summary = "Delete the entry at a path of an exported config"


class JsConfigAppend(_OfConfig, AppendAtPath):
    """Append an item."""

    name = "js_config_append"
    summary = "Append an item to the list at a path of an exported config"
