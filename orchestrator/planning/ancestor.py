"""The older layout (`orchestrator:`, `phase_N:`, `group_x:` maps) rewritten as a native tree.

Values keep their nodes, so a message about a converted document points into the file as it is written. Every key of
the old layout has a meaning here; an unknown one is an error.
"""

import re
from collections.abc import Callable, Iterable

from orchestrator.errors import Problem
from orchestrator.models.document import Group, Phase, Task
from orchestrator.models.json import Json
from orchestrator.planning.ancestor_checks import measured_first, validation_to_check
from orchestrator.planning.nodes import AnyNode, Mapping, Scalar, Sequence
from orchestrator.planning.suggest import one_of
from orchestrator.planning.synthetic import empty_list, empty_map, key_at, node_of, value_at

_PHASE = re.compile(r"phase_([A-Za-z0-9][A-Za-z0-9._-]*)\Z")
_GROUP = re.compile(r"group_([A-Za-z0-9][A-Za-z0-9._-]*)\Z")
_CHECKPOINT = re.compile(r"after_(phase_[A-Za-z0-9][A-Za-z0-9._-]*)\Z")
_VARIABLE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?\Z")
_TOP = ("orchestrator", "phases", "checkpoints")
_VERSIONS = ("1", "1.0", "1.0.0")
# The older layout does not say how an edit is meant. It wants deployments that work: a trigger that keeps the job of
# one from ever running is mended, and the task says so.
_MEANT: dict[str, dict[str, Json]] = {"implement_staging_deploy": {"fix_trigger": True}}
# There everything that is started sees the whole environment. Here a task names what it may see, and end-to-end tests
# need a database: where the variable is unset, the steps that need one are not run.
_OF_END_TO_END: Json = ["DATABASE_URL?"]
_TASK_KEYS = frozenset(field.alias or name for name, field in Task.model_fields.items())


def is_ancestor(root: Mapping) -> bool:
    """Say whether a document is written in the older layout."""
    return "orchestrator" in root.entries


def to_native(root: Mapping) -> tuple[Mapping, list[Problem]]:
    """Return the same document in the native layout and what cannot be taken over."""
    return _Converter(root).convert()


class _Converter:
    """Builds the native tree key by key."""

    def __init__(self, root: Mapping) -> None:
        self._root = root
        self._native = empty_map(root)
        self._problems: list[Problem] = []

    def convert(self) -> tuple[Mapping, list[Problem]]:
        key, head = self._root.entries["orchestrator"]
        self._native.put(key, value_at(key, 1), "version")
        project = empty_map(head)
        self._native.put(key, project, "project")
        if isinstance(head, Mapping):
            self._each(head, self._head_steps(project), "keys of `orchestrator`")
        else:
            self._note("E104", "`orchestrator` must be a map", head, "name, version, project_root, settings")
        self._phases()
        return self._native, self._problems

    # ------------------------------------------------------------ orchestrator:

    def _head_steps(self, project: Mapping) -> dict[str, Callable[[Scalar, AnyNode], None]]:
        return {
            "name": project.put,
            "description": project.put,
            "version": lambda _, node: self._version(node),
            "project_root": lambda key, node: project.put(key, node, "root"),
            "settings": self._settings,
        }

    def _version(self, node: AnyNode) -> None:
        if not isinstance(node, Scalar) or node.text not in _VERSIONS:
            shown = node.text[:60] if isinstance(node, Scalar) else "this"
            self._note("E102", f"version `{shown}` of the older layout is not known", node, 'write "1.0"')

    def _settings(self, key: Scalar, node: AnyNode) -> None:
        settings = empty_map(node)
        self._native.put(key, settings, "settings")
        if not isinstance(node, Mapping):
            self._note("E104", "`settings` must be a map", node, None)
            return
        retry = empty_map(node)
        steps: dict[str, Callable[[Scalar, AnyNode], None]] = {
            "max_parallel_tasks": settings.put,
            "retry_attempts": lambda k, n: retry.put(k, value_at(n, 1) if n.value == 0 else n, "attempts"),
            "retry_delay_seconds": lambda k, n: retry.put(k, n, "delay"),
            "timeout_minutes": lambda k, n: settings.put(k, self._minutes(k, n), "timeout"),
            "fail_fast": settings.put,
            "notifications": lambda k, n: self._notifications(settings, k, n),
        }
        self._each(node, steps, "keys of `settings`")
        if retry.entries:
            settings.put(key, retry, "retry")

    def _minutes(self, key: Scalar, node: AnyNode) -> AnyNode:
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            self._note("E104", "`timeout_minutes` must be a number", node, "0 means off")
            return value_at(key, 0)
        return value_at(node, node.value * 60)

    def _notifications(self, settings: Mapping, key: Scalar, node: AnyNode) -> None:
        if not isinstance(node, Mapping):
            self._note("E104", "`notifications` must be a map", node, None)
            return
        on, to = empty_list(node), empty_list(node)
        steps: dict[str, Callable[[Scalar, AnyNode], None]] = {
            "on_phase_complete": lambda k, n: self._switch(on, k, n, "phase_end"),
            "on_failure": lambda k, n: self._switch(on, k, n, "failure"),
            "slack_webhook": lambda _, n: self._webhook(to, n),
        }
        self._each(node, steps, "keys of `notifications`")
        notifications = empty_map(node)
        notifications.put(key, on, "on")
        notifications.put(key, to, "to")
        settings.put(key, notifications, "notifications")

    def _switch(self, on: Sequence, key: Scalar, node: AnyNode, event: str) -> None:
        if not isinstance(node.value, bool):
            self._note("E104", f"`{key.text}` must be true or false", node, None)
        elif node.value:
            on.append(value_at(node, event))

    def _webhook(self, to: Sequence, node: AnyNode) -> None:
        """Take a URL over; `${NAME}` is a variable of the environment, and nothing means nobody is told."""
        if node.value in (None, ""):
            return
        variable = _VARIABLE.match(node.value) if isinstance(node.value, str) else None
        to.append(value_at(node, f"${{{{ env.{variable.group(1)} }}}}") if variable else node)

    # ------------------------------------------------------------ phase_N:

    def _phases(self) -> None:
        phases = empty_list(self._root)
        by_name: dict[str, Mapping] = {}
        for name, (key, node) in [*self._root.entries.items(), *self._below("phases")]:
            found = _PHASE.match(name)
            if found:
                phase = self._phase(key, found.group(1), node)
                phases.append(phase)
                by_name[name] = phase
            elif name not in _TOP:
                hint = one_of(name, [*_TOP, "phase_1"], "keys of the older layout")
                self._note("E101", f"unknown key `{name[:60]}`", key, hint)
        self._native.put(self._root.entries["orchestrator"][0], phases, "phases")
        self._checkpoints(by_name)

    def _below(self, name: str) -> Iterable[tuple[str, tuple[Scalar, AnyNode]]]:
        node = self._root.get(name)
        return node.entries.items() if isinstance(node, Mapping) else ()

    def _phase(self, key: Scalar, name: str, node: AnyNode) -> Mapping:
        phase = empty_map(node)
        phase.put(key, key_at(key, name), "id")
        groups = empty_list(node)
        fields = (*Phase.model_fields, "estimated_duration")
        for field, (field_key, value) in node.entries.items() if isinstance(node, Mapping) else ():
            found = _GROUP.match(field)
            if found:
                groups.append(self._group(field_key, found.group(1), value))
            elif field == "groups" and isinstance(value, Mapping):
                for group_name, (group_key, group) in value.entries.items():
                    letter = _GROUP.match(group_name)
                    groups.append(self._group(group_key, letter.group(1) if letter else group_name, group))
            elif field in fields and field not in ("id", "groups"):
                phase.put(field_key, value, "estimate" if field == "estimated_duration" else field)
            else:
                hint = one_of(field, [*(f for f in fields if f not in ("id", "groups")), "group_a"], "keys of a phase")
                self._note("E101", f"unknown key `{field[:60]}`", field_key, hint)
        phase.put(key, groups, "groups")
        return phase

    def _group(self, key: Scalar, name: str, node: AnyNode) -> Mapping:
        group = empty_map(node)
        group.put(key, key_at(key, name), "id")
        fields = [field for field in Group.model_fields if field != "id"]
        for field, (field_key, value) in node.entries.items() if isinstance(node, Mapping) else ():
            if field == "tasks" and isinstance(value, Sequence):
                tasks = empty_list(value)
                for task in value.items:
                    tasks.append(self._task(task) if isinstance(task, Mapping) else task)
                group.put(field_key, tasks)
            elif field in ("execution", "type"):
                group.put(field_key, _lower(value), "execution")
            elif field in fields:
                group.put(field_key, value)
            else:
                self._note("E101", f"unknown key `{field[:60]}`", field_key, one_of(field, fields, "keys of a group"))
        return group

    def _task(self, node: Mapping) -> Mapping:
        """Take a task over: its keys mean the same, but for `requires_manual`, `thresholds` and upper-case words."""
        task = empty_map(node)
        manual = node.value.get("requires_manual") is True
        for field, (key, value) in node.entries.items():
            if field == "requires_manual":
                if not isinstance(value.value, bool):
                    self._note("E104", "`requires_manual` must be true or false", value, None)
            elif manual and field in ("type", "target", "action"):
                continue
            elif field == "priority":
                task.put(key, _lower(value))
            else:
                task.put(key, value)
        if manual:
            self._make_manual(task, node)
        elif (meant := _MEANT.get(str(node.value.get("action")))) and "with" not in node.entries:
            key, action = node.entries["action"]
            task.put(key, node_of(action, meant), "with")
        elif (added := measured_first(node.value, self._root.value)) is not None:
            key, action = node.entries["action"]
            name, value = added
            task.put(key, node_of(action, value), name)
        elif node.value.get("test_type") == "e2e" and "secrets" not in node.entries:
            key, kind = node.entries["test_type"]
            task.put(key, node_of(kind, _OF_END_TO_END), "secrets")
        return task

    def _make_manual(self, task: Mapping, node: Mapping) -> None:
        """Turn a task that a person does by hand into `type: manual`; what it was about becomes its instructions."""
        key = node.entries["requires_manual"][0]
        task.put(key, key_at(key, "manual"), "type")
        words = [str(node.value[field]) for field in ("name", "description") if isinstance(node.value.get(field), str)]
        about = [f"{field}: {node.value[field]}" for field in ("action", "target") if field in node.value]
        task.put(key, value_at(key, "\n".join([*words, *about]) or "to be done by hand"), "instructions")
        for field in [name for name in task.entries if name not in _TASK_KEYS and name != "instructions"]:
            self._note("E109", f"`{field}` means nothing for a task that is done by hand", task.entries[field][0], None)

    # ------------------------------------------------------------ checkpoints:

    def _checkpoints(self, phases: dict[str, Mapping]) -> None:
        for name, (key, node) in self._below("checkpoints"):
            found = _CHECKPOINT.match(name)
            phase = phases.get(found.group(1)) if found else None
            if phase is None:
                hint = one_of(name, [f"after_{phase}" for phase in phases], "checkpoints")
                self._note("E101", f"unknown checkpoint `{name[:60]}`", key, hint)
            elif isinstance(node, Mapping):
                self._checkpoint(phase, key, node)
            else:
                self._note("E104", f"`{name}` must be a map with `validations`", node, None)

    def _checkpoint(self, phase: Mapping, key: Scalar, node: Mapping) -> None:
        checks = empty_list(node)
        title = node.value.get("name")
        steps: dict[str, Callable[[Scalar, AnyNode], None]] = {
            "name": lambda _, n: self._text(n, "name"),
            "description": lambda _, n: self._text(n, "description"),
            "validations": lambda _, n: self._validations(checks, n, title),
        }
        self._each(node, steps, "keys of a checkpoint")
        if checks.items:
            phase.put(key, checks, "checkpoint")

    def _validations(self, checks: Sequence, node: AnyNode, title: Json) -> None:
        for item in node.items if isinstance(node, Sequence) else ():
            check, problem = validation_to_check(item, title if isinstance(title, str) else "")
            if problem is not None:
                self._problems.append(problem)
            if check is not None:
                checks.append(check)
        if not isinstance(node, Sequence):
            self._note("E104", "`validations` must be a list", node, None)

    # ------------------------------------------------------------ shared

    def _each(self, node: Mapping, steps: dict[str, Callable[[Scalar, AnyNode], None]], kind: str) -> None:
        for name, (key, value) in node.entries.items():
            if name in steps:
                steps[name](key, value)
            else:
                self._note("E101", f"unknown key `{name[:60]}`", key, one_of(name, list(steps), kind))

    def _text(self, node: AnyNode, name: str) -> None:
        if not isinstance(node.value, str):
            self._note("E104", f"`{name}` must be text", node, None)

    def _note(self, code: str, message: str, node: AnyNode, hint: str | None) -> None:
        self._problems.append(Problem(code=code, message=message, place=node.place(), hint=hint))


def _lower(node: AnyNode) -> AnyNode:
    return value_at(node, node.value.lower()) if isinstance(node.value, str) else node
