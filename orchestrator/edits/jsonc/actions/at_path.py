"""``json_set``, ``json_merge``, ``json_delete``, ``json_append``: edits at a path of a JSON file."""

from orchestrator.edits.action import Scene
from orchestrator.edits.at_path import AppendAtPath, DeleteAtPath, MergeAtPath, SetAtPath
from orchestrator.edits.jsonc.editor import JsonEditor
from orchestrator.edits.kinds import JSON


class _OfJson:
    """Opens JSON."""

    kinds = frozenset((JSON,))

    def open(self, scene: Scene) -> JsonEditor:
        """Return the editor of the target."""
        return JsonEditor(scene.target, scene.text)


class JsonSet(_OfJson, SetAtPath):
    """Set a value."""

    name = "json_set"
    summary = "Set the value at a path of a JSON file; comments and layout stay"


class JsonMerge(_OfJson, MergeAtPath):
    """Merge an object."""

    name = "json_merge"
    summary = "Merge an object into the one at a path of a JSON file"


class JsonDelete(_OfJson, DeleteAtPath):
    """Delete an entry."""

    name = "json_delete"
    summary = "Delete the entry at a path of a JSON file"


class JsonAppend(_OfJson, AppendAtPath):
    """Append an item."""

    name = "json_append"
    summary = "Append an item to the list at a path of a JSON file"
