"""Rules between the keys of a document that no single model can tell, each problem at its place.

They read the tree, so they hold for the sound parts of a document whose other parts are wrong.
"""

from collections.abc import Iterator

from pydantic import ValidationError

from orchestrator.errors import Problem, Severity
from orchestrator.models.document import Param, Settings, Task
from orchestrator.planning.nodes import AnyNode, Mapping, Scalar, Sequence
from orchestrator.planning.params import misfit
from orchestrator.planning.shape import check_shape
from orchestrator.planning.suggest import one_of

TASK_KEYS = frozenset(field.alias or name for name, field in Task.model_fields.items())


def check_rules(root: Mapping) -> list[Problem]:
    """Return what is wrong between keys: params and their defaults, profiles, foreach, params given twice."""
    return [*_params(root), *_profiles(root), *_groups(root)]


def children(parent: AnyNode | None, name: str) -> Iterator[tuple[int, Mapping]]:
    """Yield the maps of a list with their index; nothing when the list is missing or is none."""
    nodes = parent.get(name) if isinstance(parent, Mapping) else None
    if isinstance(nodes, Sequence):
        for index, node in enumerate(nodes.items):
            if isinstance(node, Mapping):
                yield index, node


def _problem(code: str, message: str, node: AnyNode, hint: str | None = None) -> Problem:
    severity = Severity.WARNING if code.startswith("W") else Severity.ERROR
    return Problem(code=code, message=message, place=node.place(), hint=hint, severity=severity)


# ---------------------------------------------------------------- params


def _declared(root: Mapping) -> dict[str, Param]:
    """Return the params whose declarations are well-formed."""
    declared: dict[str, Param] = {}
    params = root.get("params")
    if isinstance(params, Mapping):
        for name, value in params.value.items():
            try:
                declared[name] = Param.model_validate(value)
            except ValidationError:  # told by the shape check already
                continue
    return declared


def _params(root: Mapping) -> Iterator[Problem]:
    params = root.get("params")
    for name, param in _declared(root).items():
        node = params.get(name) if isinstance(params, Mapping) else None
        if not isinstance(node, Mapping):
            continue
        for bound in ("minimum", "maximum"):
            if bound in node.entries and param.type not in ("integer", "number"):
                message = f"`{bound}` has no meaning for a param of type {param.type}"
                yield _problem("E109", message, node.entries[bound][0], "remove it, or set `type: integer`")
        if param.minimum is not None and param.maximum is not None and param.minimum > param.maximum:
            yield _problem("E109", "`minimum` is larger than `maximum`", node.entries["minimum"][1])
        unbound = param.model_copy(update={"choices": []})
        choices = node.get("choices")
        for choice in choices.items if isinstance(choices, Sequence) else []:
            if reason := misfit(unbound, choice.value):
                yield _problem("E108", f"a choice of param `{name}` {reason}", choice)
        if param.default is not None and (reason := misfit(param, param.default)):
            yield _problem("E108", f"the default of param `{name}` {reason}", node.entries["default"][1])


# ---------------------------------------------------------------- profiles


def _profiles(root: Mapping) -> Iterator[Problem]:
    profiles = root.get("profiles")
    if not isinstance(profiles, Mapping):
        return
    declared = _declared(root)
    for _, profile in profiles.entries.values():
        if isinstance(profile, Mapping):
            yield from _profile(profile, declared)


def _profile(profile: Mapping, declared: dict[str, Param]) -> Iterator[Problem]:
    settings = profile.get("settings")
    if isinstance(settings, Mapping):
        yield from check_shape(Settings, settings)[1]
    values = profile.get("params")
    for name, (key, node) in values.entries.items() if isinstance(values, Mapping) else ():
        if name not in declared:
            yield _problem("E110", f"there is no param `{name[:60]}`", key, one_of(name, list(declared), "params"))
        elif reason := misfit(declared[name], node.value):
            yield _problem("E108", f"param `{name}` {reason}", node)
    known = [*Settings.model_fields, *declared]
    lock = profile.get("lock")
    for node in lock.items if isinstance(lock, Sequence) else ():
        if isinstance(node, Scalar) and node.value not in known:
            message = f"`{node.text[:60]}` is neither a setting nor a param"
            yield _problem("E110", message, node, one_of(node.text, known, "known"))


# ---------------------------------------------------------------- groups and tasks


def _groups(root: Mapping) -> Iterator[Problem]:
    for _, phase in children(root, "phases"):
        for _, group in children(phase, "groups"):
            if "max_parallel" in group.entries and group.value.get("execution", "sequential") == "sequential":
                message = "`max_parallel` has no effect in a sequential group"
                yield _problem("W507", message, group.entries["max_parallel"][0], "set `execution: parallel`")
            for _, task in children(group, "tasks"):
                yield from _task(task)


def _task(task: Mapping) -> Iterator[Problem]:
    foreach = task.get("foreach")
    if isinstance(foreach, Mapping) and ("glob" in foreach.entries) == ("items" in foreach.entries):
        both = "glob" in foreach.entries
        message = "`foreach` takes `glob` or `items`, not both" if both else "`foreach` needs `glob` or `items`"
        yield _problem("E109", message, task.entries["foreach"][0], 'glob: "src/**/*.ts"')
    given = task.get("with")
    if isinstance(given, Mapping):
        for name in task.entries.keys() - TASK_KEYS:
            if name in given.entries:
                message = f"`{name}` stands under `with:` and directly on the task"
                first = given.entries[name][0].line + 1
                yield _problem("E307", message, task.entries[name][0], f"remove one; the other is at line {first}")
