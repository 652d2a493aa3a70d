"""The root that a document names, where that can be seen without a parser: for whoever has to answer at once."""

import re
from pathlib import Path

from orchestrator.sources.finding import project_root

_PROJECT = re.compile(
    rb"^project:[ ]*(?:(\{[^{}\n]*\})[ ]*(?:#.*)?$|(?:#.*)?\n((?:[ ]+.*\n|[ ]*#.*\n|[ ]*\r?\n)*))", re.MULTILINE
)
_ROOT = re.compile(rb"^[ ]+root:[ ]*([\w./-]+)[ ]*(?:#.*)?$", re.MULTILINE)


def glance_at_root(document: Path, text: bytes) -> Path | None:
    """Return the repository that a document works on; None when only a parser can tell, UsageError for no folder."""
    blocks = _PROJECT.findall(text)
    if len(blocks) != 1:
        return None
    block = b"".join(blocks[0])
    if b"root" not in block:
        return project_root(document, None)
    found = _ROOT.findall(block)
    return project_root(document, found[0].decode()) if len(found) == 1 else None
