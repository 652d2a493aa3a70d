"""Read Cobertura XML (coverage.py, Istanbul, gcovr, JaCoCo converters), streaming and without entities.

A plain DOCTYPE is let through: Istanbul and gcovr always write one, and expat never fetches it. Whatever declares an
entity or holds an internal subset is refused before anything can expand.
"""

import re
from xml.parsers import expat

from orchestrator.checkpoints.report import Count, FileCoverage, NotAReport, Report

_CONDITIONS = re.compile(r"\((\d{1,9})/(\d{1,9})\)")
_REMARK = "Cobertura counts lines, not statements"


def read_xml_report(data: bytes) -> Report:
    """Return the report; NotAReport when it is not well-formed, not Cobertura, or declares entities."""
    reader = _Reader()
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError as error:
        message = f"it is not valid XML ({error})"
        raise NotAReport(message) from error
    if not reader.is_coverage:
        message = "it is XML, but not a Cobertura report"
        raise NotAReport(message)
    return Report(format="Cobertura XML", files=reader.files(), remark=_REMARK)


def _refuse_entities(*_: object) -> None:
    message = "it declares XML entities, which are not read"
    raise NotAReport(message)


def _refuse_internal_subset(_name: str, _system: object, _public: object, has_internal_subset: int) -> None:
    if has_internal_subset:
        _refuse_entities()


class _Reader:
    """Collects hits per file while expat walks through the document."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.EntityDeclHandler = _refuse_entities
        self.parser.StartDoctypeDeclHandler = _refuse_internal_subset
        self.is_coverage = False
        self._depth = 0
        self._file = ""
        self._method_hits: list[int] | None = None
        self._lines: dict[str, dict[int, int]] = {}
        self._branches: dict[str, dict[int, Count]] = {}
        self._functions: dict[str, list[bool]] = {}

    def files(self) -> tuple[FileCoverage, ...]:
        """Return the counts per file."""
        return tuple(FileCoverage(path=path, counts=self._counts(path)) for path in self._lines)

    def _counts(self, path: str) -> dict[str, Count]:
        hits = self._lines[path].values()
        lines = Count(covered=sum(number > 0 for number in hits), total=len(hits))
        counts = {"lines": lines, "statements": lines}
        branches = self._branches.get(path)
        if branches:
            counts["branches"] = sum(branches.values(), Count(covered=0, total=0))
        functions = self._functions.get(path)
        if functions:
            counts["functions"] = Count(covered=sum(functions), total=len(functions))
        return counts

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._depth == 0:
            self.is_coverage = name == "coverage"
        self._depth += 1
        if name == "class":
            self._file = attributes.get("filename", "")
            self._lines.setdefault(self._file, {})
        elif name == "method":
            self._method_hits = []
        elif name == "line" and self._file:
            self._line(attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        if name == "class":
            self._file = ""
        elif name == "method" and self._method_hits is not None:
            if self._file and self._method_hits:
                self._functions.setdefault(self._file, []).append(max(self._method_hits) > 0)
            self._method_hits = None

    def _line(self, attributes: dict[str, str]) -> None:
        """Note a line; methods repeat the lines of their class, and a file may hold several classes."""
        try:
            number, hits = int(attributes["number"]), int(attributes["hits"])
        except (KeyError, ValueError) as error:
            message = "a line of the report has no number or no hits"
            raise NotAReport(message) from error
        if self._method_hits is not None:
            self._method_hits.append(hits)
        lines = self._lines[self._file]
        lines[number] = max(lines.get(number, 0), hits)
        found = _CONDITIONS.search(attributes.get("condition-coverage", ""))
        if found:
            covered, total = int(found[1]), int(found[2])
            self._branches.setdefault(self._file, {})[number] = Count(covered=min(covered, total), total=total)
