"""What the live display shows at the bottom: two rows about the run, then one row per running task.

A task keeps its row as long as it runs: a row that moves cannot be followed by the eye.
"""

from msgspec import Struct
from rich.cells import cell_len, set_cell_size
from rich.text import Text

from orchestrator.models.status import DONE, TaskState
from orchestrator.reporters.board import Board, Running
from orchestrator.reporters.cells import clip_middle, pad
from orchestrator.reporters.durations import about, clock
from orchestrator.reporters.style import Look
from orchestrator.sanitize import line, output

_STYLES = {
    "good": "green",
    "bad": "red",
    "warn": "yellow",
    "accent": "cyan",
    "dim": "dim",
    "bold": "bold",
    "long": "bold yellow",
    "": "",
}
_MOST_ROWS = 14
_PART_OF_ID = 5  # of the columns
_LEAST_ID = 12
_USUAL = 8  # columns of what a task usually takes
_SLOW, _LONG = 1.5, 3.0  # times the usual duration


class _Widths(Struct, frozen=True, kw_only=True):
    """How many columns the parts of the tasks' rows take."""

    id: int
    name: int
    usual: int

    @classmethod
    def of(cls, rows: list[Running], columns: int) -> "_Widths":
        """Give the ids what the widest of them needs, within bounds."""
        ids = max((cell_len(line(row.id)) for row in rows), default=0)
        usual = _USUAL if any(row.expected for row in rows) else 0
        return cls(
            id=min(ids, max(_LEAST_ID, columns // _PART_OF_ID)),
            name=max(8, min(30, columns // 3)),  # always the same: columns that move cannot be followed
            usual=usual,
        )


class LiveRows:
    """Turns a board into rows of text; remembers which task stands in which row."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._slots: list[str | None] = []

    def rows(self, board: Board, now: float, width: int, height: int) -> list[Text]:
        """Return the rows, each narrower than `width`, together lower than `height`."""
        self._seat(board)
        most = max(1, min(_MOST_ROWS, height - 2))
        columns = max(1, width - 1)  # the last column would make some terminals wrap
        texts = [self._head(board, now, columns), self._bar(board, columns)]
        room = max(0, most - len(texts))
        seated = list(self._slots)
        hidden = 0
        if len(seated) > room:
            running = [task for task in seated if task is not None]
            seated = [*running[: max(0, room - 1)]]
            hidden = len(running) - len(seated)
        shown = [board.running.get(task) if task else None for task in seated]
        widths = _Widths.of([row for row in shown if row is not None], columns)
        texts += [self._task(row, now, columns, widths) if row else Text(" ") for row in shown]
        if hidden:
            texts.append(self._cut(self._span(f"  +{hidden} more running", "dim"), columns))
        return texts[:most]

    def is_long(self, row: Running, now: float) -> bool:
        """Say whether a task runs much longer than it usually does."""
        return bool(row.expected and row.expected > 5 and now - row.started > _LONG * row.expected)

    def _seat(self, board: Board) -> None:
        """Free the rows of tasks that ended and give the lowest free ones to those that began."""
        self._slots = [task if task in board.running else None for task in self._slots]
        for task in board.running:
            if task in self._slots:
                continue
            if None in self._slots:
                self._slots[self._slots.index(None)] = task
            else:
                self._slots.append(task)
        while self._slots and self._slots[-1] is None:
            self._slots.pop()

    def _span(self, text: str, style: str = "") -> Text:
        return Text(text, _STYLES[style], no_wrap=True, end="")

    def _cut(self, text: Text, columns: int) -> Text:
        text.truncate(columns, overflow="crop" if self._look.ascii else "ellipsis")
        return text

    def _fit(self, text: str, columns: int) -> str:
        """Return the text in exactly so many columns."""
        if cell_len(text) <= columns:
            return set_cell_size(text, columns)
        ellipsis = self._look.glyph("ellipsis")
        return set_cell_size(text, max(0, columns - cell_len(ellipsis))) + ellipsis[:columns]

    def _head(self, board: Board, now: float, columns: int) -> Text:
        phases = ",".join(map(line, board.phases)) or "-"
        names = " + ".join(line(name) for name in board.phases.values() if name)
        left = f"phase {phases} of {len(board.plan.phases)}  {names}".rstrip()
        if board.stopping:
            left = f"stopping ({line(board.stopping)}): once more stops at once"
        remaining = board.left(now)
        eta = f"  ETA {about(remaining)}" if remaining is not None else ""
        right = f"{clock(now - board.began)} elapsed{eta}"
        text = self._span(self._fit(left, max(0, columns - cell_len(right) - 2)), "bold")
        return self._cut(text.append(f"  {right}", _STYLES["accent"]), columns)

    def _bar(self, board: Board, columns: int) -> Text:
        failed = board.count(TaskState.FAILED)
        other = board.count(TaskState.SKIPPED, TaskState.BLOCKED, TaskState.CANCELLED)
        counts = (
            ("good", board.count(*DONE), "good"),
            ("bad", failed, "bad" if failed else "dim"),
            ("skip", other, "warn" if other else "dim"),
            ("retry", board.retries, "dim"),
        )
        tail = self._span(f" {board.ended}/{board.total}", "bold")
        for glyph, number, style in counts:
            tail.append(f"  {self._look.glyph(glyph)} {number}", _STYLES[style])
        room = max(0, columns - tail.cell_len)
        full = room * board.ended // max(1, board.total)
        text = self._span(self._look.glyph("bar") * full, "bad" if failed else "good")
        text.append(self._look.glyph("track") * (room - full), _STYLES["dim"])
        return self._cut(text.append_text(tail), columns)

    def _task(self, row: Running, now: float, columns: int, widths: "_Widths") -> Text:
        glyph, style = ("wait", "warn") if row.waits else ("retry", "warn") if row.backoff else ("run", "accent")
        text = self._span(f"{self._look.glyph(glyph)} ", style)
        id_ = clip_middle(line(row.id), widths.id, self._look.glyph("ellipsis"))
        text.append(f"{pad(id_, widths.id)}  ", _STYLES["bold"])
        text.append(f"{self._fit(line(row.name), widths.name)} ")
        elapsed = now - row.started
        usual = f" / {about(row.expected)}" if row.expected else ""
        slow = bool(row.expected and row.expected > 5 and elapsed > _SLOW * row.expected)
        text.append(
            f"{clock(elapsed):>5}{usual:<{widths.usual}}",
            _STYLES["long" if self.is_long(row, now) else "warn" if slow else ""],
        )
        last = output(row.last.strip().split("\n")[0])
        return self._cut(text.append(f"  {last}", _STYLES["warn" if row.waits else "dim"]), columns)
