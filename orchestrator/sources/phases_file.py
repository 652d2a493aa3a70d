"""A plan is read from one phases.yaml: where it is looked for, and which repository it works on."""

from pathlib import Path

from orchestrator.errors import DocumentInvalid
from orchestrator.planning.document_loader import LoadedDocument, load_document
from orchestrator.planning.nodes import node_at
from orchestrator.sources.finding import SEARCHED, find_document, project_root

__all__ = ["SEARCHED", "PhasesFile", "find_document", "project_root", "read_root"]


class PhasesFile:
    """The source that most projects have: a YAML document, alone or with included files."""

    def load(self, path: str) -> LoadedDocument:
        """Read the document; DocumentInvalid with all problems of its form, UsageError when it cannot be read."""
        loaded = load_document(path)
        if not loaded.is_valid:
            raise DocumentInvalid(loaded.problems)
        return loaded


def read_root(document: Path) -> Path:
    """Return the repository of a document without judging the rest of it; UsageError when it cannot be read.

    For commands that only look for the state of earlier runs, which must work while the document is being edited.
    """
    loaded = load_document(document)
    declared = None if loaded.root is None else node_at(loaded.root, ("project", "root"))
    root = declared.value if declared is not None and isinstance(declared.value, str) else None
    return project_root(document, root)
