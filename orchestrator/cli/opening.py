"""Open the document as a plan: one that was made before, if all that it was made of is unchanged, else made anew.

Nothing here writes, except `keep`, and nothing is started. Imports little, so that a plan that is kept is there at
once; the parser, the checks and the planner come with `cli.document`, when they are needed.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from orchestrator.cli.options import Choice, Planning
from orchestrator.cli.places import document_path
from orchestrator.cli.plan_cache import Question, find_plan, keep_plan, question_of
from orchestrator.cli.plan_inputs import PlanInputs
from orchestrator.cli.state import failed_last_time
from orchestrator.errors import MissingTool, OrchestrateError, Problem
from orchestrator.models.json import Json
from orchestrator.models.plan import Plan, PlannedTask
from orchestrator.planning.select import Selection, select

if TYPE_CHECKING:  # each is imported by the first command that needs it
    from orchestrator.contracts import Ledger
    from orchestrator.plugins import Catalogue
    from orchestrator.templating.folders import TemplateFolders


class OpenedPlan(Struct, frozen=True, kw_only=True, eq=False, dict=True):
    """The plan of a whole document without errors, and what it is carried out with."""

    common: Planning
    question: Question
    plan: Plan
    summary: str
    warnings: tuple[Problem, ...]
    inputs: PlanInputs | None  # None = the plan cannot be kept
    is_kept: bool

    @property
    def root(self) -> Path:
        """Return the repository."""
        return Path(self.plan.root)

    @property
    def hash(self) -> str:
        """Return the hash of all bytes of the document."""
        return self.plan.document_hash

    @cached_property
    def catalogue(self) -> "Catalogue":
        """Return the plug-ins."""
        from orchestrator.plugins import Catalogue

        return Catalogue()

    @cached_property
    def templates(self) -> "TemplateFolders":
        """Return the templates of the document."""
        from orchestrator.templating.folders import TemplateFolders

        return TemplateFolders(self.plan.root, self.plan.template_folders)

    def renewed(self) -> "OpenedPlan":
        """Return the plan as it has to be now: this one, unless something that it was made of has changed."""
        if self.inputs is not None and self.inputs.are_unchanged(self.question.override):
            return self
        return _open(self.question, self.common)

    def part(self, choice: Choice, ledger: "Ledger") -> Plan:
        """Return the part of the plan that was chosen."""
        selection = _selection_of(choice, failed_last_time(ledger) if choice.failed else None)
        return select(self.plan, selection, {} if selection.is_everything else ledger.last_successes())

    def keep(self) -> None:
        """Keep the plan for the commands to come; to be called under the lock."""
        if not self.is_kept and self.inputs is not None:
            keep_plan(self.question, self.plan, self.inputs, self.summary, self.warnings)

    def keep_anew(self) -> None:
        """Keep the plan as it would be made now, if the run made files that it depends on; under the lock.

        Otherwise every look after a run would make it again, until the next run keeps it. A document that was broken
        meanwhile is told by who asks next.
        """
        if self.inputs is None:
            return
        with suppress(OrchestrateError):
            now = self.renewed()
            if now is not self:
                now.keep()


def open_plan(
    common: Planning,
    settings: Mapping[str, Json] | None = None,
    meanwhile: Callable[[], object] | None = None,
) -> OpenedPlan:
    """Return the plan of the whole document; DocumentInvalid with all problems when it has errors.

    With `meanwhile`, which prepares for what comes next, a plan is made in a process of its own if a processor is free.
    """
    return _open(question_of(document_path(common), common, common.param or (), settings), common, meanwhile)


def _open(question: Question, common: Planning, meanwhile: Callable[[], object] | None = None) -> OpenedPlan:
    kept = find_plan(question)
    if kept is not None:
        return OpenedPlan(
            common=common,
            question=question,
            plan=kept.plan(),
            summary=kept.summary,
            warnings=kept.warnings,
            inputs=kept.inputs,
            is_kept=True,
        )
    from orchestrator.planning.plan_json import plan_from_text

    make = partial(_make, question, common)
    made = make() if meanwhile is None else _made_beside(make, meanwhile)
    return OpenedPlan(
        common=common,
        question=replace(question, known_key=made.key),
        plan=plan_from_text(made.text),
        summary=made.summary,
        warnings=made.warnings,
        inputs=made.inputs,
        is_kept=False,
    )


class _Made(Struct, frozen=True, kw_only=True, eq=False):
    """A plan as text: what it was made of, nine tenths of the memory, is gone when it is read back for the run."""

    text: bytes
    key: str  # of the question: looking at every file of the program is for who has the time
    summary: str
    warnings: tuple[Problem, ...]
    inputs: PlanInputs | None


def _made_beside(make: Callable[[], _Made], meanwhile: Callable[[], object]) -> _Made:
    from orchestrator.cli.beside import is_a_processor_free, made_beside

    return made_beside(make, _Made, meanwhile) if is_a_processor_free() else make()


def _make(question: Question, common: Planning) -> _Made:
    from orchestrator.cli.pydantic_alone import load_pydantic

    load_pydantic()
    from orchestrator.cli.document import all_problems, make_plan, open_valid, summary_of
    from orchestrator.planning.plan_json import plan_to_text

    opened = open_valid(question.path, common)
    plan, inputs = make_plan(opened, common, question.settings)
    return _Made(
        text=plan_to_text(plan),
        key=question.key,
        summary=summary_of(plan),
        warnings=all_problems(opened, plan),
        inputs=inputs,
    )


def _selection_of(choice: Choice, failed: tuple[str, ...] | None) -> Selection:
    return Selection(
        phases=tuple(choice.phase or ()),
        groups=tuple(choice.group or ()),
        tasks=tuple(choice.task or ()),
        only=tuple(choice.only or ()),
        tags=tuple(choice.tag or ()),
        skip=tuple(choice.skip or ()),
        start=choice.from_,
        until=choice.until,
        failed=failed,
        with_deps=choice.with_deps,
    )


def refuse_unhandled(plan: Plan, catalogue: "Catalogue") -> None:
    """Raise MissingTool when nothing that is installed can do a task of the plan: before anything is started."""
    unhandled: dict[str, list[str]] = {}
    for task in plan.tasks:
        reason = _why_unhandled(task, catalogue) if task.skip_reason is None else None
        if reason:
            unhandled.setdefault(reason, []).append(task.id)
    if unhandled:
        lines = [f"{reason}: {', '.join(ids)}" for reason, ids in unhandled.items()]
        message = "nothing was started: some tasks have no handler\n" + "\n".join(lines)
        names = " ".join(f"--skip {task}" for ids in unhandled.values() for task in ids[:3])
        raise MissingTool(message, hint=f"leave them out ({names} …), or install a package that brings the type")


def _why_unhandled(task: PlannedTask, catalogue: "Catalogue") -> str | None:
    if not catalogue.has_handler(task.handler):
        return f"no handler for type {task.handler}"
    if task.ingredients is not None:  # of handlers that never refuse: none of them has to be loaded
        return None
    handler = catalogue.handler(task.handler)
    if not handler.may_refuse or task.late:
        return None
    return handler.refusal(handler.params_model.model_validate(task.params))
