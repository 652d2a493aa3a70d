"""A native checker of GitHub workflows: the mistakes that GitHub rejects, or that make a job silently never run.

Its first use is differential: an edit may not bring a new finding, whatever a file has already. Errors are what GitHub
itself refuses or fails on; warnings are what it accepts and nobody means.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache

from orchestrator.edits.finding import Finding
from orchestrator.edits.result import Refusal
from orchestrator.edits.workflows.checker import (
    advice,
    contexts,
    images,
    keys,
    permissions,
    structure,
    triggers,
    values,
)
from orchestrator.edits.workflows.checker.checked import Checked
from orchestrator.edits.yaml.model import load_checked
from orchestrator.edits.yaml.tree import tree_of

RULES: tuple[Callable[[Checked], Iterator[Finding]], ...] = (
    keys.check,
    values.check,
    structure.check,
    triggers.check,
    permissions.check,
    contexts.check,
    advice.check,
    images.check,
)


@lru_cache(maxsize=8)
def check_text(text: str) -> tuple[Finding, ...]:
    """Return all findings in a workflow, by line; a file that cannot be read is one finding."""
    try:
        tree = tree_of(text)
        model = load_checked(text)
    except Refusal as refusal:
        return (Finding(rule="readable", message=f"{refusal.code}: {refusal.reason}"),)
    checked = Checked(tree, model)
    if not isinstance(model, dict):
        return (checked.finding("shape", "a workflow is a mapping", ()),)
    found = [finding for rule in RULES for finding in rule(checked)]
    return tuple(sorted(found, key=lambda finding: (finding.line, finding.column, finding.rule)))
