"""``yaml_set``, ``yaml_merge``, ``yaml_delete``, ``yaml_append``: edits at a path of a YAML file."""

from orchestrator.edits.action import Scene, WorkflowParams
from orchestrator.edits.at_path import (
    AppendAtPath,
    DeleteAtPath,
    DeleteParams,
    GuardedParams,
    MergeAtPath,
    SetAtPath,
    ValueParams,
)
from orchestrator.edits.kinds import WORKFLOW, YAML, kind_of
from orchestrator.edits.yaml.editor import YamlEditor


class YamlGuardedParams(GuardedParams, WorkflowParams):
    """Where, what, what has to be there for it, and who judges."""


class YamlValueParams(ValueParams, WorkflowParams):
    """Where, what, and who judges."""


class YamlDeleteParams(DeleteParams, WorkflowParams):
    """Where, what has to be there for it, and who judges."""


class _OfYaml:
    """Opens YAML; a workflow is checked as one."""

    kinds = frozenset((YAML, WORKFLOW))

    def open(self, scene: Scene) -> YamlEditor:
        """Return the editor of the target."""
        return YamlEditor(scene.target, scene.text, kind_of(scene.target) or YAML)


class YamlSet(_OfYaml, SetAtPath):
    """Set a value."""

    name = "yaml_set"
    summary = "Set the value at a path of a YAML file; comments and layout stay"
    params_model = YamlGuardedParams


class YamlMerge(_OfYaml, MergeAtPath):
    """Merge a mapping."""

    name = "yaml_merge"
    summary = "Merge a mapping into the one at a path of a YAML file"
    params_model = YamlValueParams


class YamlDelete(_OfYaml, DeleteAtPath):
    """Delete an entry."""

    name = "yaml_delete"
    summary = "Delete the entry at a path of a YAML file"
    params_model = YamlDeleteParams


class YamlAppend(_OfYaml, AppendAtPath):
    """Append an item."""

    name = "yaml_append"
    summary = "Append an item to the list at a path of a YAML file"
    params_model = YamlValueParams
