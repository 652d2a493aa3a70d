"""Can a job ever run? Its `if` is judged under every kind of start that `on` allows.

The logic has three values: what depends on something unknown is unknown, and only a condition that is false for every
start makes a job unreachable.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from orchestrator.edits.workflows.branch_globs import accepts, sample
from orchestrator.edits.workflows.expressions import (
    Call,
    Context,
    Expression,
    ExpressionError,
    Literal,
    Operation,
    condition_source,
    parse,
    walk,
)
from orchestrator.edits.workflows.shape import events_of, needs_of
from orchestrator.models.json import Json, JsonObject

UNKNOWN = object()
_BRANCH, _TAG = "refs/heads/", "refs/tags/"


@dataclass(frozen=True, slots=True)
class Start:
    """One kind of start: the event, and the ref that it runs on ("" = not known)."""

    event: str
    ref: str = ""
    base: str = ""


def starts(workflow: JsonObject, mentioned: tuple[str, ...] = ()) -> tuple[Start, ...]:
    """Return the kinds of start that `on` allows; of refs, samples and the mentioned ones that pass its filters."""
    found: list[Start] = []
    for event, filters in events_of(workflow).items():
        given = filters if isinstance(filters, dict) else {}
        if event == "push":
            found += [Start(event, ref) for ref in _pushed(given, mentioned)]
        elif event in ("pull_request", "pull_request_target"):
            bases = [ref.removeprefix(_BRANCH) for ref in _filtered(given, "branches", _BRANCH, mentioned)]
            ref = "refs/pull/1/merge" if event == "pull_request" else ""
            found += [Start(event, ref or _BRANCH + base, base) for base in bases]
        elif event in ("workflow_dispatch", "workflow_call"):
            found += [Start(event, ref) for ref in (*mentioned, "")]
        else:
            found.append(Start(event))
    return tuple(found)


def is_reachable(workflow: JsonObject, job: str) -> bool:
    """Say whether some start lets the job, and every job that it needs, begin."""
    condition = job_condition(workflow, job)
    if condition is None:
        return True
    return any(judge(condition, start) is not False for start in starts(workflow, mentioned_refs(condition)))


def job_condition(workflow: JsonObject, job: str) -> Expression | None:
    """Return the readable condition of a job, or None."""
    found = workflow.get("jobs", {}).get(job)
    value = found.get("if") if isinstance(found, dict) else None
    source = condition_source(value) if value is not None else None
    if source is None:
        return None
    try:
        return parse(source)
    except ExpressionError:
        return None


def mentioned_refs(condition: Expression) -> tuple[str, ...]:
    """Return the refs that a condition names, in full."""
    found: list[str] = []
    for item in walk(condition):
        parts: tuple[Expression, ...] = item.operands if isinstance(item, Operation) else ()
        behind = ""
        if isinstance(item, Call) and item.name in ("startswith", "contains"):
            parts, behind = item.arguments, "x"
        names = [part for part in parts if isinstance(part, Context) and part.name == "github"]
        if not any(name.names[:1] in (("ref",), ("ref_name",)) for name in names):
            continue
        for part in parts:
            if isinstance(part, Literal) and isinstance(part.value, str):
                found += _full_refs(part.value + behind)
    return tuple(dict.fromkeys(found))


def _full_refs(text: str) -> list[str]:
    return [text] if text.startswith("refs/") else [_BRANCH + text, _TAG + text]


def _pushed(filters: JsonObject, mentioned: tuple[str, ...]) -> Iterator[str]:
    has_branches = "branches" in filters or "branches-ignore" in filters
    has_tags = "tags" in filters or "tags-ignore" in filters
    if has_branches or not has_tags:
        yield from _filtered(filters, "branches", _BRANCH, mentioned)
    if has_tags or not has_branches:
        yield from _filtered(filters, "tags", _TAG, mentioned)


def _filtered(filters: JsonObject, key: str, prefix: str, mentioned: tuple[str, ...]) -> list[str]:
    wanted, unwanted = _patterns(filters.get(key)), _patterns(filters.get(f"{key}-ignore"))
    names = [ref.removeprefix(prefix) for ref in mentioned if ref.startswith(prefix)]
    names += [sample(pattern) for pattern in wanted if not pattern.startswith("!")] or ["some-name"]
    kept = []
    for name in names:
        if wanted and not accepts(wanted, name):
            continue
        if unwanted and accepts(unwanted, name):
            continue
        kept.append(prefix + name)
    return kept


def _patterns(value: Json) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(item) for item in value] if isinstance(value, list) else []


# ---------------------------------------------------------------- three-valued evaluation


def judge(expression: Expression, start: Start) -> bool | None:
    """Return whether a condition holds for a start; None when that depends on something unknown."""
    value = _value(expression, start)
    return None if value is UNKNOWN else bool(value)


def _value(expression: Expression, start: Start) -> object:
    if isinstance(expression, Literal):
        return expression.value
    if isinstance(expression, Context):
        return _context(expression, start)
    if isinstance(expression, Call):
        return _call(expression, start)
    return _operation(expression, start)


def _context(expression: Context, start: Start) -> object:
    if expression.name != "github" or len(expression.steps) != 1:
        return UNKNOWN
    known: Mapping[str, object] = {
        "event_name": UNKNOWN if start.event == "workflow_call" else start.event,
        "ref": start.ref or UNKNOWN,
        "ref_name": start.ref.split("/", 2)[-1] if start.ref else UNKNOWN,
        "ref_type": ("tag" if start.ref.startswith(_TAG) else "branch") if start.ref else UNKNOWN,
        "base_ref": start.base or (UNKNOWN if start.event in ("pull_request", "workflow_call") else ""),
    }
    return known.get(expression.names[0], UNKNOWN) if expression.names else UNKNOWN


def _call(expression: Call, start: Start) -> object:
    if expression.steps:
        return UNKNOWN
    if expression.name == "always":
        return True
    if expression.name not in ("contains", "startswith", "endswith") or len(expression.arguments) != 2:
        return UNKNOWN
    whole, part = (_value(item, start) for item in expression.arguments)
    if not isinstance(whole, str) or not isinstance(part, str):
        return UNKNOWN
    whole, part = whole.lower(), part.lower()
    if expression.name == "contains":
        return part in whole
    return whole.startswith(part) if expression.name == "startswith" else whole.endswith(part)


def _operation(expression: Operation, start: Start) -> object:
    values = [_value(item, start) for item in expression.operands]
    if expression.sign == "!":
        return UNKNOWN if values[0] is UNKNOWN else not values[0]
    left, right = values
    if expression.sign in ("&&", "||"):
        stops = expression.sign == "||"
        if any(value is not UNKNOWN and bool(value) is stops for value in values):
            return left if left is not UNKNOWN and bool(left) is stops else right
        return UNKNOWN if UNKNOWN in values else right
    if UNKNOWN in values or expression.sign not in ("==", "!="):
        return UNKNOWN
    same = (
        str(left).lower() == str(right).lower() if isinstance(left, str) and isinstance(right, str) else left == right
    )
    return same if expression.sign == "==" else not same


def blocked_by(workflow: JsonObject, job: str) -> str | None:
    """Return the job that can never run and so keeps this one from running: itself or one that it needs."""
    seen: set[str] = set()
    waiting = [job]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if not is_reachable(workflow, name):
            return name
        waiting += needs_of(workflow.get("jobs", {}).get(name, {}))
    return None
