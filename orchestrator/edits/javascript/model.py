"""The model of a JavaScript text: what stands around its outermost literals, and what these mean."""

from orchestrator.edits.javascript.source import read_source
from orchestrator.models.json import Json


def load_model(text: str) -> Json:
    """Return the model; Refusal E_PARSE when the text cannot be read."""
    source = read_source(text)
    return {"between": source.between(), "literals": [literal.model() for literal in source.literals]}
