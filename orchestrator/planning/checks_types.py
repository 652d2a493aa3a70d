"""Checks that ask the plug-ins: types exist, their params fit, and what each handler says about its task."""

import re
from collections import abc
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from orchestrator.contracts import CheckScene, Handler, Params
from orchestrator.errors import MissingTool, OrchestrateError, Problem, Severity
from orchestrator.models.document import Check
from orchestrator.models.json import Json
from orchestrator.models.plan import Targets
from orchestrator.planning.document_rules import TASK_KEYS
from orchestrator.planning.nodes import AnyNode, Mapping, Sequence, locate, node_at
from orchestrator.planning.other_tools import advice_for_type
from orchestrator.planning.outline import Outline, TaskEntry, problem_at
from orchestrator.planning.shape import PARAM_CODES, check_shape
from orchestrator.planning.suggest import nearest, one_of
from orchestrator.planning.synthetic import empty_map, value_at
from orchestrator.plugins import OWN_PACKAGE, Catalogue
from orchestrator.templating.dynamic import holds_expression

# Named by the shipped roadmap, without a handler in this version: they are planned but not run.
COMING_HANDLERS = ("agent", "config_edit", "test_generation")
_KINDS = {
    "handlers": ("E301", "task type", COMING_HANDLERS),
    "checkpoints": ("E302", "checkpoint type", ()),
    "guards": ("E303", "guard type", ()),
}
_CHECK_KEYS = frozenset(Check.model_fields)
_PARAM = re.compile(r"`([A-Za-z_][A-Za-z0-9_]*)`")
_ONCE = frozenset({"W511", "W512"})  # true whichever task it is told at
_NAMED = 40  # ids in one hint


class TypeChecks:
    """Checks every task, checkpoint and guard; `targets` and `missing` hold what sound tasks touch and miss."""

    def __init__(self, outline: Outline, root: Mapping, catalogue: Catalogue, scene: CheckScene) -> None:
        self.problems: list[Problem] = []
        self.targets: dict[str, tuple[Mapping, Targets]] = {}
        self.missing: dict[str, tuple[Mapping, abc.Mapping[str, str]]] = {}
        self._catalogue = catalogue
        self._scene = scene
        self._usable: dict[tuple[str, str], bool] = {}
        self._missing: dict[str, list[tuple[str, Problem]]] = {}  # by message: ids of tasks
        self._owners(outline, root)
        for task in outline.tasks():
            self._task(task)
        self._tell_missing()

    def _owners(self, outline: Outline, root: Mapping) -> None:
        owners: list[Mapping] = [root]
        for phase in outline.phases:
            owners += [phase.node, *(group.node for group in phase.groups)]
        for owner in owners:
            for entry in _entries(owner, "guards"):
                self._plugin("guards", entry.get("type"))
            for entry in _entries(owner, "checkpoint"):
                self._checkpoint(entry, entry.get("type"))

    # ------------------------------------------------------------ tasks

    def _task(self, task: TaskEntry) -> None:
        for entry in _entries(task.node, "verify"):
            self._checkpoint(entry, entry.get("type") or value_at(entry, "command"))
        node = task.node.get("type")
        if not self._plugin("handlers", node):
            if task.type in COMING_HANDLERS and self._catalogue.find("handlers", task.type) is None:
                place = node or task.node
                self._note(task, [problem_at("W510", f"no handler for type {task.type} is installed", place)])
            self.problems += _misspelt(task.node)
            return
        handler = self._catalogue.handler(task.type)
        params_node = params_of(task.node)
        params, problems = check_shape(
            handler.params_model, params_node, codes=PARAM_CODES, also_known=tuple(sorted(TASK_KEYS)), ignore=_is_open
        )
        self.problems += problems
        self.problems += _interpolated_verbatim(handler, params_node)
        if params is None or _is_open(params_node.value):
            return
        found = self._ask(handler, task.type, params, node or task.node)
        self._note(task, [_placed(problem, params_node, node or task.node) for problem in found[0]])
        self.targets[task.id] = (params_node, found[1])
        if not any(problem.severity is Severity.ERROR for problem in found[0]):
            missing = handler.missing(params, self._scene.root)
            if missing:
                self.missing[task.id] = (params_node, missing)

    def _note(self, task: TaskEntry, problems: Iterable[Problem]) -> None:
        """Note what a handler says; what holds whatever the task does with it is told once for all tasks."""
        for problem in problems:
            if problem.code == "W510":
                self._missing.setdefault(problem.message, []).append((task.id, problem))
            elif problem.code not in _ONCE or problem.message not in {each.message for each in self.problems}:
                self.problems.append(problem)

    def _ask(
        self, handler: Handler[Params], type_: str, params: Params, node: AnyNode
    ) -> tuple[list[Problem], Targets]:
        """Ask a handler about sound params. A foreign one that breaks is a finding; one of ours that does is a bug."""
        try:
            return list(handler.check(params, self._scene)), handler.targets(params, self._scene.root)
        except OrchestrateError as error:
            return [Problem(code="E309", message=error.message, hint=error.hint)], Targets()
        except Exception as error:
            plugin = self._catalogue.find("handlers", type_)
            if plugin is None or plugin.package == OWN_PACKAGE:
                raise
            message = f"the handler {type_} of package {plugin.package} broke while it checked: {error!r}"
            return [problem_at("E308", message, node)], Targets()

    # ------------------------------------------------------------ checkpoints

    def _checkpoint(self, entry: Mapping, type_node: AnyNode | None) -> None:
        if not self._plugin("checkpoints", type_node) or type_node is None:
            return
        model = self._catalogue.checkpoint(str(type_node.value)).params_model
        params = empty_map(entry)
        for name, (key, value) in entry.entries.items():
            if name not in _CHECK_KEYS:
                params.put(key, value, name)
        known = tuple(sorted(_CHECK_KEYS))
        self.problems += check_shape(model, params, codes=PARAM_CODES, also_known=known, ignore=_is_open)[1]

    # ------------------------------------------------------------ plug-ins

    def _plugin(self, kind: str, node: AnyNode | None) -> bool:
        """Say whether the plug-in that `node` names can be asked; note once per type why not."""
        if node is None or not isinstance(node.value, str) or not node.value:
            return False  # told by the shape check
        name = node.value
        unknown, what, coming = _KINDS[kind]
        if self._catalogue.find(kind, name) is None:
            if name in coming:
                return False  # told once for all of them
            options = [each.name for each in self._catalogue.installed(kind)]
            hint = advice_for_type(name, options) or one_of(name, options, f"{what}s")
            hint = hint if options else f"no {kind} are installed"
            self.problems.append(problem_at(unknown, f"unknown {what} `{name[:60]}`", node, hint))
            return False
        if (kind, name) not in self._usable:
            self._usable[kind, name] = self._can_load(kind, name, node)
        return self._usable[kind, name]

    def _can_load(self, kind: str, name: str, node: AnyNode) -> bool:
        try:
            if kind == "handlers":
                self._catalogue.handler(name)
            elif kind == "checkpoints":
                self._catalogue.checkpoint(name)
            else:
                self._catalogue.guard(name)
        except MissingTool as error:
            self.problems.append(problem_at("E308", error.message, node, error.hint))
            return False
        return True

    def _tell_missing(self) -> None:
        for message, found in self._missing.items():
            count = "" if len(found) == 1 else f" ({len(found)} tasks, this is the first)"
            names = [name for name, _ in found]
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            hint = f"`run` refuses {', '.join(names[:_NAMED])}{more}"
            self.problems.append(replace(found[0][1], message=message + count, hint=hint))


def params_of(task: Mapping) -> Mapping:
    """Return the handler's params as one map: those under `with:` and those directly on the task."""
    params = empty_map(task)
    given = task.get("with")
    for name, (key, value) in given.entries.items() if isinstance(given, Mapping) else ():
        params.put(key, value, name)
    for name, (key, value) in task.entries.items():
        if name not in TASK_KEYS:
            params.put(key, value, name)
    return params


def _entries(owner: Mapping, name: str) -> Iterator[Mapping]:
    node = owner.get(name)
    if isinstance(node, Sequence):
        yield from (item for item in node.items if isinstance(item, Mapping))


def _is_open(value: Json) -> bool:
    """Say whether a value is known only when its expressions have been evaluated."""
    try:
        return holds_expression(value)
    except OrchestrateError:  # an expression that is never closed: told when it is evaluated
        return True


def _interpolated_verbatim(handler: Handler[Params], params: Mapping) -> list[Problem]:
    """Refuse expressions in texts that a handler takes as code: a value with a quote in it would become code, too."""
    found = []
    for name in sorted(handler.verbatim):
        node = node_at(params, (name,))
        if node is not None and isinstance(node.value, str) and ("{{" in node.value or "{%" in node.value):
            message = f"`{name}`: nothing is interpolated into this text, because it is run as code"
            hint = 'give the value by env: {NAME: "{{ … }}"} and write "$NAME"'
            found.append(Problem(code="E309", message=message, place=locate(params, (name,)), hint=hint))
    return found


def _placed(problem: Problem, params: Mapping, otherwise: AnyNode) -> Problem:
    """Give a handler's problem its place: the param that its message starts with."""
    if problem.place is not None:
        return problem
    named = _PARAM.match(problem.message)
    if named and node_at(params, (named.group(1),)) is not None:
        return replace(problem, place=locate(params, (named.group(1),)))
    return replace(problem, place=otherwise.place())


def _misspelt(task: Mapping) -> Iterator[Problem]:
    """Yield keys that nobody can judge without the handler, but that nearly are keys of every task."""
    for name, (key, _) in task.entries.items():
        near = nearest(name, TASK_KEYS) if name not in TASK_KEYS and len(name) > 3 else None
        if near is not None:
            yield problem_at("W505", f"`{name}` is taken as a param of the handler", key, f"did you mean `{near}`?")
