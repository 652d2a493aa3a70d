"""The display for a person at a terminal: running tasks at the bottom, everything finished scrolls up above.

Nothing is shown for the first fifth of a second: a run that is over by then prints its result only.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO

from orchestrator.models.events import Event, EventType
from orchestrator.models.plan import Plan
from orchestrator.reporters.board import Board
from orchestrator.reporters.canvas import Canvas
from orchestrator.reporters.cells import cells, pad
from orchestrator.reporters.durations import about, clock
from orchestrator.reporters.flags import NO_FLAGS, Flags
from orchestrator.reporters.live_rows import LiveRows
from orchestrator.reporters.sink import Sink
from orchestrator.reporters.style import Look
from orchestrator.reporters.summary import render_outline
from orchestrator.reporters.ticker import Ticker
from orchestrator.reporters.wording import Told, Weight, tell
from orchestrator.reporters.wrapping import wrap, wrap_line
from orchestrator.sanitize import line

FRAMES_PER_SECOND = 8
_FIRST_FRAME = 0.2
_WIDEST_ID = 12
_WORDLESS = frozenset(("changed", "unchanged", "FAILED"))  # their glyphs and texts say it already


class LiveReporter:
    """Redraws a few rows of a terminal; `size` returns its columns and lines."""

    def __init__(
        self,
        stream: TextIO | None,
        look: Look,
        *,
        verbose: bool = False,
        quiet: bool = False,
        expected: Mapping[str, float] | None = None,
        flags: Flags = NO_FLAGS,
        ticker: Ticker | None = None,
        size: Callable[[], tuple[int, int]] | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sink = Sink(stream)
        self._look = look
        self._shown = Weight.TROUBLE if quiet else Weight.DETAIL if verbose else Weight.NORMAL
        self._expected = expected
        self._flags = flags
        self._ticker = ticker
        self._size = size or (lambda: terminal_size(stream))
        self._now = now
        self._lock = threading.RLock()
        self._canvas = Canvas(self._sink, colour=look.colour)
        self._rows = LiveRows(look)
        self._above: list[str] = []
        self._board: Board | None = None
        self._is_held = False
        self._long: set[str] = set()
        self._widest = 0

    def start(self, plan: Plan) -> None:
        """Begin to follow a run of this plan."""
        with self._lock:
            self._board = Board(plan, self._now(), self._expected, self._flags)
            self._widest = min(_WIDEST_ID, max((cells(line(task.id)) for task in plan.tasks), default=0))
        if self._ticker is not None:
            self._ticker.start(self.tick)

    def handle(self, event: Event) -> None:
        """Note what the event changes; the next frame shows it."""
        with self._lock:
            if self._board is None:
                return
            now = self._now()
            self._board.take(event, now)
            told = tell(event, self._board, self._look)
            if told is not None and told.weight is not Weight.START and told.weight <= self._shown:
                self._above += self._laid_out(told)
            if event.type is EventType.RUN_FINISHED:
                text = render_outline(self._board.outline(now), self._look, self._size()[0])
                self._above += ["", *text.splitlines()]

    def tick(self) -> None:
        """Draw a frame."""
        with self._lock:
            board, now = self._board, self._now()
            if board is None or self._is_held or now - board.began < _FIRST_FRAME:
                return
            self._tell_long_ones(board, now)
            columns, lines = self._size()
            rows = [] if board.state else self._rows.rows(board, now, columns, lines)
            if rows:
                self._canvas.draw(rows, self._above, columns)
            else:
                self._canvas.clear(self._above, columns)
            self._above = []

    def close(self) -> None:
        """Take the rows away, print what is left to say, and give the terminal back."""
        if self._ticker is not None:
            self._ticker.stop()
        with self._lock:
            self._canvas.clear(self._above, self._size()[0])
            self._above, self._board = [], None
        self._sink.close()

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Give the terminal to a question; what happens meanwhile is shown afterwards."""
        with self._lock:
            self._canvas.clear(self._above, self._size()[0])
            self._above, self._is_held = [], True
        try:
            yield
        finally:
            with self._lock:
                self._is_held = False

    def _laid_out(self, told: Told) -> list[str]:
        """Return the lines of one thing to say: glyph, id, text, and what stands below it."""
        if not told.word:
            return [*wrap_line(told.text, self._size()[0]), *told.below]
        word = "" if told.word in _WORDLESS else f"{told.word}  "
        mark, task = self._look.paint(told.role, told.glyph), self._look.paint("bold", pad(told.task, self._widest))
        text, hang = f"{word}{told.text}".rstrip(), " " * (self._widest + 4)
        return [*wrap(text, self._size()[0], first=f"{mark} {task}  ", then=hang), *told.below]

    def _tell_long_ones(self, board: Board, now: float) -> None:
        """Say once of each task that it runs much longer than usual: it is the first thing that people ask."""
        for row in board.running.values():
            if row.id not in self._long and not row.waits and self._rows.is_long(row, now):
                self._long.add(row.id)
                usual = about(row.expected) if row.expected else ""
                text = f"{line(row.id)}  {line(row.name)}  running long: {clock(now - row.started)}, usually {usual}"
                self._above.append(f"{self._look.paint('warn', self._look.glyph('run'))} {text}")


def terminal_size(stream: TextIO | None) -> tuple[int, int]:
    """Return columns and lines of the terminal behind a stream; 80 by 24 when it does not say."""
    if stream is None:
        return 80, 24
    try:
        size = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):
        return 80, 24
    return size.columns or 80, size.lines or 24
