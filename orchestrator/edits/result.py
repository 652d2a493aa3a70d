"""What became of an edit: changed, already so, in conflict, or refused; never "nothing happened, all is well"."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from orchestrator.edits.patch import Patch, apply, patch, unified_diff
from orchestrator.models.json import Json


class EditStatus(StrEnum):
    """How an edit ended."""

    CHANGED = "changed"
    ALREADY = "already"
    CONFLICT = "conflict"
    REFUSED = "refused"


class EditCode(StrEnum):
    """Why an edit was not made; stable API."""

    FILE_MISSING = "E_FILE_MISSING"
    PARSE = "E_PARSE"
    MULTIDOC = "E_MULTIDOC"
    DUP_KEY = "E_DUP_KEY"
    ALIAS = "E_ALIAS"
    AMBIGUOUS = "E_AMBIGUOUS"
    NOT_FOUND = "E_NOT_FOUND"
    CONFLICT = "E_CONFLICT"
    DYNAMIC = "E_DYNAMIC"
    UNREACHABLE = "E_UNREACHABLE"
    UNPINNED = "E_UNPINNED"
    PRECONDITION = "E_PRECONDITION"
    STALE = "E_STALE"
    VERIFY = "E_VERIFY"
    VALIDATOR = "E_VALIDATOR"
    PARAM = "E_PARAM"


class Refusal(Exception):
    """An edit that cannot be made, and why; raised anywhere below `plan`, turned into a result by `propose`."""

    def __init__(self, code: EditCode, reason: str, *, hint: str = "") -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason
        self.hint = hint


@dataclass(frozen=True, kw_only=True, slots=True)
class Duty:
    """Something that stays to be done by a person, because no file of the repository can do it.

    `kind` is secret, variable, environment, check (a required check), setting or file; `command` can be typed.
    """

    kind: str
    text: str
    command: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FileEdit:
    """The patches of one file. `before` is None for a new file; `kind` names the loader that reads its model.

    `intended` is the model that the text after has to have, made without the text: the proof compares both.
    """

    path: str
    kind: str
    before: str | None
    patches: tuple[Patch, ...]
    intended: Json

    @property
    def after(self) -> str:
        """Return the text after the edit."""
        return apply(self.before or "", self.patches)

    def diff(self) -> str:
        """Return the unified diff of this file."""
        return unified_diff(self.path, self.before, self.after)


@dataclass(frozen=True, kw_only=True, slots=True)
class EditResult:
    """How an edit ended. Only a changed one has edits; `reason` says in a sentence what was done or why not."""

    status: EditStatus
    reason: str
    code: EditCode | None = None
    hint: str = ""
    edits: tuple[FileEdit, ...] = ()
    duties: tuple[Duty, ...] = ()
    warnings: tuple[str, ...] = field(default=())

    @property
    def went_well(self) -> bool:
        """Say whether the file is, or would be, as the action wants it."""
        return self.status in (EditStatus.CHANGED, EditStatus.ALREADY)

    def diff(self) -> str:
        """Return the unified diff of all files."""
        return "".join(edit.diff() for edit in self.edits)


def changed(
    reason: str, edits: Sequence[FileEdit], *, duties: Sequence[Duty] = (), warnings: Sequence[str] = ()
) -> EditResult:
    """Make the result of an edit that has patches; without any it is a refusal of its own."""
    return EditResult(
        status=EditStatus.CHANGED, reason=reason, edits=tuple(edits), duties=tuple(duties), warnings=tuple(warnings)
    )


def already(reason: str, *, duties: Sequence[Duty] = (), warnings: Sequence[str] = ()) -> EditResult:
    """Make the result of an edit that finds everything as it should be."""
    return EditResult(status=EditStatus.ALREADY, reason=reason, duties=tuple(duties), warnings=tuple(warnings))


def refused(code: EditCode, reason: str, *, hint: str = "") -> EditResult:
    """Make the result of an edit that cannot be made; E_CONFLICT is a conflict, everything else a refusal."""
    status = EditStatus.CONFLICT if code is EditCode.CONFLICT else EditStatus.REFUSED
    return EditResult(status=status, code=code, reason=reason, hint=hint)


def new_file(path: str, kind: str, text: str, intended: Json) -> FileEdit:
    """Make the edit that creates a file."""
    return FileEdit(path=path, kind=kind, before=None, patches=(patch("", 0, 0, text),), intended=intended)
