"""The display for pipes, CI, agents and screen readers: lines are only ever appended.

One line per change of state, in words. A failure brings the end of its output at once and is named again at the end.
Sixty seconds of silence bring a heartbeat, because CI systems end jobs that say nothing.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO

from orchestrator.models.events import Event, EventType
from orchestrator.models.plan import Plan
from orchestrator.reporters.board import Board
from orchestrator.reporters.cells import cells, pad
from orchestrator.reporters.durations import about, clock
from orchestrator.reporters.flags import NO_FLAGS, Flags
from orchestrator.reporters.outline import is_done
from orchestrator.reporters.sink import Sink
from orchestrator.reporters.style import Look
from orchestrator.reporters.summary import render_outline
from orchestrator.reporters.ticker import Ticker
from orchestrator.reporters.wording import Told, Weight, tell
from orchestrator.sanitize import line

_HEARTBEAT = 60.0
_WORD = 9  # "unchanged", "cancelled"
_WIDEST_ID = 20
_MOST_HELD = 10_000  # lines that are kept while a person is asked


class PlainReporter:
    """Appends lines to a stream; with `quiet` only what went wrong.

    `expected` holds the seconds that tasks took in earlier runs; without it there is no ETA. `flags` stand behind the
    commands that are named at the end.
    """

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
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sink = Sink(stream)
        self._look = look
        self._shown = Weight.TROUBLE if quiet else Weight.DETAIL if verbose else Weight.START
        # What a task says meanwhile stands in no line then, and there may be much of it.
        self.ignores = frozenset() if verbose else frozenset({EventType.TASK_OUTPUT, EventType.TASK_PROGRESS})
        self._expected = expected
        self._flags = flags
        self._ticker = ticker
        self._now = now
        self._lock = threading.RLock()
        self._held: list[str] | None = None
        self._board: Board | None = None
        self._last_line = now()
        self._widest = 0

    def start(self, plan: Plan) -> None:
        """Begin to follow a run of this plan."""
        with self._lock:
            self._board = Board(plan, self._now(), self._expected, self._flags)
            self._widest = min(_WIDEST_ID, max((cells(line(task.id)) for task in plan.tasks), default=0))
            self._last_line = self._now()
        if self._ticker is not None:
            self._ticker.start(self.tick)

    def handle(self, event: Event) -> None:
        """Append what the event changes."""
        with self._lock:
            if self._board is None:
                return
            now = self._now()
            self._board.take(event, now)
            told = tell(event, self._board, self._look, self._shown)
            if told is not None and told.weight <= self._shown:
                self._append(told, now - self._board.began)
            if event.type is EventType.RUN_FINISHED:
                outline = self._board.outline(now)
                if self._shown > Weight.TROUBLE or not is_done(outline):
                    self._write("\n" + render_outline(outline, self._look))

    def tick(self) -> None:
        """Append a heartbeat when nothing was said for a minute."""
        with self._lock:
            board, now = self._board, self._now()
            if board is None or now - self._last_line < _HEARTBEAT or not board.running:
                return
            tasks = ", ".join(f"{line(row.id)} {clock(now - row.started)}" for row in board.running.values())
            left = board.left(now)
            eta = f", ETA {about(left)}" if left is not None else ""
            text = f"running {len(board.running)}: {tasks}; {board.ended}/{board.total} ended{eta}"
            self._append(Told(text=text), now - board.began)

    def close(self) -> None:
        """Stop the heartbeat and hand over what a slow reader has not taken yet."""
        if self._ticker is not None:
            self._ticker.stop()
        with self._lock:
            self._release()
        self._sink.close()

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Keep lines back while a person is asked something on the same terminal."""
        with self._lock:
            self._held = []
        try:
            yield
        finally:
            with self._lock:
                self._release()

    def _release(self) -> None:
        held, self._held = self._held, None
        if held:
            self._sink.write("".join(held))

    def _append(self, told: Told, elapsed: float) -> None:
        if told.weight is Weight.DETAIL:
            self._write("".join(f"{row}\n" for row in (told.text, *told.below)))
            return
        text = told.text
        if told.word:
            word = self._look.paint(told.role, pad(told.word, _WORD))
            text = f"{word} {pad(told.task, self._widest)}  {text}"
        self._write("".join(f"{row}\n" for row in (f"[{clock(elapsed):>7}] {text}".rstrip(), *told.below)))

    def _write(self, text: str) -> None:
        self._last_line = self._now()
        if self._held is None:
            self._sink.write(text)
        elif len(self._held) < _MOST_HELD:
            self._held.append(text)
