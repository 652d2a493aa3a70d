"""Fit another repository's roadmap: keep the tasks that would do something here, and say what is left out and why."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from orchestrator.edits.action import Scene, TextTree, Tree
from orchestrator.edits.pins import Pins
from orchestrator.edits.propose import propose, read_params
from orchestrator.edits.registry import find_action
from orchestrator.edits.result import EditStatus, Refusal
from orchestrator.models.document import Check as WrittenCheck
from orchestrator.models.document import Document, Task
from orchestrator.models.document import Group as WrittenGroup
from orchestrator.models.document import Phase as WrittenPhase
from orchestrator.models.json import Json, JsonObject
from orchestrator.models.status import Execution
from orchestrator.proposing.proposal import Check, Group, LeftOut, Param, Phase, Proposal, Roadmap
from orchestrator.surveying.facts import Facts, Runner

Judge = Callable[[JsonObject], str]
_WRITTEN = frozenset(("id", "name"))  # of a task: written by themselves


def adapt(template: Document, facts: Facts, tree: Tree, judge: Judge, pins: Pins) -> Roadmap:
    """Return the template's roadmap for the repository; ids, order and dependencies stay as far as they are kept."""
    fitting = _Fitting(facts, tree, judge, pins)
    phases = [phase for written in template.phases if (phase := fitting.phase(written)).tasks]
    params = [
        Param(name=name, value=int(param.default), help=param.help or name)
        for name, param in template.params.items()
        if isinstance(param.default, int) and not isinstance(param.default, bool) and 0 <= param.default <= 100
    ]
    return Roadmap(
        project=facts.name,
        found=(f"from the roadmap of {template.project.name}",),
        phases=tuple(_with_standing_dependencies(phases)),
        params=tuple(params),
        left_out=tuple(fitting.left_out),
    )


class _Fitting:
    """Asks of each task whether it would do something, after those before it."""

    def __init__(self, facts: Facts, tree: Tree, judge: Judge, pins: Pins) -> None:
        self._facts = facts
        self._below = tree
        self._texts: dict[str, str] = {}
        self._judge = judge
        self._pins = pins
        self.left_out: list[LeftOut] = []

    def phase(self, written: WrittenPhase) -> Phase:
        groups = tuple(group for each in written.groups if (group := self._group(each)).tasks)
        return Phase(
            name=written.name or written.id,
            why=written.description or "from the template",
            groups=groups,
            checks=tuple(self._checks(written.checkpoint)) if groups else (),
            id=written.id,
            fields=_set(written, "depends_on", "parallel_with"),
        )

    def _group(self, written: WrittenGroup) -> Group:
        tasks = []
        for task in written.tasks:
            why = self._why_not(task)
            if why:
                self.left_out.append(LeftOut(what=f"{task.id} {task.name}", why=why))
            else:
                tasks.append(_proposal(task))
        return Group(
            name=written.name or written.id,
            why=written.description or "from the template",
            tasks=tuple(tasks),
            sequential=written.execution is Execution.SEQUENTIAL,
            id=written.id,
            fields=_set(written, "depends_on", "max_parallel", "fail_fast"),
        )

    def _why_not(self, task: Task) -> str:
        if task.foreach is not None:
            return "a template's foreach is not taken over"
        fields = {"type": task.type, **task.params}
        refused = self._judge(fields)
        return refused or (self._edit(task) if task.type == "config_edit" else "")

    def _edit(self, task: Task) -> str:
        params = dict(task.params)
        target, name = str(params.pop("target")), str(params.pop("action"))
        try:
            action = find_action(name)
            scene = Scene(target, TextTree(dict(self._texts), self._below), self._pins)
            result = propose(action, scene, read_params(action, params))
        except Refusal as refusal:
            return refusal.reason
        self._texts |= {edit.path: edit.after for edit in result.edits}
        return "" if result.status is EditStatus.CHANGED else result.reason

    def _checks(self, written: list[WrittenCheck]) -> Iterator[Check]:
        runners = {suite.runner for suite in self._facts.suites}
        for check in written:
            command = " ".join(map(str, _list(check.params.get("command"))))
            lacking = [str(runner) for runner in Runner if str(runner) in command and runner not in runners]
            missing = check.type == "workflows_valid" and not self._facts.workflows
            if lacking or missing:
                why = f"there is no suite of {lacking[0]}" if lacking else "there is no workflow"
                self.left_out.append(LeftOut(what=f"checkpoint {check.name or check.type}", why=why))
            else:
                named: dict[str, Json] = {"name": check.name} if check.name else {}
                yield Check(why="from the template", fields={"type": check.type, **named, **check.params})


def _proposal(task: Task) -> Proposal:
    fields = task.model_dump(mode="json", by_alias=True, exclude_unset=True)
    kept = {name: value for name, value in fields.items() if name not in _WRITTEN}
    return Proposal(name=task.name, why=task.description or "from the template", fields=kept, id=task.id)


def _set(written: WrittenPhase | WrittenGroup, *names: str) -> JsonObject:
    fields = written.model_dump(mode="json", exclude_unset=True)
    return {name: fields[name] for name in names if fields.get(name)}


def _with_standing_dependencies(phases: list[Phase]) -> Iterator[Phase]:
    """Yield the phases with dependencies on what is kept only."""
    ids = {phase.id for phase in phases}
    groups = {group.id for phase in phases for group in phase.groups}
    tasks = {task.id for phase in phases for task in phase.tasks}

    def standing(fields: JsonObject) -> JsonObject:
        known = ids | groups | tasks
        kept = {
            name: [each for each in _list(value) if each in known] if name in ("depends_on", "parallel_with") else value
            for name, value in fields.items()
        }
        return {name: value for name, value in kept.items() if value}

    for phase in phases:
        fitted = tuple(
            replace(
                group,
                fields=standing(group.fields),
                tasks=tuple(replace(task, fields=standing(task.fields)) for task in group.tasks),
            )
            for group in phase.groups
        )
        yield replace(phase, fields=standing(phase.fields), groups=fitted)


def _list(value: object) -> list[Json]:
    return list(value) if isinstance(value, list | tuple) else []
