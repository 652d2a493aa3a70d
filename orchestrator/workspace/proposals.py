"""What we wanted to write where somebody else wrote meanwhile: kept beside, for the person who decides."""

from contextlib import suppress

from orchestrator.errors import OrchestrateError
from orchestrator.workspace.node import FOLDER, Node
from orchestrator.workspace.paths import STATE_FOLDER
from orchestrator.workspace.tree import Tree
from orchestrator.workspace.writer import Writer

FOLDER_NAME = "proposed"


class Proposals:
    """The folder `.orchestrate/proposed/RUN/`; the files in it have the paths that they have in the tree."""

    def __init__(self, state: Tree, run: str) -> None:
        self._state = state
        self._run = run

    def keep(self, path: str, node: Node | None) -> str | None:
        """Keep a content and return where; None when there is none (a removal, a folder) or no room."""
        if node is None or node.kind == FOLDER:
            return None
        place = f"{FOLDER_NAME}/{self._run}/{path}"
        with suppress(OrchestrateError, OSError):  # this is news about a failure: it must not hide the failure
            writer = Writer(self._state, durable=False)
            writer.make_folders(place)
            writer.replace(place, self._state.identity(place), Node(kind=node.kind, data=node.data, mode=0o600))
            return f"{STATE_FOLDER}/{place}"
        return None
