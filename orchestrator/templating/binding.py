"""Evaluate during the run what could not be decided before it: `when`, late params, environment, outputs."""

from collections.abc import Mapping

from msgspec.structs import replace

from orchestrator.models.json import Json, JsonObject
from orchestrator.models.plan import Plan, PlannedTask
from orchestrator.models.record import LastSuccess
from orchestrator.templating.sandbox import Sandbox
from orchestrator.templating.values import to_text
from orchestrator.templating.visible import visible_environment

_ENV = "env."


class LateBinding:
    """Knows the names that expressions of a run's tasks see.

    `tasks` costs a pass over all outputs, so it is offered only in a plan in which something may read it.
    """

    def __init__(
        self, plan: Plan, run: str, environ: Mapping[str, str], successes: Mapping[str, LastSuccess], *, dry_run: bool
    ) -> None:
        self._sandbox = Sandbox()
        self._successes = successes
        self._reads_tasks = any(_may_read_tasks(task) for task in plan.tasks)
        self._base: dict[str, Json] = {
            "params": dict(plan.params),
            "project": {"name": plan.project},
            "env": visible_environment(environ, {}),
            "run": {"id": run, "dry_run": dry_run},
        }

    def values(self, task: PlannedTask, attempt: int, outputs: Mapping[str, JsonObject]) -> JsonObject:
        """Return the names that expressions and templates of the task see."""
        values = {
            **self._base,
            **task.values,
            "task": {"id": task.id, "name": task.name, "phase": task.phase, "group": task.group, "attempt": attempt},
        }
        if task.env:
            values["env"] = {**self._base["env"], **task.env}
        if self._reads_tasks:
            values["tasks"] = {name: {"outputs": found} for name, found in outputs.items() if found}
        previous = self._successes.get(task.id)
        if previous is not None and previous.outputs:
            values["previous"] = previous.outputs
        return values

    def wanted(self, task: PlannedTask, values: JsonObject) -> bool:
        """Decide the task's `when`."""
        return task.when is None or bool(self._sandbox.evaluate(task.when, values, f"when of {task.id}"))

    def bind(self, task: PlannedTask, values: JsonObject) -> PlannedTask:
        """Return the task with its late params and environment rendered."""
        env = dict(task.env)
        params = dict(task.params)
        for name in task.late:
            if name.startswith(_ENV):
                variable = name.removeprefix(_ENV)
                env[variable] = to_text(self._sandbox.fill(env[variable], values, f"{name} of {task.id}"))
            else:
                params[name] = self._sandbox.fill(params[name], values, f"{name} of {task.id}")
        return replace(task, params=params, env=env, late=())

    def fill(self, params: JsonObject, late: tuple[str, ...], values: JsonObject) -> JsonObject:
        """Return the params of a checkpoint or guard with its late ones rendered."""
        return {**params, **{name: self._sandbox.fill(params[name], values, name) for name in late}}

    def outputs(self, task: PlannedTask, values: JsonObject, result: JsonObject) -> JsonObject:
        """Evaluate the task's `outputs:`; they see the outcome's `result` too."""
        seen = {**values, "result": result}
        return {
            name: self._sandbox.fill(source, seen, f"output {name} of {task.id}")
            for name, source in task.outputs.items()
        }

    def run_values(self, outputs: Mapping[str, JsonObject]) -> JsonObject:
        """Return the names that checkpoints and guards see."""
        return {**self._base, "tasks": {name: {"outputs": found} for name, found in outputs.items() if found}}


def _may_read_tasks(task: PlannedTask) -> bool:
    return bool(task.when or task.late or task.outputs or task.handler != "command")
