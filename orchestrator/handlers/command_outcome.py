"""What came of a command: its exit code and the changed files become an outcome."""

import signal

from msgspec.structs import replace

from orchestrator.contracts import Finished, Outcome, TaskContext, changed, failed, unchanged
from orchestrator.handlers.command_params import CommandParams
from orchestrator.models.status import FailureClass

_LONGEST_LINE = 100
_BY_SHELL = 128  # a shell whose program was ended by signal n exits with 128 + n
_FROM_OUTSIDE = (signal.SIGKILL, signal.SIGTERM)


def judge(params: CommandParams, context: TaskContext, finished: Finished, files: int) -> Outcome:
    """Return the outcome of a command that ended and changed so many files."""
    line = shortened(params.line)
    code = finished.exit_code
    codes = params.exit_codes
    if finished.idle:
        summary = f"{line} said nothing for {context.task.idle_timeout:g} s and was ended"
        return _not_done(params, finished, summary, FailureClass.TIMEOUT)
    if code in codes.transient:
        return _not_done(params, finished, f"{line} ended with exit code {code}", FailureClass.TRANSIENT)
    if code in codes.changed or (code in codes.ok and files and code not in codes.unchanged):
        outcome = changed(f"{line}: {_files(files)}")
    elif code in (*codes.ok, *codes.unchanged):
        outcome = unchanged(f"{line}: exit code {code}")
    else:
        return _not_done(params, finished, *_failure(line, code))
    result = {
        "exit_code": code,
        "seconds": finished.seconds,
        "output": finished.tail,
        "log": finished.log,
        "leftovers": finished.leftovers,
    }
    return replace(outcome, exit_code=code, detail=_left_behind(finished), result=result)


def shortened(line: str) -> str:
    """Return a command line that fits into a sentence."""
    first, _, rest = line.partition("\n")
    return f"{first[:_LONGEST_LINE]}…" if rest or len(first) > _LONGEST_LINE else first


def _not_done(params: CommandParams, finished: Finished, summary: str, failure: FailureClass) -> Outcome:
    detail = "\n".join(filter(None, (finished.tail, _left_behind(finished))))
    outcome = failed(summary, detail=detail, failure=failure, exit_code=finished.exit_code)
    return replace(outcome, keep_changes=not params.rollback)


def _failure(line: str, code: int) -> tuple[str, FailureClass]:
    signum = -code if code < 0 else code - _BY_SHELL
    if signum not in signal.valid_signals():
        return f"{line} ended with exit code {code}", FailureClass.FAILED
    try:
        name = signal.Signals(signum).name
    except ValueError:  # the real-time signals have no names
        name = f"signal {signum}"
    if signum not in _FROM_OUTSIDE:
        return f"{line} was ended by {name}", FailureClass.FAILED
    # Not by us: an attempt that we end has no outcome of its own.
    reason = ", likely because memory ran out" if signum == signal.SIGKILL else " from outside"
    return f"{line} was ended by {name}{reason}", FailureClass.INFRA


def _files(count: int) -> str:
    if not count:
        return "something changed"
    return f"{count} file{'s' if count > 1 else ''} changed"


def _left_behind(finished: Finished) -> str:
    if not finished.leftovers:
        return ""
    few = finished.leftovers == 1
    return f"{finished.leftovers} process{'' if few else 'es'} that it left behind {'was' if few else 'were'} ended"
