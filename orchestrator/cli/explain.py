"""`orchestrate explain`: why a task runs or not, or what an error code means."""

import re
import sys
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Annotated

from msgspec import Struct

from orchestrator.cli.expecting import expect
from orchestrator.cli.explain_scope import find_scope, render_scope
from orchestrator.cli.opening import OpenedPlan, open_plan
from orchestrator.cli.options import Choice, Planning, argument, option
from orchestrator.cli.options import command as as_command
from orchestrator.cli.present import look_of
from orchestrator.cli.state import reading
from orchestrator.cli.up_to_date import Place, find_up_to_date, fingerprint_now
from orchestrator.cli.waits import read_waits
from orchestrator.cli.wiring import overtaken_in
from orchestrator.contracts import Ledger
from orchestrator.engine.overtaken import Overtaken
from orchestrator.errors import ExitCode, UsageError
from orchestrator.models.fingerprint import Step
from orchestrator.models.freshness import as_left, steps_between
from orchestrator.models.plan import Plan, PlannedTask
from orchestrator.models.record import MEASURE, LastSuccess, TaskRecord
from orchestrator.models.status import Priority, TaskState
from orchestrator.planning.codes import explain as explain_code
from orchestrator.planning.explain import Explanation, Tried, explain_task
from orchestrator.planning.plan_json import plan_from_json
from orchestrator.planning.suggest import did_you_mean
from orchestrator.reporters.wrapping import wrap_line
from orchestrator.sanitize import block, line

MOST_RUNS = 50  # so far back is looked for what became of a task
_CODE = re.compile(r"[EW]\d{3}\Z|E_[A-Z_]+\Z", re.IGNORECASE)


@as_command
def command(
    common: Planning,
    topic: Annotated[str, argument(help="a task, group or phase, or a code: E203, E_CONFLICT")],
    force: Annotated[bool, option("--force", help="as if run with --force", envvar=None)] = False,
) -> int:
    """Say why a task (or each of a group or phase) runs or not, what it waits for, and what an error code means."""
    if _CODE.match(topic):
        sys.stdout.write(_about_code(topic))
        return ExitCode.OK
    opened = open_plan(common)
    with reading(opened.root) as ledger:
        successes = ledger.last_successes()
        plan = opened.part(Choice(), ledger)
        scope = find_scope(plan, topic)
        known = _Known(opened=opened, plan=plan, ledger=ledger, successes=successes, force=force)
        if scope is not None:
            _show(render_scope(scope, map(known.explain, scope.tasks)))
            return ExitCode.OK
        task = _task_of(plan, topic)
        explained = known.explain(task)
        wait = _wait_now(ledger, opened.root, task.id)
    description = f"{task.description.strip()}\n" if task.description.strip() else ""
    _show(block(description))
    _show(_told(explained, task.priority))
    _show(f"  now: {line(' '.join(wait.split()))}\n" if wait else "")
    return ExitCode.OK


def _show(text: str) -> None:
    """Print lines, on a terminal broken between words."""
    width = look_of(sys.stdout).width
    sys.stdout.write("".join(f"{row}\n" for given in text.split("\n")[:-1] for row in wrap_line(given, width)))


class _Known(Struct, frozen=True, kw_only=True, dict=True):
    """What a task is explained with."""

    opened: OpenedPlan
    plan: Plan
    ledger: Ledger
    successes: Mapping[str, LastSuccess]
    force: bool

    def explain(self, task: PlannedTask) -> Explanation:
        """Explain one task of the plan as it is now."""
        last, before = self.successes.get(task.id), None
        if last is not None:
            planned = self._planned(last.run)
            before = next((each for each in planned.tasks if each.id == task.id), None)
            last = as_left(task, last, self._steps)
        now = fingerprint_now(self._place, self.plan, task, self.successes)
        return explain_task(
            self.plan,
            task.id,
            last=last,
            before=before,
            fingerprint_now=now,
            overtaken=self._overtaken_by(task),
            tried=self._tried(task.id, last),
            counts_as=self._effective.get(task.id),
            force=self.force,
        )

    def _overtaken_by(self, task: PlannedTask) -> tuple[str, ...]:
        """Return what was changed since the task's success that it would have to judge anew."""
        catalogue = self.opened.catalogue
        if not catalogue.has_handler(task.handler) or not catalogue.handler(task.handler).judges_what_it_follows:
            return ()
        return self._overtaken.reasons(task.id)

    @cached_property
    def _effective(self) -> Mapping[str, Priority]:
        def up_to_date() -> tuple[str, ...]:
            return find_up_to_date(self._place, self.plan, self.successes, self.ledger, force=self.force)

        return expect(self.plan, self.ledger, up_to_date).effective

    @cached_property
    def _place(self) -> Place:
        return Place(root=self.opened.root, templates=self.opened.templates, catalogue=self.opened.catalogue)

    @cached_property
    def _overtaken(self) -> Overtaken:
        return overtaken_in(self.plan, self.successes, self.ledger)

    def _tried(self, task: str, last: LastSuccess | None) -> Tried | None:
        """Return how the newest run that came to the task left it; none is older than its last success."""
        for run in self._runs:
            if last is not None and run == last.run:
                return None
            found = self._states(run).get(task)
            if found is not None and (found.state.is_final or found.state is TaskState.INTERRUPTED):
                return Tried(run=run, task=found, undone_by=self._taken_back(run, task))
        return None

    def _taken_back(self, run: str, task: str) -> str:
        """Return the run that took the task's changes of `run` back, or "" when they stand or there were none."""
        changes = self.ledger.read_run(run).changes
        return next((each.undone_by for each in changes if each.task == task and each.undone_by), "")

    @cached_property
    def _runs(self) -> Sequence[str]:
        kinds = ((run, kind) for run, kind in self.ledger.run_kinds() if kind == "run")
        return [run for run, _ in islice(kinds, MOST_RUNS)]

    def _states(self, run: str) -> Mapping[str, TaskRecord]:
        if run not in self._known:
            self._known[run] = {task.id: task for task in self.ledger.read_run(run).tasks}
        return self._known[run]

    @cached_property
    def _known(self) -> dict[str, Mapping[str, TaskRecord]]:
        return {}

    def _planned(self, run: str) -> Plan:
        if run not in self._plans:
            self._plans[run] = plan_from_json(self.ledger.read_run(run).plan)
        return self._plans[run]

    @cached_property
    def _plans(self) -> dict[str, Plan]:
        return {}

    @cached_property
    def _steps(self) -> Mapping[str, Sequence[Step]]:
        return steps_between(self.successes)


def _wait_now(ledger: Ledger, root: Path, task: str) -> str | None:
    """Return why the task waits in the run that goes on, or that waits for a person."""
    newest = next((run for run, kind in ledger.run_kinds() if kind != MEASURE), None)
    return read_waits(root, ledger.read_run(newest)).get(task) if newest else None


def _about_code(code: str) -> str:
    if code.upper().startswith("E_"):
        from orchestrator.edits.codes import MEANINGS, find_code

        known = find_code(code)
        if known is None:
            hint = did_you_mean(code.upper(), [each.value for each in MEANINGS])
            raise UsageError(f"no error code {code!r}", hint=hint or "codes of edits look like E_CONFLICT")
        return f"{known.value}: an edit was not made\n\n{MEANINGS[known]}\n"
    found = explain_code(code)
    return f"{found.code}: {found.title}\n\n{found.text}\n"


def _task_of(plan: Plan, topic: str) -> PlannedTask:
    found = next((task for task in plan.tasks if task.id == topic), None)
    if found is None:
        scopes = [*(group.id for group in plan.groups), *(phase.id for phase in plan.phases)]
        hint = did_you_mean(topic, [*(task.id for task in plan.tasks), *scopes])
        message = f"the document has no task {topic!r}"
        raise UsageError(message, hint=hint or "`orchestrate plan` shows every task")
    return found


def _told(explanation: Explanation, priority: Priority) -> str:
    lines = [f"{explanation.task}: {explanation.verdict}"]
    for reason in explanation.reasons:
        lines.append(f"  because: {line(reason.text)}")
        lines += [f"    {line(each)}" for each in reason.evidence]
    if explanation.counts_as:
        begun = "later" if explanation.counts_as.rank < priority.rank else "earlier"
        lines.append(f"  counts as {explanation.counts_as}: begun {begun}, it would make the whole run end later")
    for reason in explanation.waits:  # what it waits for are ids: short enough for the same line
        lines.append(f"  waits for: {line(' '.join([reason.text, ', '.join(reason.evidence)]))}".rstrip())
    return "\n".join(lines) + "\n"
