"""Programs that `orchestrate edit` asks: what an action wants to know, and what installed checkers find."""

import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from orchestrator.edits.gates import GATES, verdict
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import EditCode, EditResult, refused
from orchestrator.handlers.config_edit_gates import write_pair

_SECONDS = 60


def answers(questions: Mapping[str, Sequence[str]], root: Path) -> dict[str, str]:
    """Run what the action wants to know; a program that is missing, slow or fails gives no answer."""
    found: dict[str, str] = {}
    for name, argv in questions.items():
        done = _run(argv, root)
        if done is not None and done.returncode == 0:
            found[name] = done.stdout.strip()
    return found


def pass_gates(result: EditResult, root: Path) -> EditResult:
    """Return the result with what is only advice, or the refusal that names the first new finding of a checker."""
    warnings = list(result.warnings)
    for edit in result.edits:
        if edit.kind != WORKFLOW:
            continue
        with tempfile.TemporaryDirectory(prefix="orchestrate-gates-") as folder:
            paths = write_pair(folder, edit)
            for gate in GATES:
                done = _run([gate.program, *gate.words, *paths], root)
                mistake, more = (None, []) if done is None else verdict(gate.program, gate.new(done.stdout))
                if mistake is not None:
                    hint = "`--with validators=native` lets it pass"
                    return refused(EditCode.VALIDATOR, f"{edit.path}: {mistake}", hint=hint)
                warnings += more
    return replace(result, warnings=tuple(warnings))


def _run(argv: Sequence[str], root: Path) -> subprocess.CompletedProcess[str] | None:
    program = shutil.which(argv[0])
    if program is None:
        return None
    try:
        return subprocess.run(
            [program, *argv[1:]], cwd=root, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return None
