"""Where the parts of a document stand; given by whoever read it."""

from typing import Protocol

from orchestrator.errors import Place
from orchestrator.planning.nodes import Path


class Places(Protocol):
    """Finds the place of `("phases", 0, "groups", 1)`; `LoadedDocument.place` is one."""

    def __call__(self, path: Path, /) -> Place | None:
        """Return the place, or None when it is not known."""


def nowhere(_: Path) -> Place | None:
    """Know no place: for documents that were not read from a file."""
    return None
