"""Write text to a stream without ever blocking or breaking the run.

A reader may be slow, stopped or gone: `| less`, `| head`, a closed pipe, a full disk. Text that the stream does not
take at once is kept (up to a bound) and handed over later; when the stream is broken, everything after is dropped.
"""

import os
import select
import threading
import time
from typing import TextIO

_LARGEST_BACKLOG = 4 * 1024 * 1024  # bytes that wait for a slow reader
_CHUNK = 4096  # PIPE_BUF: a pipe that polls as writable takes this much without blocking
_PATIENCE = 10.0  # seconds that `close` waits for a reader that takes nothing


class Sink:
    """A text stream as reporters use it; safe to use from several threads. None: it was closed before we started."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._backlog = bytearray()
        self._dropped = 0
        self.is_broken = stream is None
        self._fd = None if stream is None else _descriptor(stream)

    def write(self, text: str) -> None:
        """Hand the text over as far as the reader takes it now."""
        with self._lock:
            if self.is_broken or self._stream is None:
                return
            try:
                if self._fd is None:
                    self._stream.write(_encodable(text, self._stream))
                    self._stream.flush()
                else:
                    self._keep(text, self._stream.encoding)
                    self._drain(self._fd, wait=0.0)
            except (OSError, ValueError):  # gone, full, or closed by somebody
                self.is_broken = True
                self._backlog.clear()

    def close(self) -> None:
        """Wait for a slow reader while it takes something; the stream itself stays open."""
        with self._lock:
            if self._fd is None or self.is_broken:
                return
            try:
                if self._dropped:
                    self._backlog += f"\n[{self._dropped} bytes were left out: the reader was too slow]\n".encode()
                self._drain(self._fd, wait=_PATIENCE)
            except (OSError, ValueError):
                self.is_broken = True

    def _keep(self, text: str, encoding: str | None) -> None:
        data = text.encode(encoding or "utf-8", "backslashreplace")
        if len(self._backlog) + len(data) > _LARGEST_BACKLOG:
            self._dropped += len(data)
        else:
            self._backlog += data

    def _drain(self, fd: int, *, wait: float) -> None:
        """Write while the stream takes it; give up when it takes nothing for `wait` seconds."""
        poll = select.poll()
        poll.register(fd, select.POLLOUT)
        until = time.monotonic() + wait
        while self._backlog:
            left = max(0.0, until - time.monotonic())
            if not poll.poll(left * 1000):
                return
            try:
                written = os.write(fd, self._backlog[:_CHUNK])
            except BlockingIOError:
                if left == 0:
                    return
                time.sleep(0.01)  # a descriptor that polls as writable and takes nothing: no busy loop
                continue
            del self._backlog[:written]
            until = time.monotonic() + wait


def _descriptor(stream: TextIO) -> int | None:
    """Return the descriptor below a stream with everything flushed that was written before; None in memory."""
    try:
        fd = stream.fileno()
    except (OSError, ValueError, AttributeError):
        return None
    try:
        stream.flush()
    except (OSError, ValueError):  # the first write will find out the same
        return fd
    return fd


def _encodable(text: str, stream: TextIO) -> str:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)
