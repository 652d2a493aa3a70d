"""What an exception out of an attempt means: failed, errored, worth another attempt, or the end of the run."""

import errno
import traceback

from msgspec import Struct

from orchestrator.contracts import Outcome, failed
from orchestrator.errors import PRECEDENCE, Drift, ExitCode, OrchestrateError, TaskFailed, Unusable
from orchestrator.models.status import FailureClass, OutcomeKind

# The machine said no, not the work: the same attempt may succeed a moment later.
_MACHINE = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO, errno.EAGAIN, errno.ENOBUFS}
)
LONGEST_DETAIL = 20_000  # characters


class Judged(Struct, frozen=True, kw_only=True):
    """An outcome, and what it means beyond its task (see `ports.AttemptEnd`)."""

    outcome: Outcome
    code: ExitCode | None = None
    retryable: bool = True
    fatal: OrchestrateError | None = None


def judge(error: BaseException) -> Judged:
    """Turn an exception that left an attempt into a value."""
    from pydantic import ValidationError  # only a handler's params bring it along: a run without work has none

    if isinstance(error, Unusable):
        return Judged(outcome=_said(error), code=error.exit_code, retryable=False, fatal=error)
    if isinstance(error, TaskFailed):
        return Judged(outcome=_said(error))
    if isinstance(error, OrchestrateError):
        code = error.exit_code if error.exit_code in PRECEDENCE else ExitCode.FAILED
        return Judged(outcome=_said(error), code=code, retryable=False)
    if isinstance(error, ValidationError):
        places = "; ".join(f"`{'.'.join(map(str, each['loc']))}` {each['msg']}" for each in error.errors())
        return Judged(outcome=failed(f"the params are not valid: {places}"), retryable=False)
    return Judged(outcome=errored(_summary(error), _traceback(error), _class_of(error)))


def errored(summary: str, detail: str = "", failure: FailureClass = FailureClass.ERRORED) -> Outcome:
    """Make the outcome of a handler that broke."""
    return Outcome(kind=OutcomeKind.ERRORED, summary=summary, detail=detail, failure=failure)


def timed_out(seconds: float, last_output: str) -> Outcome:
    """Make the outcome of an attempt that took too long."""
    summary = f"timed out after {seconds:g} s"
    return Outcome(kind=OutcomeKind.TIMED_OUT, summary=summary, detail=last_output, failure=FailureClass.TIMEOUT)


def cancelled(why: str = "was cancelled", last_output: str = "") -> Outcome:
    """Make the outcome of an attempt that we stopped."""
    return Outcome(kind=OutcomeKind.CANCELLED, summary=why, detail=last_output)


def _said(error: OrchestrateError) -> Outcome:
    detail = error.detail if isinstance(error, Drift) else ""
    hint = f"\n{error.hint}" if error.hint else ""
    return failed(error.message, detail=f"{detail}{hint}".strip("\n"))


def _class_of(error: BaseException) -> FailureClass:
    machine = isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno in _MACHINE)
    return FailureClass.INFRA if machine else FailureClass.ERRORED


def _summary(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return f"the handler called sys.exit({error.code!r})"
    text = str(error).split("\n", maxsplit=1)[0]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _traceback(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))[-LONGEST_DETAIL:]
