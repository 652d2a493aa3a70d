"""What `orchestrate edit` does: plan an edit, prove it, show it, and write it when that is wanted."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from orchestrator.cli.edit_gates import answers, pass_gates
from orchestrator.cli.edit_tree import EditTree
from orchestrator.cli.places import existing_folder, repository_root
from orchestrator.cli.present import look_of
from orchestrator.edits.action import Scene
from orchestrator.edits.discovery import files_for, with_place
from orchestrator.edits.pins import OVERRIDES, shipped_pins
from orchestrator.edits.propose import read_params
from orchestrator.edits.registry import find_action
from orchestrator.edits.result import EditCode, EditResult, EditStatus, Refusal, refused
from orchestrator.edits.several import propose_all
from orchestrator.edits.yaml.model import load_model
from orchestrator.errors import Drift, ExitCode, UsageError
from orchestrator.models.json import Json
from orchestrator.reporters.diff_view import render_diffs
from orchestrator.reporters.wrapping import wrap
from orchestrator.sanitize import line
from orchestrator.workspace.diff import diffs_of

_USAGE = frozenset({EditCode.PARAM, EditCode.FILE_MISSING})


class Wanted(Struct, frozen=True, kw_only=True):
    """An action by its name, the files that it is for, and its params as they were typed."""

    action: str
    targets: Sequence[str]
    params: Sequence[str]


def edit(directory: Path | None, wanted: Wanted, *, diff: bool, write: bool, as_json: bool) -> ExitCode:
    """Carry one edit out and return what it came to."""
    here = existing_folder(directory) if directory is not None else Path.cwd()
    root = repository_root(here)
    tree = EditTree(root)
    try:
        result = _result(
            tree, root, wanted.action, [_inside(root, here, each) for each in wanted.targets], wanted.params
        )
        if write:
            result = _written(tree, result)
        if as_json:
            _show_json(wanted.action, result, written=write and bool(result.edits))
        else:
            _show(tree, result, diff=diff or not write, written=write)
    finally:
        tree.close()
    return _exit_code(result)


def _result(tree: EditTree, root: Path, name: str, targets: list[str], given: Sequence[str]) -> EditResult:
    try:
        action = find_action(name)
        params = read_params(action, _params(given))
        overrides = tree.read_text(OVERRIDES) if tree.exists(OVERRIDES) else None
        pins = shipped_pins() if overrides is None else shipped_pins().overridden(overrides)
        said = answers(action.asks(params), root)

        def at(path: str) -> Scene:
            return Scene(path, tree, pins, said)

        files = list(
            dict.fromkeys(path for each in (targets or (None,)) for path in files_for(action, each, tree, at, params))
        )
        result = with_place(propose_all(action, files, at, params), targets[0] if targets else None, files)
        return pass_gates(result, root) if getattr(params, "validators", "native") == "found" else result
    except Refusal as refusal:
        return refused(refusal.code, refusal.reason, hint=refusal.hint)


def _written(tree: EditTree, result: EditResult) -> EditResult:
    """Write the edits; the refusal E_STALE when a file is no longer the one that was read."""
    try:
        tree.write(result.edits)
    except Drift as drift:
        return refused(EditCode.STALE, drift.message, hint="nothing was written; run it again")
    return result


def _inside(root: Path, here: Path, target: str) -> str:
    """Return the target relative to the root; UsageError when it lies elsewhere."""
    path = os.path.relpath(os.path.normpath(here / target), root).replace(os.sep, "/")
    if path.split("/")[0] == "..":
        message = f"{target} is not below {root}"
        raise UsageError(message, hint="start in the repository of the file")
    return path


def _params(given: Sequence[str]) -> dict[str, Json]:
    """Return the params; `a.b=1` is the key b of a."""
    params: dict[str, Json] = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name.strip("."):
            message = f"--with {text}: a param is given as NAME=VALUE"
            raise UsageError(message, hint="--with mode=set --with thresholds.services=70")
        holder = params
        *above, last = name.split(".")
        for step in above:
            holder = holder.setdefault(step, {})
            if not isinstance(holder, dict):
                message = f"--with {text}: {step} has a value of its own already"
                raise UsageError(message)
        holder[last] = _value(value)
    return params


def _value(text: str) -> Json:
    """Read a value as YAML; what is none (`>=20`, `*.ts`) is a text."""
    try:
        return load_model(text) if text else ""
    except Refusal:
        return text


def _show(tree: EditTree, result: EditResult, *, diff: bool, written: bool) -> None:
    """Print the diff to standard output, so that `git apply` can take it, and the words to standard error."""
    if diff and result.edits:
        diffs = [one for edit in result.edits for one in diffs_of(edit.path, tree.node(edit.path), tree.edited(edit))]
        sys.stdout.write(render_diffs(diffs, look_of(sys.stdout)))
        sys.stdout.flush()
    done = "" if written or not result.edits else " (nothing is written without --write)"
    code = f"{result.code}: " if result.code else ""
    said = [("", f"{result.status}: {code}{line(result.reason)}{done}")]
    said += [("  ", f"hint: {line(result.hint)}")] if result.hint else []
    said += [("", f"warning: {line(warning)}") for warning in result.warnings]
    columns = look_of(sys.stderr).width
    for duty in result.duties:
        said.append(("", f"to do: {line(duty.text)}"))
        said += [("  $ ", line(duty.command))] if duty.command else []
    for first, text in said:
        width = 0 if "$" in first else columns  # a command is never broken: it is there to be copied
        sys.stderr.write("\n".join(wrap(text, width, first=first, then="  " + first)) + "\n")


def _show_json(action: str, result: EditResult, *, written: bool) -> None:
    content: dict[str, Any] = {
        "schema_version": 1,
        "command": "edit",
        "action": action,
        "status": result.status,
        "code": result.code,
        "reason": result.reason,
        "hint": result.hint,
        "written": written,
        "files": [edit.path for edit in result.edits],
        "diff": result.diff(),
        "warnings": list(result.warnings),
        "duties": [{"kind": duty.kind, "text": duty.text, "command": duty.command} for duty in result.duties],
    }
    sys.stdout.write(json.dumps(content, indent=2) + "\n")


def _exit_code(result: EditResult) -> ExitCode:
    if result.status in (EditStatus.CHANGED, EditStatus.ALREADY):
        return ExitCode.OK
    if result.code is EditCode.STALE:
        return ExitCode.DRIFT
    return ExitCode.USAGE if result.code in _USAGE else ExitCode.FAILED
