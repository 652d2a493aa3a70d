"""Let the checkers that are installed judge an edited workflow before it is written."""

import asyncio
import os
import tempfile
from dataclasses import replace

from orchestrator.contracts import TaskContext
from orchestrator.edits.gates import AFTER, BEFORE, GATES, Gate, verdict
from orchestrator.edits.kinds import WORKFLOW
from orchestrator.edits.result import EditCode, EditResult, FileEdit, refused

_SECONDS = 60.0
_TO_FILE = 'exec "$@" > "$FOUND"'  # what a checker prints may be longer than what is kept of a child's output
_FEWEST = "on: push\njobs: {a: {runs-on: ubuntu-latest, permissions: {}, steps: [{run: a}]}}\n"


async def pass_gates(result: EditResult, context: TaskContext) -> EditResult:
    """Return the result with what is only advice, or the refusal that names the first new finding."""
    gates = [gate for gate in GATES if context.processes.find(gate.program) is not None]
    warnings = list(result.warnings)
    for edit in result.edits if gates else ():
        if edit.kind != WORKFLOW:
            continue
        with tempfile.TemporaryDirectory(prefix="orchestrate-gates-") as folder:
            paths = write_pair(folder, edit)
            for gate in gates:
                mistake, more = await _judge(gate, folder, paths, context)
                if mistake is not None:
                    hint = "`validators: native` lets it pass"
                    return refused(EditCode.VALIDATOR, f"{edit.path}: {mistake}", hint=hint)
                warnings += more
    return replace(result, warnings=tuple(warnings))


def write_pair(folder: str, edit: FileEdit) -> list[str]:
    """Write both texts where checkers expect workflows; a new file is compared with the shortest one that is clean."""
    home = os.path.join(folder, ".github", "workflows")
    os.makedirs(home)
    paths = [os.path.join(home, name) for name in (BEFORE, AFTER)]
    for path, text in zip(paths, (edit.before or _FEWEST, edit.after), strict=True):
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    return paths


async def _judge(gate: Gate, folder: str, paths: list[str], context: TaskContext) -> tuple[str | None, list[str]]:
    found = os.path.join(folder, f"{gate.program}.json")
    argv = ["sh", "-c", _TO_FILE, "sh", gate.program, *gate.words, *paths]
    try:
        async with asyncio.timeout(_SECONDS) as limit:
            await context.processes.run(argv, env={"FOUND": found})
    except TimeoutError:
        if not limit.expired():
            raise
        return None, [f"{gate.program} took more than {_SECONDS:.0f} s and was not waited for"]
    return verdict(gate.program, gate.new(_text(found)))


def _text(path: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()
