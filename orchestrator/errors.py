"""Every expected error: where it is, what is wrong, what to do next, and the exit code it ends with.

A bug is none of these: it keeps its traceback and ends with `ExitCode.INTERNAL`.
"""

from collections.abc import Sequence
from enum import IntEnum, StrEnum

from msgspec import Struct


class ExitCode(IntEnum):
    """Exit codes are public API (`orchestrate help exit-codes`)."""

    OK = 0
    FAILED = 1
    USAGE = 2
    INVALID = 3
    INTERNAL = 4
    NOTHING_SELECTED = 5
    INPUT_NEEDED = 6
    WAITING = 7
    REFUSED = 8
    LOCKED = 9
    UNUSABLE = 10
    DRIFT = 11
    MISSING_TOOL = 12
    SIGHUP = 129
    SIGINT = 130
    SIGTERM = 143


# With several causes the first of these is reported.
PRECEDENCE = (
    ExitCode.SIGINT,
    ExitCode.SIGTERM,
    ExitCode.SIGHUP,
    ExitCode.INTERNAL,
    ExitCode.UNUSABLE,
    ExitCode.INVALID,
    ExitCode.DRIFT,
    ExitCode.MISSING_TOOL,
    ExitCode.FAILED,
    ExitCode.REFUSED,
    ExitCode.WAITING,
    ExitCode.NOTHING_SELECTED,
    ExitCode.OK,
)


def worst(codes: Sequence[ExitCode]) -> ExitCode:
    """Return the code that is reported when a run ended for several reasons."""
    return min(codes, key=PRECEDENCE.index, default=ExitCode.OK)


class Severity(StrEnum):
    """How much a problem matters: an error stops the command, a warning does not (`--strict` makes it)."""

    ERROR = "error"
    WARNING = "warning"


class Place(Struct, frozen=True, kw_only=True):
    """A spot in a text file; line and column count from 1, `end_column` is exclusive."""

    file: str
    line: int
    column: int
    end_column: int
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Problem(Struct, frozen=True, kw_only=True):
    """One thing that is wrong in what a person wrote.

    `code` is stable API: E0xx syntax, E1xx shape, E2xx graph, E3xx handler fields, E4xx files and templates,
    W5xx style.
    """

    code: str
    message: str
    place: Place | None = None
    hint: str | None = None
    severity: Severity = Severity.ERROR


class OrchestrateError(Exception):
    """An expected error. `hint` is something that the reader can type or do."""

    exit_code = ExitCode.FAILED

    def __init__(self, message: str, *, hint: str | None = None, place: Place | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.place = place


class UsageError(OrchestrateError):
    """The command line asks for something that does not exist, or a file cannot be read."""

    exit_code = ExitCode.USAGE


class DecisionRefused(UsageError):
    """A decision about a task that does not wait for one, or about which somebody else has decided."""


class DocumentInvalid(OrchestrateError):
    """The document has problems; all of them are told at once."""

    exit_code = ExitCode.INVALID

    def __init__(self, problems: Sequence[Problem]) -> None:
        errors = sum(problem.severity is Severity.ERROR for problem in problems)
        super().__init__(f"{errors} problem{'s' if errors != 1 else ''} found")
        self.problems = tuple(problems)


class NothingSelected(OrchestrateError):
    """The selection is empty."""

    exit_code = ExitCode.NOTHING_SELECTED


class InputNeeded(OrchestrateError):
    """A question has to be answered and there is no terminal, or `--no-input` was given."""

    exit_code = ExitCode.INPUT_NEEDED


class LockHeld(OrchestrateError):
    """Another run works on this repository."""

    exit_code = ExitCode.LOCKED


class Unusable(OrchestrateError):
    """Workspace or ledger cannot be used: disk full, read-only, corrupt, or written by a newer version."""

    exit_code = ExitCode.UNUSABLE


class PathRefused(UsageError):
    """A path leads out of the repository, into a protected folder, or is not portable."""


class Drift(OrchestrateError):
    """A file is not as we left it, or an undo would overwrite somebody's edit; `detail` shows the versions."""

    exit_code = ExitCode.DRIFT

    def __init__(self, message: str, *, hint: str | None = None, detail: str = "") -> None:
        super().__init__(message, hint=hint)
        self.detail = detail


class MissingTool(OrchestrateError):
    """A plug-in or a needed program is missing or broken."""

    exit_code = ExitCode.MISSING_TOOL


class TaskFailed(OrchestrateError):
    """The work said no: raised by a handler's `run` or `verify`; the task ends as failed."""


class NoGenerator(TaskFailed):
    """Tests are asked for of a kind of file that nothing here writes tests for."""
