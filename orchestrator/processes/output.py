"""What a child prints: kept in a bounded log file, as a tail for messages, and passed on line by line.

However much comes, the child is never blocked by us and memory stays bounded. All bytes pass the redactor before
anything else sees them.
"""

import os
import time
from collections import deque
from collections.abc import Callable

from orchestrator.processes.redact import Redactor
from orchestrator.sanitize import plain

LOG_LIMIT = 10_000_000  # bytes of output kept per attempt: the first half and the last half of them
_BLOCK = 65_536
_TAIL_BYTES = 16_384
_TAIL_LINES = 50
_LONGEST_LINE = 16_384
_NEWS_WINDOW = 0.1  # seconds
_NEWS_PER_WINDOW = 65_536  # bytes of lines that are announced in one window


class AttemptLog:
    """The log file of one attempt: made with the first byte, 0600, never longer than `limit` and one line.

    The file is opened for each chunk: a run with many children then needs no file descriptors for logs that it
    would have to find when the first byte comes. A log that cannot be written does not stop the reading; `problem`
    tells.
    """

    def __init__(self, path: str, limit: int = LOG_LIMIT) -> None:
        self.path = path
        self.problem: OSError | None = None
        self._half = limit // 2
        self._size = 0
        self._last: deque[bytearray] = deque()
        self._last_size = 0
        self._left_out = 0

    @property
    def exists(self) -> bool:
        """Say whether anything was written."""
        return self._size > 0

    def add(self, data: bytes) -> None:
        """Append redacted bytes."""
        room = self._half - self._size
        if room > 0:
            first, data = data[:room], data[room:]
            self._write(first, self._size)
            self._size += len(first)
        if data:
            self._remember(data)

    def close(self) -> None:
        """Write what is kept of the end; more may be added afterwards and takes its place."""
        if not self._last:
            return
        surplus = max(0, self._last_size - self._half)
        last = b"".join(self._last)[surplus:]
        left_out = self._left_out + surplus
        if left_out:
            last = f"\n… {left_out:,} bytes left out …\n".encode() + last
        self._write(last, self._size)

    def _remember(self, data: bytes) -> None:
        if self._last and len(self._last[-1]) + len(data) <= _BLOCK:
            self._last[-1] += data
        else:
            self._last.append(bytearray(data))
        self._last_size += len(data)
        while self._last_size - len(self._last[0]) >= self._half:
            gone = len(self._last.popleft())
            self._last_size -= gone
            self._left_out += gone

    def _write(self, data: bytes, at: int) -> None:
        if self.problem is not None or not data:
            return
        try:
            if at == 0:
                folder = os.path.dirname(self.path)
                os.makedirs(os.path.dirname(folder), mode=0o700, exist_ok=True)
                os.makedirs(folder, mode=0o700, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | (0 if at else os.O_TRUNC)
            file = os.open(self.path, flags, 0o600)
            try:
                while data:
                    written = os.pwrite(file, data, at)
                    data, at = data[written:], at + written
                os.ftruncate(file, at)
            finally:
                os.close(file)
        except OSError as error:
            self.problem = error


class LineFeed:
    """Pass complete lines on, a limited amount per moment: who prints faster than a person reads is shown in parts."""

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show
        self._rest = b""
        self._window_ends = 0.0
        self._room = 0
        self._unseen = 0

    def add(self, data: bytes) -> None:
        """Take redacted bytes and pass on the lines that are complete now."""
        lines, newline, rest = data.rpartition(b"\n")
        if newline:
            self._announce(self._rest + lines, lines.count(b"\n") + 1)
            self._rest = b""
        if len(self._rest) < _LONGEST_LINE:
            self._rest += rest[: _LONGEST_LINE - len(self._rest)]

    def close(self) -> None:
        """Pass on a last line that has no end, and say how much was not shown."""
        if self._rest:
            self._announce(self._rest, 1)
            self._rest = b""
        self._tell_unseen()

    def _announce(self, block: bytes, lines: int) -> None:
        now = time.monotonic()
        if now >= self._window_ends:
            self._tell_unseen()
            self._window_ends = now + _NEWS_WINDOW
            self._room = _NEWS_PER_WINDOW
        if len(block) > self._room:
            head, newline, _ = block[: self._room].rpartition(b"\n")
            shown = head.count(b"\n") + 1 if newline else 0
            self._unseen += lines - shown
            block = head
        if block:
            self._room -= len(block)
            self._show(plain(block))

    def _tell_unseen(self) -> None:
        if self._unseen:
            self._show(f"… {self._unseen:,} lines not shown …")
            self._unseen = 0


class Output:
    """The output of one child, on its way from the pipe to log, tail and lines."""

    def __init__(self, log: AttemptLog, redactor: Redactor, lines: LineFeed | None = None) -> None:
        self.size = 0
        self._log = log
        self._lines = lines
        self._stream = redactor.stream()
        self._tail = b""

    def feed(self, data: bytes) -> None:
        """Take a chunk as it was read."""
        self.size += len(data)
        self._keep(self._stream.feed(data))

    def close(self) -> None:
        """Take note that nothing more comes."""
        if self.size:
            self._keep(self._stream.finish())
            self._log.close()
        if self._lines is not None:
            self._lines.close()

    @property
    def tail(self) -> str:
        """The last lines, safe to show."""
        if not self._tail:
            return ""
        lines = plain(self._tail).rstrip().split("\n")
        return "\n".join(lines[-_TAIL_LINES:])

    def _keep(self, data: bytes) -> None:
        if not data:
            return
        self._tail = data[-_TAIL_BYTES:] if len(data) >= _TAIL_BYTES else (self._tail + data)[-_TAIL_BYTES:]
        self._log.add(data)
        if self._lines is not None:
            self._lines.add(data)
