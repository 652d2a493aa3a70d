import asyncio
import resource
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.processes.attempt import ProcessFactory
from orchestrator.processes.output import AttemptLog, LineFeed
from orchestrator.sanitize import plain

HOSTILE = "\x1b[2J\x1b[H\x07\x9b31m\u202e\u2066\u200b\u2028\x7f\r\b"


def test_plain_output_has_no_colours_and_only_the_last_state_of_a_progress_bar() -> None:
    assert plain(b"\x1b[32mok\x1b[0m\r\n10%\r50%\r100%\nend\xff") == "ok\n100%\nend\ufffd"


def log_of(path: Path) -> bytes:
    return path.read_bytes()


def test_a_log_keeps_the_first_and_the_last_half_and_says_what_it_left_out(tmp_path: Path) -> None:
    log = AttemptLog(str(tmp_path / "run" / "t.1.log"), limit=20)
    for char in "abcdefghij":
        log.add(char.encode() * 10)
    log.close()
    assert log_of(tmp_path / "run/t.1.log") == "aaaaaaaaaa\n… 80 bytes left out …\njjjjjjjjjj".encode()


@given(st.lists(st.integers(min_value=1, max_value=70), min_size=1, max_size=30))
def test_a_log_holds_what_was_written_however_it_came(sizes: list[int]) -> None:
    data = bytes(number % 251 for number in range(sum(sizes)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run" / "t.log"
        log = AttemptLog(str(path), limit=200)
        at = 0
        for size in sizes:
            log.add(data[at : at + size])
            at += size
            log.close()  # closing between the chunks makes no difference: an attempt may run several children
        written = path.read_bytes()
    left_out = max(0, len(data) - 200)
    note = f"\n… {left_out:,} bytes left out …\n".encode() if left_out else b""
    assert written == (data[:100] + note + data[100:][-100:] if len(data) > 100 else data)


def test_lines_of_a_flood_are_counted_instead_of_shown() -> None:
    seen: list[str] = []
    feed = LineFeed(seen.append)
    feed.add(b"x" * 99 + b"\n")
    for _ in range(100):
        feed.add(b"0123456789012345678\n" * 5_000)
    feed.add(b"last")
    feed.close()
    shown = sum(block.count("0123456789012345678") for block in seen)
    unseen = sum(int(block.split()[1].replace(",", "")) for block in seen if block.startswith("… "))
    assert seen[0] == "x" * 99
    assert sum(map(len, seen)) < 1_000_000
    assert 500_000 <= shown + unseen <= 500_001


def test_a_line_without_end_is_cut() -> None:
    seen: list[str] = []
    feed = LineFeed(seen.append)
    for _ in range(100):
        feed.add(b"x" * 1_000)
    feed.add(b"\nnext\n")
    feed.close()
    assert "\n".join(seen) == "x" * 16_384 + "\nnext"


def bombs() -> dict[str, list[str]]:
    size = str(100 << 20)
    return {
        "no line ends": ["head", "-c", size, "/dev/zero"],
        "short lines": ["sh", "-c", f"yes a | head -c {size}"],
        "binary": ["head", "-c", size, "/dev/urandom"],
        "colours": ["sh", "-c", f"yes \"$(printf '\\033[31mred\\033[0m\\033[2J')\" | head -c {size}"],
    }


@pytest.mark.parametrize("name", bombs())
def test_a_hundred_megabytes_of_output_are_bounded(
    make_factory: Callable[..., ProcessFactory], root: Path, name: str
) -> None:
    factory = make_factory()
    shown: list[str] = []
    attempt = factory.for_attempt("r", "t", 1, {}, on_output=shown.append)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    finished = asyncio.run(attempt.run(bombs()[name]))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert (finished.exit_code, finished.output_bytes) == (0, 100 << 20)
    assert (root / ".orchestrate" / str(finished.log)).stat().st_size < 10_000_100
    assert len(finished.tail) < 100_000
    assert grown < 60_000  # KiB


CANARY = "c4n4ry-with-some-length"


@pytest.mark.parametrize("pause", [0, 1])
def test_a_secret_reaches_neither_log_nor_tail_nor_lines(
    make_factory: Callable[..., ProcessFactory], root: Path, pause: int
) -> None:
    factory = make_factory({"CANARY": CANARY}, log_limit=600)
    shown: list[str] = []
    attempt = factory.for_attempt("r", "t", 1, {}, secrets=["CANARY"], on_output=shown.append)
    # Printed in two parts, cut at every place, so that pipe, log and tail are cut inside of it too.
    script = f"""
    import os, sys, time
    secret = os.environ["CANARY"]
    for cut in range(len(secret) + 1):
        os.write(1, secret[:cut].encode())
        time.sleep(0.003 * {pause})
        os.write(1, secret[cut:].encode() + b"\\n")
    sys.exit(secret)
    """
    program = "\n".join(line[4:] for line in script.splitlines())
    finished = asyncio.run(attempt.run(["python3", "-c", program]))
    written = b"".join(path.read_bytes() for path in root.rglob("*") if path.is_file()).decode()
    for text in (written, finished.tail, "\n".join(shown), attempt.last_output):
        assert "***" in text
        assert not any(CANARY[start : start + 8] in text for start in range(len(CANARY) - 8))
