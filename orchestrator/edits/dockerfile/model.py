"""The plain model of a Dockerfile: its instructions in order."""

from orchestrator.edits.dockerfile.scanner import scan
from orchestrator.models.json import Json


def load_model(text: str) -> Json:
    """Return each instruction as keyword, joined arguments, heredocs; Refusal E_PARSE when it cannot be read."""
    return [instruction.model() for instruction in scan(text)]
