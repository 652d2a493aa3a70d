"""What our own checker of workflows finds in a repository."""

from collections import Counter
from pathlib import Path

from orchestrator.edits.kinds import WORKFLOW, check


def findings_of(root: Path) -> Counter[str]:
    """Return how many findings each rule has."""
    files = sorted((root / ".github/workflows").glob("*.y*ml"))
    return Counter(found.rule for file in files for found in check(WORKFLOW, file.read_text("utf-8")))
