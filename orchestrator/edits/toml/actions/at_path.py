"""``toml_set``, ``toml_merge``, ``toml_delete``, ``toml_append``: edits at a path of a TOML file."""

from orchestrator.edits.action import Scene
from orchestrator.edits.at_path import AppendAtPath, DeleteAtPath, MergeAtPath, SetAtPath
from orchestrator.edits.kinds import TOML
from orchestrator.edits.toml.editor import TomlEditor


class _OfToml:
    """Opens TOML."""

    kinds = frozenset((TOML,))

    def open(self, scene: Scene) -> TomlEditor:
        """Return the editor of the target."""
        return TomlEditor(scene.target, scene.text)


class TomlSet(_OfToml, SetAtPath):
    """Set a value."""

    name = "toml_set"
    summary = "Set the value at a path of a TOML file; comments and layout stay"


class TomlMerge(_OfToml, MergeAtPath):
    """Merge an object."""

    name = "toml_merge"
    summary = "Merge an object into the table at a path of a TOML file"


class TomlDelete(_OfToml, DeleteAtPath):
    """Delete an entry."""

    name = "toml_delete"
    summary = "Delete the entry at a path of a TOML file"


class TomlAppend(_OfToml, AppendAtPath):
    """Append an item."""

    name = "toml_append"
    summary = "Append an item to the array at a path of a TOML file"
