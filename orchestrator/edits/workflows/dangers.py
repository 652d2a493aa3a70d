"""What in a workflow only a person can mend: the right edit depends on what was meant, so none is proposed."""

import re
from collections.abc import Iterator

from orchestrator.edits.finding import Finding
from orchestrator.edits.result import Refusal
from orchestrator.edits.workflows.checker.checked import Checked
from orchestrator.edits.workflows.shape import events_of, steps_of
from orchestrator.edits.workflows.workflow import run_of, uses_of
from orchestrator.edits.yaml.model import load_checked
from orchestrator.edits.yaml.tree import Path, tree_of
from orchestrator.errors import Severity
from orchestrator.models.json import JsonObject

_HEAD = re.compile(r"github\.head_ref|pull_request\.head\.|refs/pull/|pull_request\.number")
_FETCHES = re.compile(
    r"\bgh[ \t]+pr[ \t]+checkout\b|\bgit[ \t]+(?:fetch|checkout)\b[^\n]*(?:\bpull/|head_ref|\.head\.)"
)
_SHELL = r"(?:sudo[ \t]+(?:-\w+[ \t]+)*)?(?:ba|z|da|k)?sh\b"
_LOADS = r"\b(?:curl|wget)\b"
_PIPED = re.compile(
    rf"{_LOADS}(?:[^\n|;]|\\\n)*\|[ \t]*{_SHELL}|{_SHELL}[ \t]+(?:-c[ \t]+)?[\"']?(?:<\(|\$\()[ \t]*{_LOADS}"
)
# What is piped on reaches a program, as a login that reads the password from its input.
_ECHOED = re.compile(r"\b(?:echo|printf)\b(?:(?!\$\{\{)[^\n|;&])*\$\{\{[ \t]*secrets\.(?:(?!\|)[^\n])*$", re.MULTILINE)


def dangers(text: str) -> tuple[Finding, ...]:
    """Return them by line; none of a file that cannot be read."""
    try:
        checked = Checked(tree_of(text), load_checked(text))
    except Refusal:
        return ()
    found = [
        checked.finding(rule, message, path, Severity.WARNING)
        for job, content in checked.jobs.items()
        for at, step in enumerate(steps_of(content))
        for rule, message, path in _of_step(checked, ("jobs", job, "steps", at), step)
    ]
    return tuple(sorted(found, key=lambda finding: finding.line))


def _of_step(checked: Checked, path: Path, step: JsonObject) -> Iterator[tuple[str, str, Path]]:
    given, script = step.get("with"), run_of(step)
    if isinstance(checked.model, dict) and "pull_request_target" in events_of(checked.model):
        message = (
            "code of strangers is checked out where `pull_request_target` brings secrets and a token that may write"
        )
        inputs = given if isinstance(given, dict) else {}
        wanted = f"{inputs.get('ref', '')} {inputs.get('repository', '')}"
        if uses_of(step) == "actions/checkout" and _HEAD.search(wanted):
            yield "foreign-code", message, (*path, "with", "ref" if "ref" in inputs else "repository")
        elif _FETCHES.search(script):
            yield "foreign-code", message, (*path, "run")
    if _PIPED.search(script):
        yield "piped-shell", "what is downloaded runs unseen: nothing compares it with a checksum", (*path, "run")
    if _ECHOED.search(script):
        yield "told-secret", "a secret is written out by a script", (*path, "run")
