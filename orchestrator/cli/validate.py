"""`orchestrate validate`: every problem of the document at once. Runs nothing, writes nothing."""

import sys
from typing import Annotated, Literal

from orchestrator.cli.options import Checking, Drawing, option
from orchestrator.cli.options import command as as_command
from orchestrator.cli.places import document_path
from orchestrator.cli.plan_cache import find_plan, question_of
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
    path = document_path(common)
    kept = None if strict or deep else find_plan(question_of(path, common))
    if kept is not None:
        show_problems(kept.warnings, sys.stdout, format=format)
        summary = kept.summary
    else:
        from orchestrator.cli.document import examine, open_document, summary_of

        opened = open_document(path, common, strict=strict, deep=deep)
        problems, plan = examine(opened, common)
        show_problems(problems, sys.stdout, format=format)
        if any(problem.severity is Severity.ERROR for problem in problems):
            return ExitCode.INVALID
        summary = summary_of(plan) if plan is not None else opened.as_written()
    if format == "full" and not quiet:
        look = look_of(sys.stdout)
        sys.stdout.write(f"{look.paint('good', look.glyph('good'))} {path}: {summary}\n")
    return ExitCode.OK
