import io
import re

import pyte
import pytest

from orchestrator.reporters.live import LiveReporter, terminal_size
from orchestrator.reporters.style import Look


class Terminal(io.StringIO):
    """A virtual terminal; what scrolled off its top is kept."""

    def __init__(self, columns: int, lines: int) -> None:
        super().__init__()
        self.raw = ""
        self._open(columns, lines)

    def _open(self, columns: int, lines: int) -> None:
        self.screen = pyte.HistoryScreen(columns, lines, history=10_000, ratio=0.5)
        self.source = pyte.Stream(self.screen)

    def resize(self, columns: int, lines: int) -> None:
        """Wrap what is there anew, as tmux, VTE, kitty, iTerm and Windows Terminal do; the cursor stays at its end."""
        rows = self.everything()
        self._open(columns, lines)
        chunks = [row[at : at + columns] for row in rows for at in range(0, max(1, len(row)), columns)]
        self.source.feed("\r\n".join(chunks))

    def write(self, text: str) -> int:
        self.raw += text
        self.source.feed(text)
        return len(text)

    def size(self) -> tuple[int, int]:
        return self.screen.columns, self.screen.lines

    def rows(self) -> list[str]:
        """Return what stands on the screen, without the empty rows at its end."""
        rows = [row.rstrip() for row in self.screen.display]
        while rows and not rows[-1]:
            rows.pop()
        return rows

    def everything(self) -> list[str]:
        """Return the scrollback and the screen."""
        columns = range(self.screen.columns)
        past = ["".join(row[at].data for at in columns).rstrip() for row in self.screen.history.top]
        return past + self.rows()


@pytest.fixture
def live(plan, clock, ticker):
    def making(columns=80, lines=24, **options):
        terminal = Terminal(columns, lines)
        look = options.pop("look", Look(width=columns))
        reporter = LiveReporter(terminal, look, now=clock, ticker=ticker, size=terminal.size, **options)
        reporter.start(options.get("plan", plan))
        return terminal, reporter

    return making


def test_running_tasks_stand_at_the_bottom_and_finished_ones_scroll_above(live, clock, ticker, news):
    terminal, reporter = live()
    reporter.handle(news("phase.started", phase="1", name="Foundation"))
    reporter.handle(news("task.started", "1.1", expected=40.0))
    reporter.handle(news("task.started", "1.2"))
    clock.forward(15)
    reporter.handle(news("task.output", "1.2", text="file\nwriting\x1b[2J test\r\n"))
    ticker.tick()
    assert terminal.rows() == [
        "phase 1: Foundation",
        "phase 1 of 2  Foundation                                           0:15 elapsed",
        "─────────────────────────────────────────────────────── 0/4  ✓ 0  ✗ 0  - 0  ↻ 0",
        "● 1.1  Collect coverage            0:15 / ~40s",
        "● 1.2  Fixtures                    0:15          writing test",
    ]
    reporter.handle(news("task.finished", "1.1", state="changed", seconds=15, summary="wrote jest.config.js"))
    ticker.tick()
    assert terminal.rows()[:2] == [
        "phase 1: Foundation",
        "✓ 1.1   Collect coverage  0:15  wrote jest.config.js",
    ]
    assert not any("● 1.1" in row for row in terminal.rows())


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (120, 40), (40, 10), (20, 5)])
def test_no_row_reaches_the_last_column_and_the_canvas_stays_low(live, clock, ticker, news, columns, lines):
    terminal, reporter = live(columns, lines)
    reporter.handle(news("phase.started", phase="1", name="A very long name of a phase " * 5))
    for number in range(30):
        reporter.handle(news("task.started", f"9.{number}", name="A task with quite a long name", expected=20.0))
        reporter.handle(news("task.output", f"9.{number}", text="日本語 output that goes on and on " * 5))
    clock.forward(25)
    ticker.tick()
    canvas = [row for row in terminal.screen.display if row.strip()][-min(14, lines - 2) :]
    assert all(
        not terminal.screen.buffer[y][columns - 1].data.strip()
        for y in range(lines)
        if "9." in terminal.screen.display[y]
    )
    assert len(canvas) <= min(14, lines - 2)
    assert canvas[-1].strip().startswith("+") or lines < 6


def test_a_task_keeps_its_row_while_it_runs(live, clock, ticker, news):
    terminal, reporter = live()
    for task in ("1.1", "1.2", "2.9"):
        reporter.handle(news("task.started", task))
    clock.forward(1)
    ticker.tick()
    before = next(n for n, row in enumerate(terminal.rows()) if "2.9" in row) - len(terminal.rows())
    reporter.handle(news("task.finished", "1.1", state="unchanged", seconds=1))
    ticker.tick()
    assert next(n for n, row in enumerate(terminal.rows()) if "2.9" in row) - len(terminal.rows()) == before
    reporter.handle(news("task.started", "2.10"))
    ticker.tick()
    assert [row.split()[1] for row in terminal.rows() if row.startswith("●")] == ["2.10", "1.2", "2.9"]


@pytest.mark.parametrize("sizes", [[(60, 24), (120, 40), (60, 24)], [(40, 10), (80, 24), (30, 12)]])
def test_a_resize_leaves_nothing_stale_and_loses_no_line(live, clock, ticker, news, sizes):
    terminal, reporter = live()
    finished = 0
    for columns, lines in sizes * 3:
        task = f"9.{finished}"
        reporter.handle(news("task.started", task, name="task"))
        clock.forward(1)
        ticker.tick()
        terminal.resize(columns, lines)
        reporter.handle(news("task.finished", task, state="changed", seconds=1, summary="ok"))
        finished += 1
        clock.forward(1)
        ticker.tick()
    reporter.close()
    text = "\n".join(terminal.everything())
    assert all(f"✓ 9.{number}" in text for number in range(finished))
    assert "elapsed" not in text
    assert "●" not in text


def test_a_failure_is_told_at_once_and_again_at_the_end(live, clock, ticker, news):
    terminal, reporter = live()
    reporter.handle(news("task.started", "1.1"))
    clock.forward(3)
    ticker.tick()
    reporter.handle(
        news("task.finished", "1.1", state="failed", seconds=3, summary="tests failed", detail="a\nb", exit_code=1)
    )
    reporter.handle(news("task.finished", "1.2", state="blocked", cause="1.1"))
    reporter.handle(news("run.finished", state="failed", seconds=3.0))
    reporter.close()
    assert terminal.rows() == [
        "✗ 1.1   Collect coverage  exit 1 after 3.0s  tests failed",
        "    | a",
        "    | b",
        "- 1.2   blocked  Fixtures  needs 1.1, which did not end well",
        "",
        "FAILED 0 done, 1 failed, 1 blocked, 2 pending of 4 in 3.0s",
        "  - 1.2  Fixtures  blocked: needs 1.1",
        "  ✗ 1.1  Collect coverage  failed: tests failed",
        "  next: orchestrate logs 1.1",
        "        orchestrate run --failed",
    ]


def test_long_lines_break_between_words_beneath_their_text(live, clock, ticker, news):
    terminal, reporter = live(60, 24)
    reporter.handle(news("task.started", "1.1"))
    clock.forward(3)
    ticker.tick()
    reporter.handle(
        news(
            "task.finished", "1.1", state="changed", seconds=15, summary="jest.config.js collects twenty more files now"
        )
    )
    scope = {
        "scope": "group 1.a",
        "title": "statements covered, at least 30 %",
        "ok": False,
        "value": 12.5,
        "limit": 30.0,
        "unit": "%",
    }
    reporter.handle(news("checkpoint", **scope))
    reporter.close()
    assert terminal.rows() == [
        "✓ 1.1   Collect coverage  0:15  jest.config.js collects",
        "        twenty more files now",
        "checkpoint group 1.a: statements covered, at least 30 %: NOT",
        "  MET, measured 12.5 %, limit 30 %",
    ]


def test_a_run_that_is_over_at_once_prints_only_its_result(live, clock, ticker, news):
    terminal, reporter = live()
    reporter.handle(news("task.started", "1.1"))
    clock.forward(0.1)
    ticker.tick()
    assert terminal.raw == ""
    reporter.handle(news("task.finished", "1.1", state="changed", seconds=0.1))
    reporter.handle(news("run.finished", state="succeeded", seconds=0.1))
    reporter.close()
    assert "elapsed" not in terminal.raw


def test_every_frame_leaves_cursor_and_wrapping_as_they_were(live, clock, ticker, news):
    terminal, reporter = live()
    reporter.handle(news("task.started", "1.1"))
    for _ in range(5):
        clock.forward(1)
        ticker.tick()
        for on, off in (("\x1b[?25h", "\x1b[?25l"), ("\x1b[?7h", "\x1b[?7l"), ("\x1b[?2026l", "\x1b[?2026h")):
            assert terminal.raw.rfind(on) > terminal.raw.rfind(off)
    assert "\x1b[?1049h" not in terminal.raw
    reporter.close()
    assert terminal.rows() == []


def test_a_frame_that_would_look_the_same_is_not_sent(live, clock, ticker, news):
    terminal, reporter = live()
    reporter.handle(news("task.started", "1.1"))
    clock.forward(1)
    ticker.tick()
    sent = len(terminal.raw)
    ticker.tick()
    assert len(terminal.raw) == sent


def test_without_colour_no_colour_is_sent_and_in_ascii_no_glyph(live, clock, ticker, news):
    for look, escapes in (
        (Look(width=80), r"\x1b\[[0-9;]*[3-4][0-9][0-9;]*m"),
        (Look(width=80, ascii=True), r"[^\x00-\x7f]"),
    ):
        terminal, reporter = live(look=look)
        reporter.handle(news("phase.started", phase="1", name="Foundation with a very long name " * 4))
        reporter.handle(news("task.started", "1.1", expected=1.0))
        reporter.handle(news("task.waiting", "2.9", question="Approve?"))
        clock.forward(30)
        ticker.tick()
        reporter.handle(news("task.finished", "1.1", state="failed", summary="no"))
        reporter.handle(news("run.finished", state="failed"))
        reporter.close()
        assert re.search(escapes, terminal.raw) is None


def test_hostile_text_only_ever_shows_itself(live, clock, ticker, news):
    terminal, reporter = live(verbose=True)
    bad = "\x1b[2J\x1b[H\x1b]0;owned\x07\u202e[/foo][link=file:///etc/passwd]\r\n\ud800\x9b31m"
    reporter.handle(news("phase.started", phase=bad, name=bad))
    reporter.handle(news("task.started", bad, name=bad))
    reporter.handle(news("task.output", bad, text=bad))
    reporter.handle(news("task.waiting", bad, question=bad))
    clock.forward(1)
    ticker.tick()
    reporter.handle(news("task.finished", bad, state="failed", name=bad, summary=bad, detail=bad, log=bad))
    reporter.handle(news("run.finished", state="failed"))
    reporter.close()
    sent = terminal.raw
    for ours in ("\x1b[?2026h", "\x1b[?2026l", "\x1b[?25l", "\x1b[?25h", "\x1b[?7l", "\x1b[?7h", "\x1b[2K", "\x1b[1A"):
        sent = sent.replace(ours, "")
    sent = re.sub(r"\x1b\[[0-9;]*m", "", sent)
    assert not set(sent) & {"\x1b", "\x07", "\u202e", "\x9b", "\ud800"}


def test_a_task_that_runs_much_longer_than_usual_is_named_once(live, clock, ticker, news):
    terminal, reporter = live()
    reporter.handle(news("task.started", "1.1", expected=60.0))
    clock.forward(200)
    ticker.tick()
    clock.forward(200)
    ticker.tick()
    text = "\n".join(terminal.everything())
    assert text.count("● 1.1  Collect coverage  running long: 3:20, usually ~60s") == 1


def test_a_question_has_the_terminal_for_itself(live, clock, ticker, news):
    terminal, reporter = live()
    reporter.handle(news("task.started", "1.1"))
    clock.forward(1)
    ticker.tick()
    with reporter.hold():
        assert terminal.rows() == []
        reporter.handle(news("task.finished", "1.1", state="changed", seconds=1))
        ticker.tick()
        assert terminal.rows() == []
    ticker.tick()
    assert terminal.rows()[0] == "✓ 1.1   Collect coverage  1.0s"


def test_the_eta_comes_from_earlier_runs(live, clock, ticker, news):
    terminal, reporter = live(expected={"1.1": 100.0, "1.2": 50.0, "2.9": 200.0, "2.10": 10.0})
    reporter.handle(news("task.started", "1.1"))
    clock.forward(60)
    ticker.tick()
    assert terminal.rows()[0].endswith("1:00 elapsed  ETA ~3m")


def test_a_stream_without_a_terminal_has_a_usual_size():
    assert terminal_size(io.StringIO()) == (80, 24)
