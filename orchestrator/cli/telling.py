"""How a run is shown while it goes on, and which files tell it when it has ended, however it did."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from orchestrator.cli.options import Section, option
from orchestrator.cli.report_files import format_of, refuse_unwritable, render, write
from orchestrator.cli.showing import Display
from orchestrator.cli.streams import tell
from orchestrator.errors import ExitCode, Unusable
from orchestrator.reporters.report_format import Format

if TYPE_CHECKING:
    from orchestrator.contracts import Ledger


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Telling(Display):
    """A display with files; a file that could not be written is refused before the run begins."""

    report: Annotated[
        Path | None,
        option("--report", section=Section.SHOW, help="write a report at the end: .html, .md or .xml"),
    ] = None
    junit: Annotated[
        Path | None, option("--junit", section=Section.SHOW, help="write the results as JUnit XML at the end")
    ] = None

    @property
    def files(self) -> tuple[str, ...]:
        """Return the files as they were named."""
        return (*super().files, *(str(path) for path in (self.report, self.junit) if path is not None))

    def refuse_unwritable(self) -> None:
        """Raise UsageError or Unusable for a file that could not be written."""
        for path, _ in self._wanted():
            refuse_unwritable(path)

    def write_files(self, ledger: "Ledger", run: str, code: ExitCode) -> ExitCode:
        """Write the files; return the run's code, or that of a file that could not be written after a good run."""
        for path, format in self._wanted():
            try:
                write(path, render(ledger, ledger.read_run(run), format))
            except Unusable as error:
                tell(f"error: {error.message}\n  hint: orchestrate report {run} -o FILE writes it anew\n")
                code = error.exit_code if code == ExitCode.OK else code
        return code

    def _wanted(self) -> Iterator[tuple[Path, Format]]:
        if self.report is not None:
            yield self.report, format_of(self.report)
        if self.junit is not None:
            yield self.junit, Format.JUNIT
