import contextlib
import io
import os
import threading

import pytest

from orchestrator.reporters.live import LiveReporter
from orchestrator.reporters.ndjson import NdjsonReporter
from orchestrator.reporters.plain import PlainReporter
from orchestrator.reporters.sink import Sink
from orchestrator.reporters.style import Look


@pytest.fixture
def pipe():
    read, write = os.pipe()
    stream = os.fdopen(write, "w", encoding="utf-8")
    yield read, stream
    for close in (stream.close, lambda: os.close(read)):
        with contextlib.suppress(OSError):
            close()


def test_text_reaches_the_reader_at_once(pipe):
    read, stream = pipe
    stream.write("before ")
    sink = Sink(stream)
    sink.write("now ✓\n")
    assert os.read(read, 100) == "before now ✓\n".encode()


def test_a_reader_that_went_away_ends_the_display_and_nothing_else(pipe, plan, news):
    read, stream = pipe
    reporter = PlainReporter(stream, Look(width=0))
    reporter.start(plan)
    os.close(read)
    for _ in range(3):
        reporter.handle(news("task.started", "1.1"))
    reporter.close()
    assert not stream.closed  # it stays its owner's


def test_a_closed_stream_ends_the_display_and_nothing_else(plan, news):
    stream = io.StringIO()
    reporter = PlainReporter(stream, Look(width=0))
    reporter.start(plan)
    stream.close()
    reporter.handle(news("task.started", "1.1"))
    reporter.close()
    sink = Sink(stream)
    sink.write("x")
    assert sink.is_broken


def test_a_stream_that_was_closed_before_we_started_is_none(plan, news):
    for reporter in (PlainReporter(None, Look()), LiveReporter(None, Look()), NdjsonReporter(None, owned=True)):
        reporter.start(plan)
        reporter.handle(news("task.started", "1.1"))
        reporter.close()
    assert Sink(None).is_broken


def test_a_full_disk_ends_the_display_and_nothing_else():
    with open("/dev/full", "w", encoding="utf-8") as stream:
        sink = Sink(stream)
        sink.write("x")
        assert sink.is_broken
        sink.write("y")
        sink.close()


@pytest.mark.parametrize("blocking", [True, False])
def test_a_reader_that_stands_still_never_blocks_and_gets_everything_later(pipe, blocking):
    read, stream = pipe
    os.set_blocking(stream.fileno(), blocking)
    sink = Sink(stream)
    lines = [f"line {number}\n" for number in range(50_000)]
    for line in lines:
        sink.write(line)
    received = bytearray()

    def drain():
        while len(received) < sum(map(len, lines)):
            received.extend(os.read(read, 65536))

    reader = threading.Thread(target=drain)
    reader.start()
    sink.close()
    reader.join()
    assert received.decode() == "".join(lines)


def test_a_reader_that_never_reads_costs_bounded_memory_and_is_told_what_it_missed(pipe):
    read, stream = pipe
    sink = Sink(stream)
    for _ in range(6):
        sink.write("x" * 1024 * 1024)
    received = bytearray()
    ends = threading.Event()

    def drain():
        while not received.endswith(b"too slow]\n"):
            received.extend(os.read(read, 1 << 20))
        ends.set()

    threading.Thread(target=drain, daemon=True).start()
    sink.close()
    assert ends.wait(10)
    assert len(received) < 5 * 1024 * 1024
    assert received.endswith(b" bytes were left out: the reader was too slow]\n")


def test_text_that_the_stream_cannot_encode_is_escaped():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    Sink(stream).write("✓ done\n")
    assert stream.buffer.getvalue() == b"\\u2713 done\n"
