"""Which file an action is meant for when nobody names one: the one that has what the action is about.

Only where an action looks is told here by the kind of its files; whether a file fits is what the action itself says of
it. Several that fit are a refusal, because to choose among them would be a guess.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from orchestrator.contracts import Params
from orchestrator.edits.action import Action, Tree
from orchestrator.edits.kinds import DOCKERFILE, WORKFLOW
from orchestrator.edits.propose import propose
from orchestrator.edits.result import EditCode, EditResult, EditStatus, Refusal
from orchestrator.edits.several import At, files_of, is_pattern

_WORKFLOWS = ".github/workflows/"
_BY_KIND: Mapping[frozenset[str], Sequence[str]] = {
    frozenset((WORKFLOW,)): (f"{_WORKFLOWS}*.yml", f"{_WORKFLOWS}*.yaml"),
    frozenset((DOCKERFILE,)): ("Dockerfile", "Dockerfile.*", "*.dockerfile", "Containerfile"),
}
# What a file says that has nothing of what the action is about, or cannot be read at all.
_UNFIT = frozenset(
    (
        EditCode.NOT_FOUND,
        EditCode.PRECONDITION,
        EditCode.FILE_MISSING,
        EditCode.PARSE,
        EditCode.MULTIDOC,
        EditCode.DUP_KEY,
    )
)
_LISTED = 5


def places(action: Action[Any]) -> Sequence[str]:
    """Return the patterns of the files that an action looks at by itself; Refusal E_PARAM when any may be meant."""
    found = action.places or _BY_KIND.get(action.kinds, ())
    if not found:
        kinds = ", ".join(sorted(action.kinds))
        raise Refusal(EditCode.PARAM, f"{action.name} may be meant for any {kinds} file", hint="name the file")
    return found


def candidates(action: Action[Any], tree: Tree) -> tuple[str, ...]:
    """Return the files that may be meant: those in the usual places, else those of the same names in any folder."""
    patterns = places(action)
    found = _there(tree, patterns) or _there(tree, [f"**/{name}" for name in patterns if "/" not in name])
    if not found and action.creates:
        return (patterns[0],)
    if not found:
        raise Refusal(EditCode.FILE_MISSING, f"{action.name} finds no file: there is no {' or '.join(patterns)}")
    return found


def lockable(action: Action[Any], tree: Tree) -> tuple[str, ...]:
    """Return what may be written, whichever file it will be by then: a folder ends with `/`."""
    if any(pattern.startswith(_WORKFLOWS) for pattern in places(action)):
        return (_WORKFLOWS,)
    try:
        return candidates(action, tree)
    except Refusal:
        return tuple(name for name in places(action) if not is_pattern(name))  # an earlier task may make it


def discover(action: Action[Any], tree: Tree, at: At, params: Params) -> tuple[str, ...]:
    """Return the one file that an action has something to do in, else those where all is as wanted.

    Refusal E_AMBIGUOUS when there are several, and that of the first file when none fits.
    """
    found = candidates(action, tree)
    if len(found) == 1:
        return found
    results = {path: propose(action, at(path), params) for path in found}
    fitting = [path for path, result in results.items() if result.code not in _UNFIT]
    waiting = [path for path in fitting if results[path].status is not EditStatus.ALREADY]
    if not fitting:
        raise _none(results)
    if len(waiting) > 1:
        pattern = next((name for name in places(action) if is_pattern(name)), None)
        hint = "name one of them" + (f", or all by a pattern: '{pattern}'" if pattern else "")
        raise Refusal(EditCode.AMBIGUOUS, f"{action.name} fits several files: {_listed(waiting)}", hint=hint)
    return tuple(waiting or fitting)


def files_for(action: Action[Any], target: str | None, tree: Tree, at: At, params: Params) -> tuple[str, ...]:
    """Return the files that a target stands for, or without one those that the action finds."""
    return discover(action, tree, at, params) if target is None else files_of(target, tree)


def with_place(result: EditResult, target: str | None, files: Sequence[str]) -> EditResult:
    """Return a result that says which file was found, when nobody named one."""
    if target is not None or len(files) != 1:
        return result
    return replace(result, reason=f"{files[0]}: {result.reason}")


def _there(tree: Tree, patterns: Sequence[str]) -> tuple[str, ...]:
    found = dict.fromkeys(path for pattern in patterns for path in tree.glob(pattern))
    return tuple(path for path in found if "node_modules" not in path.split("/"))


def _none(results: Mapping[str, EditResult]) -> Refusal:
    nearest = [each for each in results.items() if each[1].code is not EditCode.NOT_FOUND]
    path, first = (nearest or list(results.items()))[0]
    code = first.code or EditCode.NOT_FOUND
    return Refusal(code, f"none of {len(results)} files fits: {path}: {first.reason}", hint=first.hint)


def _listed(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - _LISTED} more" if len(paths) > _LISTED else ""
    return ", ".join(paths[:_LISTED]) + more
