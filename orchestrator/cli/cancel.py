"""`orchestrate cancel`: stop the run that works on this repository, from another terminal."""

import os
import signal
import sys
import time
from typing import Annotated

from orchestrator.cli.next_command import next_command
from orchestrator.cli.options import Common, option
from orchestrator.cli.options import command as as_command
from orchestrator.cli.places import STATE, find_root
from orchestrator.errors import ExitCode, UsageError
from orchestrator.workspace.lock import Holder, holder, is_held

_LOOK_AGAIN = 0.1  # seconds
_SAME_REQUEST = 0.25  # seconds; see processes.signals.StopSignals


@as_command
def command(
    common: Common,
    now: Annotated[bool, option("--now", help="kill running tasks at once", envvar=None)] = False,
    wait: Annotated[
        float, option("--wait", value="SECONDS", help="seconds to wait for the end, 0 = none", min=0, envvar=None)
    ] = 60.0,
) -> int:
    """Ask the run to stop: it ends what runs, saves, and can be resumed."""
    lock = find_root(common) / STATE / "lock"
    working = holder(lock) if is_held(lock) else None
    if working is None:
        message = "no run works on this repository"
        raise UsageError(message, hint="`orchestrate status` shows the last run")
    _signal(working)
    if now:
        time.sleep(2 * _SAME_REQUEST)  # two requests at once would count as one
        _signal(working)
    until = time.monotonic() + wait
    while time.monotonic() < until:
        if not is_held(lock):
            sys.stdout.write(f"stopped: {working}\nnext: {next_command('resume')}\n")
            return ExitCode.OK
        time.sleep(_LOOK_AGAIN)
    sys.stdout.write(f"asked to stop: {working}\n")
    return ExitCode.OK


def _signal(working: Holder) -> None:
    if working.host != os.uname().nodename:
        message = f"the run works on another machine: {working}"
        raise UsageError(message, hint=f"cancel it on {working.host}")
    try:
        os.kill(working.pid, signal.SIGTERM)
    except ProcessLookupError:
        return  # it ended in this moment
    except PermissionError as error:
        message = f"the run belongs to another user: {working}"
        raise UsageError(message, hint="ask its owner") from error
