"""The real clock: monotonic moments for decisions, wall time only for display."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime


class SystemClock:
    """Implement `ports.Clock` with the machine's clocks and the running loop."""

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return time.monotonic()

    def now(self) -> datetime:
        """Return the time in UTC."""
        return datetime.now(UTC)

    def call_at(self, moment: float, callback: Callable[[], None]) -> Callable[[], None]:
        """Have the running loop call back at a moment."""
        loop = asyncio.get_running_loop()
        return loop.call_later(max(0.0, moment - time.monotonic()), callback).cancel
