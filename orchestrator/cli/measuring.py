"""Have plug-ins measure and answer: checkpoints, `verify` entries and guards."""

import re
from collections.abc import Mapping, Sequence

from orchestrator.contracts import CheckContext, Measurement, TaskContext, Workspaces
from orchestrator.models.json import JsonObject
from orchestrator.models.plan import PlannedCheck, PlannedGuard, PlannedTask
from orchestrator.plugins import Catalogue
from orchestrator.processes.attempt import ProcessFactory
from orchestrator.templating.binding import LateBinding


class Measuring:
    """Implements the engine's ports `Measure` and `AskGuard` with the installed plug-ins.

    A checkpoint of a group or phase gets a workspace and children of its own, under the name of its scope.
    """

    def __init__(
        self,
        *,
        run: str,
        env: Mapping[str, str],
        catalogue: Catalogue,
        workspaces: Workspaces,
        processes: ProcessFactory,
        binding: LateBinding,
        outputs: Mapping[str, JsonObject],
    ) -> None:
        self._run = run
        self._env = env
        self._catalogue = catalogue
        self._workspaces = workspaces
        self._processes = processes
        self._binding = binding
        self._outputs = outputs
        self._times: dict[str, int] = {}

    async def measure(
        self,
        check: PlannedCheck,
        scope: str,
        states: Mapping[str, str],
        tasks: Sequence[PlannedTask],
        context: TaskContext | None,
    ) -> Measurement:
        """Measure one condition; whatever it raises means that it cannot be measured."""
        checkpoint = self._catalogue.checkpoint(check.type)
        around = self._around(scope, states, tasks, context)
        params = checkpoint.params_model.model_validate(self._binding.fill(check.params, check.late, around.values))
        return await checkpoint.measure(params, around)

    def decided_by(self, check: PlannedCheck) -> Sequence[str] | None:
        """Return patterns of the files that alone decide a check; None when more does, or it is not known yet."""
        if check.late:
            return None
        checkpoint = self._catalogue.checkpoint(check.type)
        return checkpoint.decided_by(checkpoint.params_model.model_validate(check.params))

    async def ask(self, guard: PlannedGuard, scope: str) -> Measurement:
        """Ask one guard."""
        around = self._around(f"guard {scope}", {}, (), None)
        params = self._binding.fill(guard.params, guard.late, around.values)
        return await self._catalogue.guard(guard.type).ask(params, around)

    def _around(
        self, scope: str, states: Mapping[str, str], tasks: Sequence[PlannedTask], context: TaskContext | None
    ) -> CheckContext:
        if context is not None:
            workspace, processes, values = context.workspace, context.processes, context.values
        else:
            key = re.sub(r"[^A-Za-z0-9._-]+", "-", scope)
            number = self._times[key] = self._times.get(key, 0) + 1
            workspace = self._workspaces.open_attempt(key, number)
            processes = self._processes.for_attempt(self._run, key, number, self._env)
            values = self._binding.run_values(self._outputs)
        return CheckContext(
            run=self._run,
            scope=scope,
            workspace=workspace,
            processes=processes,
            values=values,
            states=states,
            tasks=tuple(tasks),
        )
