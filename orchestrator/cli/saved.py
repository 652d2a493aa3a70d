"""Plans in files: written by `plan --out`, carried out by `run --plan` as they are or not at all."""

import json
from collections.abc import Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path

from msgspec import Struct

from orchestrator.cli.document import OpenedDocument, open_valid
from orchestrator.cli.opening import OpenedPlan
from orchestrator.cli.options import Choice, Planning
from orchestrator.cli.places import document_path
from orchestrator.cli.writing import write_new_text
from orchestrator.contracts import Ledger
from orchestrator.errors import MissingTool, UsageError
from orchestrator.models.diff import FileDiff
from orchestrator.models.plan import Plan
from orchestrator.planning.saved_plan import Basis, SavedPlan, load_saved, refuse_changed, save_plan, take_basis
from orchestrator.plugins import Catalogue
from orchestrator.templating.folders import TemplateFolders


class OpenedSaved(Struct, frozen=True, kw_only=True, eq=False):
    """A plan in a file; stands where `OpenedPlan` stands."""

    file: Path
    opened: OpenedDocument

    @property
    def root(self) -> Path:
        """Return the repository."""
        return self.opened.root

    @property
    def catalogue(self) -> Catalogue:
        """Return the plug-ins."""
        return self.opened.catalogue

    @property
    def templates(self) -> TemplateFolders:
        """Return the templates of the document."""
        return self.opened.templates

    def part(self, choice: Choice, ledger: Ledger) -> Plan:  # noqa: ARG002 - it is carried out whole
        """Return the saved plan; Drift names what has changed since it was saved."""
        saved = _read(self.file)
        refuse_changed(saved, _basis_now(saved.plan, self.opened))
        return saved.plan

    def renewed(self) -> "OpenedSaved":
        """Return the same: it is never made anew."""
        return self

    def keep(self) -> None:
        """Do nothing: it is kept already."""

    def keep_anew(self) -> None:
        """Do nothing: it is never made anew."""


def write_plan(path: Path, plan: Plan, opened: OpenedPlan, proposed: Sequence[FileDiff] = ()) -> None:
    """Write a plan with the hashes of all that it was made from, and the changes that it would make."""
    changes = tuple({"path": diff.path, "status": diff.status, "diff": diff.text} for diff in proposed)
    saved = SavedPlan(plan=plan, basis=_basis_now(plan, opened), proposed=changes)
    write_new_text(path, json.dumps(save_plan(saved), indent=1) + "\n", replace=True)


def open_saved(file: Path, common: Planning) -> "OpenedSaved":
    """Return a saved plan with the document that it was made from."""
    return OpenedSaved(file=file, opened=open_valid(document_path(common), common))


def _read(path: Path) -> SavedPlan:
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        raise UsageError(message, hint="orchestrate plan --out FILE writes one") from error
    except ValueError as error:
        message = f"{path} is no saved plan: {error}"
        raise UsageError(message, hint="orchestrate plan --out FILE writes one") from error
    return load_saved(content)


def _basis_now(plan: Plan, opened: OpenedPlan | OpenedDocument) -> Basis:
    return take_basis(
        plan,
        document_hash=opened.hash,
        templates=opened.templates,
        handler_version=partial(_version, opened),
        hash_target=partial(_hash, opened.root),
    )


def _version(opened: OpenedPlan | OpenedDocument, name: str) -> str | None:
    try:
        return opened.catalogue.handler(name).version
    except MissingTool:
        return None


def _hash(root: Path, target: str) -> str | None:
    """Return the hash of a file, or of all files below a target that ends with `/`; None when there is nothing."""
    place = root / target
    if not target.endswith("/"):
        return sha256(place.read_bytes()).hexdigest() if place.is_file() else None
    if not place.is_dir():
        return None
    total = sha256()
    for file in sorted(path for path in place.rglob("*") if path.is_file()):
        total.update(f"{file.relative_to(place)}\0{sha256(file.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()
