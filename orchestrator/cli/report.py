"""`orchestrate report`: a run as a page, as Markdown or as JUnit XML, out of the ledger."""

import sys
from pathlib import Path
from typing import Annotated

from orchestrator.cli.options import Common, argument, option
from orchestrator.cli.options import command as as_command
from orchestrator.cli.places import find_root
from orchestrator.cli.state import chosen_run, measurements, reading
from orchestrator.cli.streams import tell
from orchestrator.errors import ExitCode, Unusable, UsageError
from orchestrator.reporters.coverage_progress import moments_of
from orchestrator.reporters.report import report_of
from orchestrator.reporters.report_pages import Format, render_report

_BY_ENDING = {".html": Format.HTML, ".htm": Format.HTML, ".md": Format.MD, ".xml": Format.JUNIT}


def _format_of(output: Path) -> Format:
    """Return the format that a file's ending stands for; UsageError when it stands for none."""
    found = _BY_ENDING.get(output.suffix.lower())
    if found is None:
        message = f"nothing says in which format to write {output}"
        raise UsageError(message, hint=f"end it in {', '.join(_BY_ENDING)}, or add --format md, html or junit")
    return found


@as_command
def command(
    common: Common,
    run: Annotated[str | None, argument(help="the beginning of a run's id (default: the last run)")] = None,
    format: Annotated[
        Format | None,
        option(
            "--format",
            value="FORMAT",
            help="default: what the file's ending says (.md, .html, .htm, .xml); md without a file",
            envvar=None,
        ),
    ] = None,
    output: Annotated[Path | None, option("--output", "-o", help="write it to this file", envvar=None)] = None,
) -> int:
    """Tell a run from the baseline to the last checkpoint: a page, a pull request's summary, or test results for CI."""
    with reading(find_root(common)) as ledger:
        record = chosen_run(ledger, run)
        measured = measurements(ledger)
    chosen = format or (_format_of(output) if output else Format.MD)
    text = render_report(report_of(record, moments_of(record, measured)), chosen)
    if output is None:
        sys.stdout.write(text)
        return ExitCode.OK
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"{output} cannot be written: {error.strerror}"
        raise Unusable(message, hint="make its folder, or name another file with -o") from error
    tell(f"wrote {output}\n")
    return ExitCode.OK
