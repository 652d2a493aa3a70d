"""Wake the executor at the moment when the next pause is over: one alarm at a time, no polling."""

from collections.abc import Callable

from orchestrator.engine.ports import Clock


class Alarm:
    """Rings at a moment of the clock; setting it anew calls the earlier one off."""

    def __init__(self, clock: Clock, ring: Callable[[], None]) -> None:
        self._clock = clock
        self._ring = ring
        self._at: float | None = None
        self._call_off: Callable[[], None] = lambda: None

    def set(self, moment: float | None) -> None:
        """Ring then; None = not at all."""
        if moment != self._at:
            self._call_off()
            self._at = moment
            if moment is not None:
                self._call_off = self._clock.call_at(moment, self._go_off)

    def _go_off(self) -> None:
        self._at = None
        self._ring()
