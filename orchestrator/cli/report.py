"""`orchestrate report`: a run as a page, as Markdown or as JUnit XML, out of the ledger."""

import sys
from pathlib import Path
from typing import Annotated

from orchestrator.cli.options import Common, argument, option
from orchestrator.cli.options import command as as_command
from orchestrator.cli.places import find_root
from orchestrator.cli.report_files import format_of, render, write
from orchestrator.cli.state import chosen_run, reading
from orchestrator.errors import ExitCode
from orchestrator.reporters.report_format import Format


@as_command
def command(
    common: Common,
    run: Annotated[str | None, argument(help="the beginning of a run's id (default: the last run)")] = None,
    format: Annotated[
        Format | None,
        option(
            "--format",
            value="FORMAT",
            help="default: by the ending of --output (.md, .html, .xml), else md",
            envvar=None,
        ),
    ] = None,
    output: Annotated[
        Path | None, option("--output", "-o", help="write it to this file (default: stdout)", envvar=None)
    ] = None,
) -> int:
    """Tell a run from the baseline to the last checkpoint: a page, a pull request's summary, or test results for CI."""
    with reading(find_root(common)) as ledger:
        record = chosen_run(ledger, run)
        chosen = format or (format_of(output, hint=", or add --format md, html or junit") if output else Format.MD)
        text = render(ledger, record, chosen)
    if output is None:
        sys.stdout.write(text)
    else:
        write(output, text)
    return ExitCode.OK
