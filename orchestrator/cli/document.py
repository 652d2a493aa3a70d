"""Read the document itself: parse, check, and make the plan of all of it. Nothing here writes or starts anything."""

import os
from collections.abc import Mapping
from dataclasses import fields
from functools import partial
from pathlib import Path

from msgspec import Struct

from orchestrator.cli.options import Checking, Planning
from orchestrator.cli.plan_inputs import (
    Matches,
    PlanInputs,
    environment_digest,
    kinds_of_targets,
    matching_files,
    templates_digest,
)
from orchestrator.contracts import CheckScene
from orchestrator.errors import DocumentInvalid, Problem, Severity, UsageError
from orchestrator.models.json import Json
from orchestrator.models.plan import Plan
from orchestrator.planning.build import build_plan
from orchestrator.planning.checks import check_document
from orchestrator.planning.document_loader import LoadedDocument, in_order, load_document
from orchestrator.planning.environment_use import may_read_environment
from orchestrator.planning.expand import expand
from orchestrator.planning.params import apply_profile, find_profile, parse_param, resolve_params
from orchestrator.plugins import OWN_PACKAGE, Catalogue
from orchestrator.sources.finding import project_root
from orchestrator.templating.folders import TemplateFolders


class OpenedDocument(Struct, frozen=True, kw_only=True):
    """A document that was read and checked, and what a plan is made with."""

    path: Path
    root: Path
    loaded: LoadedDocument
    problems: tuple[Problem, ...]
    catalogue: Catalogue
    templates: TemplateFolders
    strict: bool = False

    @property
    def hash(self) -> str:
        """Return the hash of all bytes that were read."""
        return self.loaded.hash

    @property
    def has_errors(self) -> bool:
        """Say whether the document cannot be planned."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)

    def as_written(self) -> str:
        """Return how much stands in a document whose tasks cannot be counted: `foreach` may go over a param."""
        document = self.loaded.document
        assert document is not None
        groups = [group for phase in document.phases for group in phase.groups]
        tasks = sum(len(group.tasks) for group in groups)
        return f"{_counted(len(document.phases), len(groups), tasks)} as written: a param without default has no value"


def summary_of(plan: Plan) -> str:
    """Return how much a document without errors plans, as `plan` counts it: one task for each item of a `foreach`."""
    return _counted(len(plan.phases), len(plan.groups), len(plan.tasks))


def _counted(*numbers: int) -> str:
    words = ("phase", "group", "task")
    return ", ".join(
        f"{number} {word}{'s' if number != 1 else ''}" for number, word in zip(numbers, words, strict=True)
    )


def open_document(path: Path, common: Checking, *, strict: bool = False, deep: bool = False) -> OpenedDocument:
    """Read and check the document; its problems are in the result, only an unreadable file raises."""
    loaded = load_document(path)
    if loaded.document is not None:
        find_profile(loaded.document, common.profile)
    root, missing = _root_of(loaded, common)
    templates = TemplateFolders(str(root), loaded.document.settings.templates if loaded.document else ())
    catalogue = Catalogue()
    scene = CheckScene(root=str(root), templates=templates, profile=common.profile, deep=deep)
    problems = in_order((*missing, *check_document(loaded, catalogue, scene, strict)))
    return OpenedDocument(
        path=path,
        root=root,
        loaded=loaded,
        problems=problems,
        catalogue=catalogue,
        templates=templates,
        strict=strict,
    )


def _root_of(loaded: LoadedDocument, common: Checking) -> tuple[Path, tuple[Problem, ...]]:
    """Return the repository; where the document names one that is not there, a problem, and a place to look around."""
    declared = _declared_root(loaded)
    try:
        return project_root(loaded.path, declared, str(common.project) if common.project is not None else None), ()
    except UsageError as error:
        if declared is None or common.project is not None:
            raise
        place = loaded.place(("project", "root"))
        problem = Problem(code="E406", message=error.message, place=place, hint=error.hint)
        return project_root(loaded.path, None), (problem,)


def open_valid(path: Path, common: Checking) -> OpenedDocument:
    """Read the document; DocumentInvalid with all its problems when it has errors."""
    opened = open_document(path, common)
    if opened.has_errors:
        raise DocumentInvalid(examine(opened, common)[0])
    return opened


def examine(opened: OpenedDocument, common: Checking) -> tuple[tuple[Problem, ...], Plan | None]:
    """Return also the problems that show only when the plan is made: expressions, and what tasks read of others.

    Of a document that is wrong otherwise the expressions are looked at all the same. Nothing is added when a param
    has no value: with which one the document is planned is up to `--param`; then there is no plan.
    """
    plan = None
    try:
        if opened.has_errors:
            _expand(opened, common)
        else:
            planning = Planning(**{field.name: getattr(common, field.name) for field in fields(common)})
            plan, _ = make_plan(opened, planning)
    except DocumentInvalid as error:
        return in_order((*opened.problems, *error.problems)), None
    except UsageError:
        pass
    return all_problems(opened, plan), plan


def all_problems(opened: OpenedDocument, plan: Plan | None) -> tuple[Problem, ...]:
    """Return also the warnings that only the plan shows: tasks that go over a pattern which no file matches."""
    document = opened.loaded.document
    if plan is None or document is None:
        return opened.problems
    made = {task.base for task in plan.tasks}
    empty = [
        (task, ("phases", one, "groups", two, "tasks", three, "foreach", "glob"))
        for one, phase in enumerate(document.phases)
        for two, group in enumerate(phase.groups)
        for three, task in enumerate(group.tasks)
        if task.foreach is not None and task.foreach.glob is not None and task.id not in made
    ]
    severity = Severity.ERROR if opened.strict else Severity.WARNING
    told = [
        Problem(
            code="W504",
            severity=severity,
            message=f"task `{task.id}` never runs: no file matches its `glob`",
            place=opened.loaded.place(path),
            hint="a pattern as seen from the repository's root, like src/**/*.py",
        )
        for task, path in empty
    ]
    return in_order((*opened.problems, *told)) if told else opened.problems


def _expand(opened: OpenedDocument, common: Checking) -> None:
    document = opened.loaded.document
    if document is not None:
        document = apply_profile(document, common.profile)
        expand(
            document,
            params=resolve_params(document, profile=common.profile),
            environ=os.environ,
            list_files=partial(matching_files, opened.root),
            places=opened.loaded.place,
        )


def make_plan(
    opened: OpenedDocument, common: Planning, settings: Mapping[str, Json] | None = None
) -> tuple[Plan, PlanInputs | None]:
    """Return the plan of the whole document, and what it was made of; None when a plug-in may have looked at more."""
    document = opened.loaded.document
    assert document is not None
    list_files = Matches(partial(matching_files, opened.root))
    plan = build_plan(
        document,
        root=str(opened.root),
        catalogue=opened.catalogue,
        params=dict(parse_param(text) for text in common.param or ()),
        settings=settings,
        profile=common.profile,
        environ=os.environ,
        list_files=list_files,
        path=str(opened.path.absolute()),
        document_hash=opened.loaded.hash,
        places=opened.loaded.place,
    )
    patterns = _depends_on(plan, opened.catalogue)
    if patterns is None:
        return plan, None
    for pattern in patterns:
        list_files(pattern)
    here = opened.path.absolute()
    return plan, PlanInputs(
        document=str(here),
        declared_root=_declared_root(opened.loaded),
        root=plan.root,
        files=(str(here), *(str(here.parent / name) for name in opened.loaded.files[1:])),
        digest=opened.loaded.hash,
        template_folders=plan.template_folders,
        templates=templates_digest(plan.root, plan.template_folders),
        kinds=kinds_of_targets(plan),
        found=list_files.found,
        environment=environment_digest() if may_read_environment(opened.loaded.root) else "",
    )


def _declared_root(loaded: LoadedDocument) -> str | None:
    return loaded.document.project.root if loaded.document else None


def _depends_on(plan: Plan, catalogue: Catalogue) -> set[str] | None:
    """Return the patterns whose files decide the plan; None when not all is known (foreign plug-ins)."""
    types = {("handlers", task.handler) for task in plan.tasks}
    checks = [*(each.checkpoint for each in plan.phases), *(each.checkpoint for each in plan.groups)]
    checks += [task.verify for task in plan.tasks]
    types |= {("checkpoints", check.type) for several in checks for check in several}
    guards = [plan.guards, *(each.guards for each in plan.phases), *(each.guards for each in plan.groups)]
    types |= {("guards", guard.type) for several in guards for guard in several}
    # What is missing may be named by the shipped roadmap; what is installed is part of the question.
    plugins = [catalogue.find(kind, name) for kind, name in sorted(types)]
    if catalogue.warnings() or any(plugin is not None and plugin.package != OWN_PACKAGE for plugin in plugins):
        return None
    found: set[str] = set()
    for task in plan.tasks:
        if catalogue.has_handler(task.handler):
            patterns = catalogue.handler(task.handler).plan_depends_on(task.params, plan.root)
            if patterns is None:
                return None
            found.update(patterns)
    return found
