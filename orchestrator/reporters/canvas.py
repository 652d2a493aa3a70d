"""A few rows at the bottom of the terminal that are redrawn, while finished lines scroll up above them.

No alternate screen: scrollback and selection stay. Rows are erased bottom-up with `EL 2`, counted by how often the
present width makes the terminal wrap them, so that a resize leaves nothing stale; a frame is one synchronised update.
Between two frames cursor and wrapping are as everybody expects them, so that even a killed run leaves a sane terminal.
"""

import io
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from orchestrator.reporters.sink import Sink

_BEGIN = "\x1b[?2026h\x1b[?25l"
_END = "\x1b[?25h\x1b[?2026l"
_NO_WRAP, _WRAP = "\x1b[?7l", "\x1b[?7h"
_ERASE, _ERASE_ABOVE = "\r\x1b[2K", "\x1b[1A\x1b[2K"


class Canvas:
    """The rows that are redrawn."""

    def __init__(self, sink: Sink, *, colour: bool) -> None:
        self._sink = sink
        self._drawn: list[int] = []  # columns of each row of the last frame
        self._last = ""
        self._console = Console(
            file=io.StringIO(),
            force_terminal=True,
            color_system="standard" if colour else None,
            no_color=not colour,
            legacy_windows=False,
            highlight=False,
            markup=False,
            emoji=False,
            width=10_000,
        )

    def draw(self, rows: Sequence[Text], above: Sequence[str], width: int) -> None:
        """Show these rows, and put finished lines above them; rows have to be narrower than `width`."""
        body = "\r\n".join(self._painted(row) for row in rows)
        if body == self._last and not above and all(length < width for length in self._drawn):
            return
        lines = "".join(f"{text}\r\n" for text in above)
        self._sink.write(f"{_BEGIN}{self._erasure(width)}{lines}{_NO_WRAP}{body}{_WRAP}{_END}")
        self._drawn = [row.cell_len for row in rows]
        self._last = body

    def clear(self, above: Sequence[str], width: int) -> None:
        """Take the rows away and leave only finished lines."""
        text = self._erasure(width) + "".join(f"{line}\r\n" for line in above)
        if text:
            self._sink.write(f"{_BEGIN}{text}{_END}")
        self._drawn, self._last = [], ""

    def _erasure(self, width: int) -> str:
        """Return what erases the last frame, which may take more rows now than when it was drawn."""
        if not self._drawn:
            return ""
        rows = sum(max(1, -(-length // max(1, width))) for length in self._drawn)
        return _ERASE + _ERASE_ABOVE * (rows - 1)

    def _painted(self, row: Text) -> str:
        with self._console.capture() as painted:
            self._console.print(row, end="", soft_wrap=True)
        return painted.get()
