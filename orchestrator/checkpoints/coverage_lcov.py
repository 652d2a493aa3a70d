"""Read lcov tracefiles, as Jest, c8 and geninfo write them."""

from orchestrator.checkpoints.report import Count, FileCoverage, NotAReport, Report

_REMARK = "lcov counts lines, not statements"


def read_lcov_report(text: str) -> Report:
    """Return the report; NotAReport when a record is malformed or there is none."""
    files: dict[str, _Record] = {}
    record: _Record | None = None
    for number, line in enumerate(text.splitlines(), 1):
        key, _, value = line.strip().partition(":")
        if key == "SF":
            record = files.setdefault(value, _Record())
        elif key == "end_of_record":
            record = None
        elif record is not None:
            try:
                record.note(key, value)
            except (ValueError, IndexError) as error:
                message = f"line {number} of the tracefile cannot be read"
                raise NotAReport(message) from error
    if not files:
        message = "it has no record of any file"
        raise NotAReport(message)
    entries = tuple(FileCoverage(path=path, counts=record.counts()) for path, record in files.items())
    return Report(format="lcov", files=entries, remark=_REMARK)


class _Record:
    """The hits of one file; several records of one file (one per test) add up."""

    def __init__(self) -> None:
        self._lines: dict[str, int] = {}
        self._branches: dict[str, int] = {}
        self._functions: dict[str, int] = {}

    def note(self, key: str, value: str) -> None:
        """Take in one line; what is not known (checksums, summaries) is left out, since the details say it all."""
        if key == "DA":
            line, hits = value.split(",")[:2]
            _add(self._lines, line, hits)
        elif key == "BRDA":
            branch, _, taken = value.rpartition(",")
            _add(self._branches, branch, "0" if taken == "-" else taken)
        elif key == "FN":
            self._functions.setdefault(value.rsplit(",", 1)[1], 0)
        elif key == "FNDA":
            hits, name = value.split(",", 1)
            _add(self._functions, name, hits)

    def counts(self) -> dict[str, Count]:
        """Return what was noted, by metric."""
        lines = _covered(self._lines)
        return {
            "lines": lines,
            "statements": lines,
            "branches": _covered(self._branches),
            "functions": _covered(self._functions),
        }


def _add(hits: dict[str, int], name: str, more: str) -> None:
    hits[name] = hits.get(name, 0) + max(0, int(more))


def _covered(hits: dict[str, int]) -> Count:
    return Count(covered=sum(number > 0 for number in hits.values()), total=len(hits))
