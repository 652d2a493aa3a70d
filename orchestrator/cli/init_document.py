"""The text that `init` writes: proposed, checked like any document, and merged with what is there."""

import os
from functools import partial
from pathlib import Path

from msgspec import Struct
from pydantic import ValidationError

from orchestrator.cli.plan_inputs import matching_files
from orchestrator.contracts import CheckScene
from orchestrator.edits.pins import OVERRIDES, Pins, shipped_pins
from orchestrator.edits.result import Refusal
from orchestrator.errors import DocumentInvalid, OrchestrateError, Severity, UsageError
from orchestrator.models.json import JsonObject
from orchestrator.planning.build import build_plan
from orchestrator.planning.checks import check_document
from orchestrator.planning.document_loader import LoadedDocument, load_bytes
from orchestrator.plugins import Catalogue
from orchestrator.proposing.document import render_document
from orchestrator.proposing.evidence import Evidence
from orchestrator.proposing.floors import Floors
from orchestrator.proposing.gates import Gates, gated, gates_for, new_gates, with_gates
from orchestrator.proposing.merging import is_ours, merged, only_new, remembered_keys
from orchestrator.proposing.proposal import LeftOut, Roadmap
from orchestrator.proposing.roadmap import propose_roadmap
from orchestrator.proposing.template import adapt
from orchestrator.sources.finding import project_root
from orchestrator.surveying.checkout import Checkout
from orchestrator.surveying.facts import Facts
from orchestrator.templating.folders import TemplateFolders

SHIPPED = "roadmap"


class NewText(Struct, frozen=True, kw_only=True):
    """The document as it is to be; None when there is nothing to do. `goes_on`: it adds to one that is there."""

    document: str | None
    tasks: int = 0
    checks: int = 0
    goes_on: bool = False
    found: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def new_text(
    root: Path, target: Path, present: bytes | None, facts: Facts, checkout: Checkout, evidence: Evidence
) -> NewText:
    """Return the text to write; UsageError when the document that is there was not written by `init`."""
    roadmap = propose_roadmap(facts, checkout, evidence, Judge(root), _pins(checkout))
    if present is None:
        return _whole(roadmap, root, target)
    loaded = load_bytes(present, target)
    if loaded.document is None or loaded.root is None:
        raise DocumentInvalid(loaded.problems)
    there = present.decode()
    if not is_ours(there):
        message = f"{target} is there already, and `init` did not write it"
        raise UsageError(message, hint="`orchestrate init --force` replaces it, `--dry-run --force` only shows")
    fresh = new_gates(Floors(facts, evidence), remembered_keys(there), loaded.document)
    new = gated(only_new(roadmap, there, loaded.document), fresh)
    gates = gates_for(fresh, loaded.document, new)
    left_out = (*roadmap.left_out, *gates.left_out)
    if not new.tasks and not gates.count:
        return NewText(document=None, goes_on=True, found=roadmap.found, left_out=left_out)
    text = _gone_on_with(there, target, new, gates)
    refuse_invalid(text, root, target)
    counts = {"tasks": _count(new), "checks": gates.count}
    return NewText(document=text, goes_on=True, found=roadmap.found, left_out=left_out, **counts)


def _gone_on_with(there: str, target: Path, new: Roadmap, gates: Gates) -> str:
    """Return the document with the checkpoints and the phases that are new."""
    try:
        text = with_gates(there, gates)
    except Refusal as refusal:
        message = f"{target}: there is no place for a coverage checkpoint: {refusal.reason}"
        raise UsageError(
            message, hint="write `checkpoint:` of a phase, and `params:`, with a line for each entry"
        ) from refusal
    loaded = load_bytes(text.encode(), target)
    if loaded.document is None or loaded.root is None:
        raise DocumentInvalid(loaded.problems)
    return merged(text, new, loaded.document, loaded.root, gates.keys)


def adapted(root: Path, template: str, checkout: Checkout, facts: Facts) -> NewText:
    """Return a template's roadmap with those of its tasks that fit the repository."""
    path = _shipped() if template == SHIPPED else Path(template)
    loaded = load_bytes(_bytes_of(path), path)
    if loaded.document is None or not loaded.is_valid:
        raise DocumentInvalid(loaded.problems)
    roadmap = adapt(loaded.document, facts, checkout, Judge(root), _pins(checkout))
    return _whole(roadmap, root, root / "phases.yaml")


class Judge:
    """Says why a task would be rejected: by its type's own checks, in this repository, by this version."""

    def __init__(self, root: Path) -> None:
        self._catalogue = Catalogue()
        self._scene = CheckScene(root=str(root), templates=TemplateFolders(str(root)))

    def __call__(self, fields: JsonObject) -> str:
        """Return the reason, "" when nothing speaks against it."""
        name = str(fields["type"])
        if not self._catalogue.has_handler(name):
            return f"this version has no handler for {name}"
        handler = self._catalogue.handler(name)
        given = {key: value for key, value in fields.items() if key not in _OF_TASKS}
        try:
            problems = handler.check(handler.params_model.model_validate(given), self._scene)
        except ValidationError as error:
            return "; ".join(str(item["msg"]) for item in error.errors(include_url=False))
        except OrchestrateError as error:
            return error.message
        return "; ".join(problem.message for problem in problems)


_OF_TASKS = frozenset(("type", "priority", "verify", "tags", "when", "timeout", "retry", "description", "critical"))


def refuse_invalid(text: str, root: Path, target: Path) -> None:
    """Raise DocumentInvalid when `validate` or `plan` would reject the text: nothing of it is written then."""
    loaded: LoadedDocument = load_bytes(text.encode(), target)
    catalogue = Catalogue()
    declared = loaded.document.project.root if loaded.document else None
    scene = CheckScene(root=str(project_root(target, declared)), templates=TemplateFolders(str(root)))
    problems = check_document(loaded, catalogue, scene, False)
    if loaded.document is None or any(problem.severity is Severity.ERROR for problem in problems):
        raise DocumentInvalid(problems)
    build_plan(
        loaded.document,
        root=str(root),
        catalogue=catalogue,
        environ=os.environ,
        list_files=partial(matching_files, root),
        path=str(target),
        document_hash=loaded.hash,
        places=loaded.place,
    )


def _whole(roadmap: Roadmap, root: Path, target: Path) -> NewText:
    if not roadmap.tasks:
        return NewText(document=None, found=roadmap.found, left_out=roadmap.left_out)
    text = render_document(roadmap)
    refuse_invalid(text, root, target)
    return NewText(document=text, tasks=_count(roadmap), found=roadmap.found, left_out=roadmap.left_out)


def _count(roadmap: Roadmap) -> int:
    return sum(len(task.files) or 1 for task in roadmap.tasks)


def _pins(checkout: Checkout) -> Pins:
    return shipped_pins().overridden(checkout.read_text(OVERRIDES)) if checkout.exists(OVERRIDES) else shipped_pins()


def _shipped() -> Path:
    """Return the shipped roadmap: in an installed package, else in the sources."""
    package = Path(__file__).parents[1]
    installed = package / "_data/config/phases.yaml"
    return installed if installed.is_file() else package.parent / "config/phases.yaml"


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        raise UsageError(message, hint=f"--from-template takes `{SHIPPED}` or the path of a phases.yaml") from error
