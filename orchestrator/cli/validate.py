"""`orchestrate validate`: every problem of the document at once. Runs nothing, writes nothing."""

import sys
from typing import Annotated, Literal

from orchestrator.cli.opening import open_document
from orchestrator.cli.options import Checking, Drawing, option
from orchestrator.cli.options import command as as_command
from orchestrator.cli.present import look_of, show_problems
from orchestrator.errors import ExitCode, Severity


@as_command
def command(
    common: Checking,
    _drawing: Drawing,
    format: Annotated[
        Literal["full", "concise", "github", "json"], option("--format", help="how problems are shown", envvar=None)
    ] = "full",
    strict: Annotated[bool, option("--strict", help="warnings are errors")] = False,
    quiet: Annotated[bool, option("--quiet", "-q", help="say only what is wrong")] = False,
    deep: Annotated[bool, option("--deep", help="look into the repository too")] = False,
) -> int:
    """Check the document: syntax, keys, ids, dependencies, handlers, params, templates, paths."""
    opened = open_document(common, strict=strict, deep=deep)
    show_problems(opened.problems, sys.stdout, format=format)
    errors = [problem for problem in opened.problems if problem.severity is Severity.ERROR]
    if errors:
        return ExitCode.INVALID
    if format == "full" and not quiet:
        look = look_of(sys.stdout)
        sys.stdout.write(f"{look.paint('good', look.glyph('good'))} {opened.path}: {opened.summary()}\n")
    return ExitCode.OK
