"""What a coverage report says, whatever tool wrote it: counts per file and in all."""

from collections.abc import Mapping

from msgspec import Struct, field

METRICS = ("statements", "branches", "functions", "lines")
LARGEST = 64 * 1024 * 1024  # bytes of a report that is still read


class NotAReport(ValueError):
    """The file is not a coverage report that can be read; the message says why in plain words."""


class Count(Struct, frozen=True, kw_only=True):
    """How many of how many were covered."""

    covered: int
    total: int

    def __add__(self, other: "Count") -> "Count":
        return Count(covered=self.covered + other.covered, total=self.total + other.total)


class FileCoverage(Struct, frozen=True, kw_only=True):
    """The counts of one source file, by metric."""

    path: str
    counts: Mapping[str, Count]


class Report(Struct, frozen=True, kw_only=True):
    """A whole report; `totals` are the tool's own, which hold also when it lists no files."""

    format: str
    files: tuple[FileCoverage, ...] = ()
    totals: Mapping[str, Count] = field(default_factory=dict)
    remark: str = ""

    def sum(self, metric: str) -> Count | None:
        """Add up what the files say about a metric; None when no file says anything."""
        counts = [file.counts[metric] for file in self.files if metric in file.counts]
        return sum(counts, Count(covered=0, total=0)) if counts else None


def count(covered: object, total: object) -> Count:
    """Make a count out of two values of a report; NotAReport when they are no counts."""
    if not (isinstance(covered, int) and isinstance(total, int)) or isinstance(covered, bool):
        message = f"covered {covered!r} of {total!r} is not a pair of whole numbers"
        raise NotAReport(message)
    if not 0 <= covered <= total:
        message = f"covered {covered} of {total} cannot be"
        raise NotAReport(message)
    return Count(covered=covered, total=total)
