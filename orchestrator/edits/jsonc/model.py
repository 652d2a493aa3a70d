"""The plain model of a JSON text."""

from orchestrator.edits.jsonc.scanner import scan
from orchestrator.models.json import Json


def load_model(text: str) -> Json:
    """Return the value; Refusal E_PARSE or E_DUP_KEY when it cannot be read."""
    return scan(text).plain()
