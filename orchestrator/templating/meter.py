"""What one rendering may cost: steps, sizes, time.

Jinja2's sandbox stops escapes, not work (`10**10**8`, nested loops, text that doubles itself). Every loop pass, call,
filter, operator, comparison and output goes through a meter, so a rendering inside this process always ends: after
STEPS steps on values of bounded size, or after SECONDS.
"""

import time
from collections.abc import Callable, Iterable, Iterator

STEPS = 1_000_000
SECONDS = 5.0
TEXT = 10_000_000  # characters of one text, and of all output of one rendering
ITEMS = 100_000  # of one list that is made while rendering
BITS = 4_096  # of one number
RANGE = 1_000
TEMPLATE_SOURCE = 1_000_000  # characters
EXPRESSION_SOURCE = 20_000
CHARACTERS_PER_STEP = 100


class TooMuch(Exception):
    """A template asks for more than it may; the message says for what."""


class Meter:
    """Counts what one rendering does."""

    __slots__ = ("_clock", "_deadline", "_left", "_written")

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left = STEPS
        self._written = 0
        self._deadline = clock() + SECONDS

    def charge(self, steps: int = 1) -> None:
        """Count some steps; TooMuch when there are none left or the time is over."""
        self._left -= steps
        if self._left < 0:
            message = f"it takes more than {STEPS:,} steps"
            raise TooMuch(message)
        if self._clock() > self._deadline:
            message = f"it takes longer than {SECONDS:g} seconds"
            raise TooMuch(message)

    def touch(self, *values: object) -> None:
        """Count what it costs to look at everything below these values once.

        Values that contain themselves many times over (`[[x, x], [x, x]]`) are counted as often as a comparison would
        meet them.
        """
        waiting = list(values)
        while waiting:
            value = waiting.pop()
            if isinstance(value, str):
                self.charge(1 + len(value) // CHARACTERS_PER_STEP)
            elif isinstance(value, dict):
                self.charge(1 + len(value))
                waiting.extend(value.values())
            elif isinstance(value, list | tuple):
                self.charge(1 + len(value))
                waiting.extend(value)
            else:
                self.charge()

    def passes(self, items: Iterable[object]) -> Iterator[object]:
        """Yield the items of a loop, one step each."""
        for item in items:
            self.charge()
            yield item

    def write(self, characters: int) -> None:
        """Count output, also output that is captured by a macro or block."""
        self._written += characters
        self.charge(1 + characters // CHARACTERS_PER_STEP)
        sized(self._written)


def sized(characters: int) -> None:
    """Raise TooMuch when a text of this length would be made."""
    if characters > TEXT:
        message = f"it makes a text of more than {TEXT:,} characters"
        raise TooMuch(message)


def counted(items: int) -> None:
    """Raise TooMuch when a list of this length would be made."""
    if items > ITEMS:
        message = f"it makes a list of more than {ITEMS:,} items"
        raise TooMuch(message)


def numbered(bits: int) -> None:
    """Raise TooMuch when a number of this many bits would be made."""
    if bits > BITS:
        message = f"it makes a number of more than {BITS:,} bits"
        raise TooMuch(message)
