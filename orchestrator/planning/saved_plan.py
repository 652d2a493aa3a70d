"""`plan --out FILE`: a plan with the hashes of all that it was made from, so that `run --plan` does exactly that.

What a reviewer approves in a pull request is this file. When anything that it was made from has changed since, the run
is refused and the changes are named; nobody runs something else than what was approved.
"""

from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct, field

from orchestrator.contracts import Templates
from orchestrator.errors import Drift, UsageError
from orchestrator.models.json import Json, JsonObject
from orchestrator.models.plan import Plan
from orchestrator.planning.definitions import digest
from orchestrator.planning.plan_json import plan_from_json, plan_to_json

KIND = "orchestrate-plan"
FORMAT = 1
MOST_NAMED = 10


class Basis(Struct, frozen=True, kw_only=True):
    """What a plan was made from, as hashes.

    `templates` by name, `handlers` (their versions) by type, `targets` (files that tasks read or write) by path; None
    stands for a file or handler that does not exist.
    """

    document: str
    templates: Mapping[str, str] = field(default_factory=dict)
    handlers: Mapping[str, str | None] = field(default_factory=dict)
    targets: Mapping[str, str | None] = field(default_factory=dict)


class SavedPlan(Struct, frozen=True, kw_only=True):
    """A plan, what it was made from, and the changes that it proposed (`path`, `before`, `after`, `diff` of each)."""

    plan: Plan
    basis: Basis
    proposed: tuple[JsonObject, ...] = ()


def take_basis(
    plan: Plan,
    *,
    document_hash: str,
    templates: Templates,
    handler_version: Callable[[str], str | None],
    hash_target: Callable[[str], str | None],
) -> Basis:
    """Return how everything stands now that a plan depends on.

    `handler_version` returns the version for a task type, `hash_target` the hash of a file, or of all that lies below a
    path with a `/` at its end. A template belongs to a plan when a param names it.
    """
    named = {text for task in plan.tasks for text in _texts(task.params)}
    paths = {path for task in plan.tasks for path in (*task.targets.reads, *task.targets.writes)}
    return Basis(
        document=document_hash,
        templates={name: templates.source_hash(name) for name in sorted(named) if templates.has(name)},
        handlers={type_: handler_version(type_) for type_ in sorted({task.handler for task in plan.tasks})},
        targets={path: hash_target(path) for path in sorted(paths)},
    )


def save_plan(saved: SavedPlan) -> dict[str, Json]:
    """Return the content of the file."""
    basis = saved.basis
    content: dict[str, Json] = {
        "kind": KIND,
        "format": FORMAT,
        "plan": plan_to_json(saved.plan),
        "basis": {
            "document": basis.document,
            "templates": dict(basis.templates),
            "handlers": dict(basis.handlers),
            "targets": dict(basis.targets),
        },
        "proposed": [dict(change) for change in saved.proposed],
    }
    return {**content, "digest": digest(content)}


def load_saved(content: Json) -> SavedPlan:
    """Return what `save_plan` wrote; UsageError when the file is something else, Drift when it was edited."""
    if not isinstance(content, dict) or content.get("kind") != KIND or content.get("format") != FORMAT:
        message = "this file is no saved plan of this version"
        raise UsageError(message, hint="orchestrate plan --out FILE")
    body = {name: value for name, value in content.items() if name != "digest"}
    if content.get("digest") != digest(body):
        message = "the saved plan was edited after it was written"
        raise Drift(message, hint="orchestrate plan --out FILE")
    basis = content["basis"]
    return SavedPlan(
        plan=plan_from_json(content["plan"]),
        basis=Basis(
            document=basis["document"],
            templates=basis["templates"],
            handlers=basis["handlers"],
            targets=basis["targets"],
        ),
        proposed=tuple(content["proposed"]),
    )


def check_saved(saved: SavedPlan, now: Basis) -> tuple[str, ...]:
    """Return what has changed since the plan was saved, in words; empty when it can be run as it is."""
    return tuple(_changed(saved.basis, now))


def refuse_changed(saved: SavedPlan, now: Basis) -> None:
    """Raise Drift that names what has changed since the plan was saved."""
    found = check_saved(saved, now)
    if found:
        more = f"; and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
        message = f"the plan is out of date: {'; '.join(found[:MOST_NAMED])}{more}"
        raise Drift(message, hint="look at it again: orchestrate plan --diff --out FILE")


def _changed(before: Basis, now: Basis) -> Iterator[str]:
    if before.document != now.document:
        yield "the document has changed"
    yield from _differences("template", before.templates, now.templates)
    yield from _differences("handler", before.handlers, now.handlers)
    yield from _differences("file", before.targets, now.targets)


def _differences(kind: str, before: Mapping[str, str | None], now: Mapping[str, str | None]) -> Iterator[str]:
    for name in sorted({*before, *now}):
        old, new = before.get(name), now.get(name)
        if old == new:
            continue
        if new is None:
            yield f"{kind} {name} is gone"
        elif old is None:
            yield f"{kind} {name} is there now"
        else:
            yield f"{kind} {name} has changed"


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
