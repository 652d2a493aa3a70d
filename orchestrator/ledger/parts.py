"""The parts of a run that was resumed: how long it was worked on, and when nobody did."""

from orchestrator.ledger.rows import to_time
from orchestrator.models.record import Break

_A_SECOND = 1_000_000


class Parts:
    """Told when the parts of one run end and begin; times are microseconds."""

    def __init__(self, began: int) -> None:
        self.began = began
        self.seconds = 0.0  # of the parts that are over
        self._ended: int | None = None
        self._breaks: list[tuple[int, int]] = []

    def end(self, time: int, seconds: float) -> None:
        """Take the end that a part has of its own."""
        self._ended = time
        self.seconds += seconds

    def resume(self, time: int, last_sign: int) -> None:
        """Take that another part begins; one that was killed counts until the last that was heard of it."""
        if self._ended is None:
            self._ended = max(last_sign, self.began)
            self.seconds += (self._ended - self.began) / _A_SECOND
        self._breaks.append((min(self._ended, time), time))
        self.began, self._ended = time, None

    def breaks(self) -> tuple[Break, ...]:
        """Return when nobody worked on the run."""
        return tuple(Break(since=to_time(since), until=to_time(until)) for since, until in self._breaks)
