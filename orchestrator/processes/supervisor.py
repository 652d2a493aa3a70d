"""The parent of the engine, for the case that the engine cannot clean up any more.

`orchestrate run` is two processes. This one does next to nothing, so that nothing can go wrong in it: it waits,
passes signals on, and when the engine is gone it ends every process that is left of the run. When it is gone
itself, the kernel sends the engine SIGTERM (see `StopSignals`). Both stay in the process group that the shell
made: job control, pipes and the terminal work as for one process.
"""

import os
import signal
import sys
import termios
from collections.abc import Callable
from typing import TypeAlias

from orchestrator.errors import ExitCode
from orchestrator.processes.sweep import become_subreaper, children, end_descendants, end_with_parent

_PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
_EXIT_CODES = {
    signal.SIGINT: ExitCode.SIGINT,
    signal.SIGTERM: ExitCode.SIGTERM,
    signal.SIGHUP: ExitCode.SIGHUP,
}
_FROM_KERNEL = 0x80  # si_code of a signal that the terminal sent, to the whole foreground group
_Modes: TypeAlias = list[int | list[bytes | int]]
_SHOW_CURSOR = b"\x1b[?25h\x1b[0m"


def supervise(engine_main: Callable[[], int]) -> int:
    """Fork, run `engine_main` in the child, and return its exit code once no process of the run is left.

    The child does not return from here: it ends with SystemExit, so that `finally` blocks and exit handlers run. An
    engine that was killed gives `ExitCode.INTERNAL`; SIGINT, SIGTERM and SIGHUP give 130, 143 and 129.
    """
    become_subreaper()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # a parent that ignored it would take all exit codes from us
    spared = frozenset(children(os.getpid()))
    modes = _terminal_modes()
    # A background job of a script ignores SIGINT, one under nohup SIGHUP: what was ignored stays ignored.
    passed_on = {signum for signum in _PASSED_ON if signal.getsignal(signum) is not signal.SIG_IGN}
    # From here on signals wait in a queue instead of interrupting, so none is lost around the fork.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, passed_on | {signal.SIGCHLD})
    sys.stdout.flush()
    sys.stderr.flush()
    supervisor = os.getpid()
    engine = os.fork()
    if engine == 0:
        become_subreaper()
        end_with_parent(signal.SIGTERM)
        if os.getppid() != supervisor:  # it died before the kernel was asked to tell
            raise SystemExit(ExitCode.SIGTERM)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        raise SystemExit(engine_main())
    try:
        status = _wait(engine, passed_on)
        end_descendants(supervisor, spare=spared)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return _exit_code(status, modes)


def _wait(engine: int, passed_on: set[signal.Signals]) -> int:
    """Pass signals on until the engine has ended; return its wait status."""
    # A terminal that goes away tells the session's leader only (`ssh -t HOST orchestrate`, a window of its own).
    leads = os.getsid(0) == os.getpid()
    while True:
        news = signal.sigwaitinfo(passed_on | {signal.SIGCHLD})
        if news.si_signo == signal.SIGCHLD:
            status = _reap(engine)
            if status is not None:
                return status
        elif news.si_code < _FROM_KERNEL or (news.si_signo == signal.SIGHUP and leads):
            # The engine is our unreaped child, so the number cannot belong to somebody else.
            os.kill(engine, news.si_signo)


def _reap(engine: int) -> int | None:
    """Wait for all that are dead; return the engine's status when it is among them."""
    found = None
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if pid == 0:
            return found
        if pid == engine:
            found = status


def _exit_code(status: int, modes: _Modes | None) -> int:
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return code
    signum = signal.Signals(-code)
    _restore_terminal(modes)
    if signum in _EXIT_CODES:
        return _EXIT_CODES[signum]
    reason = ", perhaps because memory ran out" if signum == signal.SIGKILL else ""
    _tell(f"error: the engine was ended by {signum.name}{reason}; `orchestrate resume` continues the run\n")
    return ExitCode.INTERNAL


def _tell(line: str) -> None:
    try:
        os.write(2, line.encode())
    except OSError:  # the terminal is gone; there is nobody to tell
        return


def _terminal_modes() -> _Modes | None:
    try:
        return termios.tcgetattr(0)
    except (termios.error, OSError):
        return None


def _restore_terminal(modes: _Modes | None) -> None:
    """Give the terminal back as we found it: the engine may have died in a prompt or with the cursor hidden."""
    if modes is None:
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
    try:
        termios.tcsetattr(0, termios.TCSADRAIN, modes)
        if os.isatty(2):
            os.write(2, _SHOW_CURSOR)
    except (termios.error, OSError):  # the terminal is gone
        return
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
