"""One action on several files, named one by one or by a pattern: all of them are edited, or none.

Of files that a pattern finds, those that have nothing of what the action is about are passed over; any other refusal
is the refusal of the whole.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from orchestrator.contracts import Params
from orchestrator.edits.action import Action, Scene, Tree
from orchestrator.edits.missing import plan_or_skip, still_missing
from orchestrator.edits.propose import propose
from orchestrator.edits.result import EditCode, EditResult, EditStatus, Refusal, already, changed

_LISTED = 5
At = Callable[[str], Scene]  # the scene in which a file is the target


def is_pattern(target: str) -> bool:
    """Say whether a target stands for whatever files match it."""
    return "*" in target or "?" in target


def files_of(target: str, tree: Tree) -> tuple[str, ...]:
    """Return the files that a target stands for; a path stands for itself, whether it is there or not."""
    if not is_pattern(target):
        return (target,)
    found = tree.glob(target)
    if not found:
        raise Refusal(EditCode.FILE_MISSING, f"no file matches {target}")
    return found


def propose_all(action: Action[Any], files: Sequence[str], at: At, params: Params) -> EditResult:
    """Return the proven result of an action on some files as one."""
    if len(files) == 1:
        return propose(action, at(files[0]), params)
    results = [(path, propose(action, at(path), params)) for path in files]
    met = [(path, result) for path, result in results if result.went_well]
    failed = [(path, result) for path, result in results if not result.went_well]
    worst = [item for item in failed if item[1].code is not EditCode.NOT_FOUND] or ([] if met else failed)
    if worst:
        path, result = worst[0]
        more = f" (and {len(worst) - 1} more)" if len(worst) > 1 else ""
        return replace(result, reason=f"{path}: {result.reason}{more}")
    done = [(path, result) for path, result in met if result.status is EditStatus.CHANGED]
    duties = [duty for _, result in met for duty in result.duties]
    warnings = [f"{path}: {text}" for path, result in met for text in result.warnings]
    if not done:
        return already(f"{_files(len(met))} as wanted: {_reasons(met)}", duties=duties, warnings=warnings)
    edits = [edit for _, result in done for edit in result.edits]
    told = f"{len(done)} of {_files(len(files))}: {_reasons(done)}"
    return changed(told, edits, duties=list(dict.fromkeys(duties)), warnings=warnings)


def unmet(action: Action[Any], files: Sequence[str], at: At, params: Params) -> str | None:
    """Return what an action would still change, or of its post-condition is missing, on some files; None if nothing."""
    return next(_unmet(action, files, at, params), None)


def _unmet(action: Action[Any], files: Sequence[str], at: At, params: Params) -> Iterator[str]:
    for path in files:
        try:
            again = plan_or_skip(action, at(path), params)
            is_met = again.status is EditStatus.ALREADY
            missing = still_missing(action, at(path), params) if is_met else again.reason
        except Refusal as refusal:
            is_passed = len(files) > 1 and refusal.code is EditCode.NOT_FOUND
            missing = None if is_passed else f"{refusal.code}: {refusal.reason}"
        if missing is not None:
            yield missing if len(files) == 1 else f"{path}: {missing}"


def _files(number: int) -> str:
    return f"{number} file{'' if number == 1 else 's'}"


def _reasons(results: Sequence[tuple[str, EditResult]]) -> str:
    listed = "; ".join(f"{path}: {result.reason}" for path, result in results[:_LISTED])
    return listed + (f"; and {len(results) - _LISTED} more" if len(results) > _LISTED else "")
