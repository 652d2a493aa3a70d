"""How a run is stopped: the first signal ends it in order, the second at once."""

from collections.abc import Callable
from signal import Signals

from orchestrator.errors import ExitCode

_CODES = {Signals.SIGHUP: ExitCode.SIGHUP, Signals.SIGINT: ExitCode.SIGINT, Signals.SIGTERM: ExitCode.SIGTERM}


class Stopping:
    """Whether somebody asked for the end, and how urgently; `hurry` is called when it is to be at once."""

    def __init__(self, hurry: Callable[[], None]) -> None:
        self._hurry = hurry
        self.code: ExitCode | None = None
        self.at_once = False

    def ask(self, signal: int) -> bool:
        """Note a request; True when it is the first one. The first one's signal decides the exit code."""
        if self.code is None:
            self.code = _CODES.get(Signals(signal), ExitCode.SIGTERM)
            return True
        self.at_once = True
        self._hurry()
        return False
