"""Read a Dockerfile into instructions with spans: continuations, comments between them, heredocs, parser directives.

Follows the Dockerfile reference of Docker: a backslash continues a line unless a directive at the top names a backtick.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from orchestrator.edits.result import EditCode, Refusal

KEYWORDS = frozenset(
    [
        "ADD",
        "ARG",
        "CMD",
        "COPY",
        "ENTRYPOINT",
        "ENV",
        "EXPOSE",
        "FROM",
        "HEALTHCHECK",
        "LABEL",
        "MAINTAINER",
        "ONBUILD",
        "RUN",
        "SHELL",
        "STOPSIGNAL",
        "USER",
        "VOLUME",
        "WORKDIR",
    ]
)
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_DIRECTIVE = re.compile(r"#\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(\S.*?)\s*$")
_HEREDOC = re.compile(r"<<(?P<strip>-?)\s*(?P<quote>[\"']?)(?P<name>[A-Za-z_][\w.]*)(?P=quote)")
_WITH_HEREDOC = frozenset(("RUN", "COPY", "ADD"))


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction. `start` and `end` span its lines without the last line end; `text` is joined, without comments.

    `above` is where the comments begin that stand right above it.
    """

    keyword: str
    written: str
    text: str
    start: int
    end: int
    above: int
    line: int
    heredocs: Sequence[str] = ()

    def model(self) -> list[object]:
        """Return what it means."""
        return [self.keyword, self.text, list(self.heredocs)]


@lru_cache(maxsize=4)
def scan(text: str) -> Sequence[Instruction]:
    """Return the instructions; Refusal E_PARSE with the line of what cannot be read."""
    return tuple(_Scanner(text).run())


class _Scanner:
    def __init__(self, text: str) -> None:
        self._lines = [(found.start(), found[0]) for found in _LINE.finditer(text)]
        self._at = 0
        self._escape = "\\"
        self._above: int | None = None
        self._found: list[Instruction] = []

    def run(self) -> list[Instruction]:
        self._read_directives()
        while self._at < len(self._lines):
            start, line = self._lines[self._at]
            plain = line.strip()
            if not plain:
                self._above = None
                self._at += 1
            elif plain.startswith("#"):
                self._above = start if self._above is None else self._above
                self._at += 1
            else:
                self._found.append(self._instruction())
                self._above = None
        if not any(one.keyword == "FROM" for one in self._found):
            raise Refusal(EditCode.PARSE, "there is no FROM instruction")
        return self._found

    def _read_directives(self) -> None:
        """Read `# escape=` among the directives, which end with the first line that is none."""
        for _, line in self._lines:
            found = _DIRECTIVE.match(line.strip())
            if found is None or found[1].lower() not in ("syntax", "escape", "check"):
                return
            if found[1].lower() == "escape":
                if found[2] not in ("\\", "`"):
                    raise Refusal(EditCode.PARSE, f"the escape character cannot be {found[2]}")
                self._escape = found[2]

    def _instruction(self) -> Instruction:
        first = self._at
        start, line = self._lines[first]
        parts: list[str] = []
        while self._at < len(self._lines):
            plain = self._lines[self._at][1].strip()
            self._at += 1
            if parts and (not plain or plain.startswith("#")):
                continue
            if not plain.endswith(self._escape):
                parts.append(plain)
                break
            parts.append(plain[:-1].rstrip())
        joined = " ".join(part for part in parts if part)
        written, _, rest = joined.partition(" ")
        if "\t" in written:
            written, _, rest = joined.partition("\t")
        if written.upper() not in KEYWORDS:
            raise Refusal(EditCode.PARSE, f"line {first + 1}: {written!r} is no instruction")
        heredocs = self._heredocs(rest, first) if written.upper() in _WITH_HEREDOC else []
        end = self._lines[self._at - 1][0] + len(self._lines[self._at - 1][1].rstrip("\r\n"))
        above = start if self._above is None else self._above
        begin = start + len(line) - len(line.lstrip(" \t"))
        return Instruction(written.upper(), written, rest.strip(), begin, end, above, first + 1, tuple(heredocs))

    def _heredocs(self, text: str, first: int) -> list[str]:
        bodies = []
        for found in _HEREDOC.finditer(re.sub(r"<<<", "   ", text)):
            body = []
            while True:
                if self._at >= len(self._lines):
                    raise Refusal(EditCode.PARSE, f"line {first + 1}: the heredoc {found['name']} does not end")
                line = self._lines[self._at][1].rstrip("\r\n")
                self._at += 1
                if (line.lstrip("\t") if found["strip"] else line) == found["name"]:
                    break
                body.append(line)
            bodies.append("\n".join(body))
        return bodies
