"""How a run is stopped: the first signal ends it in order, the second at once."""

from collections.abc import Callable
from signal import SIGHUP, SIGINT, SIGTERM, Signals

from orchestrator.errors import ExitCode

_WHO_STOPS = {
    SIGINT: "stopped by Ctrl-C",
    SIGTERM: "asked by `orchestrate cancel` or SIGTERM",
    SIGHUP: "the terminal is gone",
}
_CODES = {SIGHUP: ExitCode.SIGHUP, SIGINT: ExitCode.SIGINT, SIGTERM: ExitCode.SIGTERM}


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


def who_stops(signal: int) -> str:
    """Return who asked for the end, in words."""
    return _WHO_STOPS.get(Signals(signal), f"stopped by signal {signal}")
