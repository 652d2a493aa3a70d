"""A workflow under check: its model, its text's tree, and findings with their places."""

from dataclasses import dataclass
from functools import cached_property

from orchestrator.edits.finding import Finding
from orchestrator.edits.workflows.shape import jobs_of
from orchestrator.edits.yaml.paths import shown
from orchestrator.edits.yaml.tree import Path, Tree
from orchestrator.errors import Severity
from orchestrator.models.json import Json, JsonObject


@dataclass(frozen=True)
class Checked:
    """What the rules read."""

    tree: Tree
    model: Json

    @cached_property
    def jobs(self) -> dict[str, JsonObject]:
        """Return the jobs that are mappings."""
        return jobs_of(self.model)

    def finding(self, rule: str, message: str, path: Path, severity: Severity = Severity.ERROR) -> Finding:
        """Make a finding at the nearest node that there is on the way to a path."""
        reached = path
        while reached and self.tree.find(reached) is None:
            reached = reached[:-1]
        offset = self._offset(reached)
        line, column = self.tree.place(offset)
        where = f"{shown(path)}: " if path else ""
        return Finding(
            rule=rule, message=where + message, severity=severity, line=line, column=column, path=shown(path)
        )

    def _offset(self, path: Path) -> int:
        owner = self.tree.find(path[:-1]) if path else None
        if owner is not None and isinstance(path[-1], str):
            at = owner.index_of(path[-1])
            if at is not None:
                return owner.keys[at].start
        node = self.tree.find(path)
        return node.start if node is not None else 0
