"""Open the document: read, check, and turn into a plan. Nothing here writes or starts anything."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from orchestrator.cli.options import Checking, Choice, Planning
from orchestrator.cli.places import document_path
from orchestrator.contracts import CheckScene
from orchestrator.errors import DocumentInvalid, MissingTool, Problem, Severity
from orchestrator.models.json import Json
from orchestrator.models.plan import Plan
from orchestrator.models.record import LastSuccess
from orchestrator.models.status import Durability
from orchestrator.planning.build import build_plan
from orchestrator.planning.checks import check_document
from orchestrator.planning.document_loader import LoadedDocument, load_document
from orchestrator.planning.params import apply_profile, find_profile, parse_param
from orchestrator.planning.select import Selection
from orchestrator.plugins import Catalogue
from orchestrator.sources.phases_file import project_root
from orchestrator.templating.folders import TemplateFolders
from orchestrator.workspace.globbing import glob
from orchestrator.workspace.tree import Tree


@dataclass(frozen=True, kw_only=True)
class OpenedDocument:
    """A document that was read and checked, and what a plan is made with."""

    path: Path
    root: Path
    loaded: LoadedDocument
    problems: tuple[Problem, ...]
    catalogue: Catalogue
    templates: TemplateFolders

    def summary(self) -> str:
        """Return how much there is, for a document without errors."""
        document = self.loaded.document
        assert document is not None
        groups = [group for phase in document.phases for group in phase.groups]
        tasks = sum(len(group.tasks) for group in groups)
        counts = ((len(document.phases), "phase"), (len(groups), "group"), (tasks, "task"))
        return ", ".join(f"{number} {word}{'s' if number != 1 else ''}" for number, word in counts)


def open_document(common: Checking, *, strict: bool = False, deep: bool = False) -> OpenedDocument:
    """Read and check the document; its problems are in the result, only an unreadable file raises."""
    path = document_path(common)
    loaded = load_document(path)
    if loaded.document is not None:
        find_profile(loaded.document, common.profile)
    override = str(common.project) if common.project is not None else None
    declared = loaded.document.project.root if loaded.document else None
    root = project_root(path, declared, override)
    templates = TemplateFolders(str(root), loaded.document.settings.templates if loaded.document else ())
    catalogue = Catalogue()
    scene = CheckScene(root=str(root), templates=templates, profile=common.profile, deep=deep)
    problems = check_document(loaded, catalogue, scene, strict)
    return OpenedDocument(
        path=path, root=root, loaded=loaded, problems=problems, catalogue=catalogue, templates=templates
    )


def open_valid(common: Checking) -> OpenedDocument:
    """Read the document; DocumentInvalid with all its problems when it has errors."""
    opened = open_document(common)
    if any(problem.severity is Severity.ERROR for problem in opened.problems):
        raise DocumentInvalid(opened.problems)
    return opened


def plan_of(
    opened: OpenedDocument,
    common: Planning,
    choice: Choice,
    *,
    successes: Mapping[str, LastSuccess],
    failed: tuple[str, ...] | None,
    settings: Mapping[str, Json] | None = None,
) -> Plan:
    """Return the plan of what was chosen; `failed` holds the ids of the last run's failures."""
    document = opened.loaded.document
    assert document is not None
    return build_plan(
        document,
        root=str(opened.root),
        catalogue=opened.catalogue,
        selection=selection_of(choice, failed),
        successes=successes,
        params=dict(parse_param(text) for text in common.param or ()),
        settings=settings,
        profile=common.profile,
        environ=os.environ,
        list_files=partial(_matching_files, opened.root),
        path=str(opened.path),
        document_hash=opened.loaded.hash,
        places=opened.loaded.place,
    )


def _matching_files(root: Path, pattern: str) -> tuple[str, ...]:
    tree = Tree(root)
    try:
        return glob(tree, pattern)
    finally:
        tree.close()


def selection_of(choice: Choice, failed: tuple[str, ...] | None) -> Selection:
    """Return the flags as planning takes them."""
    return Selection(
        phases=tuple(choice.phase or ()),
        groups=tuple(choice.group or ()),
        tasks=tuple(choice.task or ()),
        only=tuple(choice.only or ()),
        tags=tuple(choice.tag or ()),
        skip=tuple(choice.skip or ()),
        start=choice.from_,
        until=choice.until,
        failed=failed if choice.failed else None,
        with_deps=choice.with_deps,
    )


def durability_of(opened: OpenedDocument, common: Checking) -> Durability:
    """Return how durable facts have to be, by the document and its profile."""
    assert opened.loaded.document is not None
    return apply_profile(opened.loaded.document, common.profile).settings.durability


def refuse_unhandled(plan: Plan, catalogue: Catalogue) -> None:
    """Raise MissingTool when a task of the plan has a type without a handler: before anything is started."""
    unhandled: dict[str, list[str]] = {}
    for task in plan.tasks:
        if task.skip_reason is None and not catalogue.has_handler(task.handler):
            unhandled.setdefault(task.handler, []).append(task.id)
    if unhandled:
        lines = [f"no handler for type {name}: {', '.join(ids)}" for name, ids in unhandled.items()]
        message = "nothing was started: some tasks have no handler\n" + "\n".join(lines)
        names = " ".join(f"--skip {task}" for ids in unhandled.values() for task in ids[:3])
        raise MissingTool(message, hint=f"leave them out ({names} …), or install a package that brings the type")
