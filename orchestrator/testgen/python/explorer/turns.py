"""Which tests still get a turn, where those of a large project would take longer than anybody waits."""

from typing import Any

import pytest

from .stopwatch import Stopwatch

NO_TURN = "no turn"  # how a test went that was passed over


class Turns:
    """Pass over the tests that come after the time is up; None has no end."""

    def __init__(self, stopwatch: Stopwatch, seconds: float | None) -> None:
        self._stopwatch = stopwatch
        self._seconds = seconds
        self._until: float | None = (
            None  # counted from the first test: what is imported before takes as long as it takes
        )
        self._is_over = False

    def has_turn(self) -> bool:
        """Say whether the test that comes now is run."""
        if self._seconds is not None and not self._is_over:
            now = self._stopwatch.now()
            self._until = now + self._seconds if self._until is None else self._until
            self._is_over = now > self._until
        return not self._is_over

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: Any, nextitem: Any) -> bool | None:  # noqa: ARG002 - pytest's names
        """Say of a test without a turn that it is done."""
        return True if self._is_over else None
