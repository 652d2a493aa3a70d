"""Take secrets out of everything that is written or shown: logs, ledger, events, messages, pages.

A secret is looked for as it is and in the spellings that programs commonly print it in (quoted for URLs, JSON and
shells, base64, hex). Output arrives in chunks, so a stream holds back what may be the beginning of a secret
until it knows. What is missed on purpose: a secret that a program reverses, compresses or breaks over lines.
"""

import base64
import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, quote_plus

from orchestrator.models.json import Json

MASK = "***"
MIN_LENGTH = 6  # characters; masking shorter values would tear ordinary words apart
_MASK = MASK.encode()
_logger = logging.getLogger(__name__)


class Redactor:
    """Replace the values of named secrets by `***`, in whole texts or in streams."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        for name, value in secrets.items():
            if 0 < len(value) < MIN_LENGTH:
                _logger.warning("secret %s is shorter than %d characters and cannot be masked", name, MIN_LENGTH)
        self._secrets = dict(secrets)
        spellings = {spelling for value in secrets.values() for spelling in _spellings(value)}
        long_enough = (spelling for spelling in spellings if len(spelling) >= MIN_LENGTH)
        self.needles = tuple(sorted(long_enough, key=lambda needle: (-len(needle), needle)))
        self.longest = len(self.needles[0]) if self.needles else 0
        # The first bytes of all needles: what the end of a chunk is compared with.
        self._heads = tuple(sorted({needle[:MIN_LENGTH] for needle in self.needles}))
        self._stubs = frozenset(head[:size] for head in self._heads for size in range(1, MIN_LENGTH))

    def including(self, secrets: Mapping[str, str]) -> "Redactor":
        """Return a redactor that knows these secrets too."""
        if secrets.items() <= self._secrets.items():
            return self
        return Redactor({**self._secrets, **secrets})

    def redact(self, data: bytes) -> bytes:
        """Return the bytes without secrets."""
        stream = self.stream()
        return stream.feed(data) + stream.finish()

    def text(self, text: str) -> str:
        """Return the text without secrets."""
        if not self.needles:
            return text
        return self.redact(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")

    def json(self, value: Json) -> Json:
        """Return a JSON value with every text in it redacted, keys too."""
        if not self.needles:
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.text(key): self.json(entry) for key, entry in value.items()}
        if isinstance(value, list | tuple):
            return [self.json(entry) for entry in value]
        return value

    def stream(self) -> "RedactedStream":
        """Return a stream of its own for one source of bytes."""
        return RedactedStream(self)

    def hits(self, data: bytes) -> list[tuple[int, int]]:
        """Return where secrets lie, as (start, end), sorted, overlapping ones merged."""
        found: list[tuple[int, int]] = []
        for needle in self.needles:
            at = data.find(needle)
            while at >= 0:
                found.append((at, at + len(needle)))
                at = data.find(needle, at + 1)
        return list(_merged(sorted(found)))

    def open_end(self, data: bytes) -> int:
        """Return where the last bytes start that may be the beginning of a secret; the length when there are none."""
        size = len(data)
        start = max(0, size - self.longest + 1)
        candidates = (at for head in self._heads for at in _finds(data, head, start))
        opens = [at for at in candidates if self._may_go_on(data[at:])]
        for length in range(min(MIN_LENGTH - 1, size), 0, -1):
            if data[size - length :] in self._stubs:
                opens.append(size - length)
                break
        return min(opens, default=size)

    def _may_go_on(self, last: bytes) -> bool:
        return any(len(needle) > len(last) and needle.startswith(last) for needle in self.needles)


class RedactedStream:
    """Redact bytes that arrive in chunks; the result does not depend on where the chunks were cut."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._held = b""
        self._masked = 0  # so many of the held bytes belong to a secret whose mask is written already

    def feed(self, chunk: bytes) -> bytes:
        """Take a chunk and return what can be written now."""
        if not self._redactor.needles:
            return chunk
        data = self._held + chunk
        return self._take(data, self._redactor.open_end(data))

    def finish(self) -> bytes:
        """Return what was held back."""
        return self._take(self._held, len(self._held))

    def _take(self, data: bytes, end: int) -> bytes:
        pieces: list[bytes] = []
        written = self._masked
        for start, stop in self._redactor.hits(data):
            if start < written:  # goes on where a written mask ends
                written = max(written, stop)
                continue
            if start >= end:
                break
            pieces += (data[written:start], _MASK)
            written = stop
        if written < end:
            pieces.append(data[written:end])
            written = end
        self._held = data[end:]
        self._masked = written - end
        return b"".join(pieces)


def _finds(data: bytes, needle: bytes, start: int) -> Iterator[int]:
    at = data.find(needle, start)
    while at >= 0:
        yield at
        at = data.find(needle, at + 1)


def _merged(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    start = end = -1
    for first, last in spans:
        if first >= end:
            if end >= 0:
                yield start, end
            start, end = first, last
        else:
            end = max(end, last)
    if end >= 0:
        yield start, end


def _spellings(value: str) -> Iterator[bytes]:
    if len(value) < MIN_LENGTH:
        return
    lines = [line.strip() for line in value.splitlines()]
    # Programs print a key of many lines line by line.
    for part in {value, value.strip(), *lines}:
        if len(part) >= MIN_LENGTH:
            yield from (spelling.encode("utf-8", "surrogateescape") for spelling in _quoted(part))
            raw = part.encode("utf-8", "surrogateescape")
            yield from (raw.hex().encode(), raw.hex().upper().encode())
            yield from _base64(raw)
    if len(lines) > 1:
        yield "\r\n".join(lines).encode("utf-8", "surrogateescape")


def _quoted(value: str) -> Iterator[str]:
    yield value
    for url in (quote(value, safe="", errors="surrogateescape"), quote(value, errors="surrogateescape")):
        yield url
        yield re.sub(r"%[0-9A-F]{2}", lambda code: code[0].lower(), url)
    yield quote_plus(value, errors="surrogateescape")
    yield json.dumps(value)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield json.dumps(value).replace("/", "\\/")[1:-1]
    yield repr(value)[1:-1]
    yield value.replace("'", "'\"'\"'")  # as shlex.quote writes it, without the quotes around it
    yield value.replace("'", "'\\''")
    yield re.sub(r"([^\w@%+=:,./-])", r"\\\1", value)
    yield re.sub(r'([\\"$`])', r"\\\1", value)


def _base64(raw: bytes) -> Iterator[bytes]:
    """Yield the characters that depend on `raw` alone, for each of the three places where it can start in a group."""
    for before in range(3):
        first = (before * 8 + 5) // 6
        last = (before + len(raw)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(b"\0" * before + raw)[first:last]
