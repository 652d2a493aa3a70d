"""`orchestrate validate`: every problem of the document at once. Runs nothing, writes nothing."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Struct
from msgspec.structs import replace

from orchestrator.cli.contradictions import refuse
from orchestrator.cli.options import Checking, Drawing, argument, option
from orchestrator.cli.options import command as as_command
from orchestrator.cli.places import document_path, enter_directory
from orchestrator.cli.plan_cache import find_plan, question_of
from orchestrator.cli.present import look_of, show_problems
from orchestrator.errors import ExitCode, Place, Problem, Severity, UsageError


class Verdict(Struct, frozen=True, kw_only=True):
    """What there is to say about one document; `summary` counts what one without errors has."""

    path: Path
    problems: Sequence[Problem]
    summary: str = ""

    @property
    def is_valid(self) -> bool:
        """Say whether the document can be planned."""
        return not any(problem.severity is Severity.ERROR for problem in self.problems)


@as_command
def command(
    common: Checking,
    _drawing: Drawing,
    files: Annotated[list[Path] | None, argument(value="FILE", help="documents (default: the one of --config)")] = None,
    format: Annotated[
        Literal["full", "concise", "json", "github", "sarif", "junit"],
        option("--format", value="FORMAT", help="how problems are shown", envvar=None),
    ] = "full",
    as_json: Annotated[bool, option("--json", help="the same as --format json", envvar=None)] = False,
    strict: Annotated[bool, option("--strict", help="warnings are errors")] = False,
    quiet: Annotated[bool, option("--quiet", "-q", help="print only problems")] = False,
    deep: Annotated[bool, option("--deep", help="also check against the repository: tools, workflows, files")] = False,
) -> int:
    """Check documents: syntax, keys, ids, dependencies, handlers, params, templates, paths.

    orchestrate validate --format concise           a line for each problem
    orchestrate validate --format sarif > v.sarif   for code scanning
    """
    refuse((as_json and format not in ("full", "json"), "--json", f"--format {format}"))
    verdicts = [_look_at(path, common, strict=strict, deep=deep) for path in _documents(files or (), common)]
    _show(verdicts, "json" if as_json else format)
    valid = [each for each in verdicts if each.is_valid]
    if format == "full" and not (quiet or as_json):
        look = look_of(sys.stdout)
        for each in valid:
            sys.stdout.write(f"{look.paint('good', look.glyph('good'))} {each.path}: {each.summary}\n")
    return ExitCode.OK if len(valid) == len(verdicts) else ExitCode.INVALID


def _show(verdicts: Sequence[Verdict], format: str) -> None:
    if format == "junit":
        from orchestrator.reporters.problems_junit import render_problems_junit

        sys.stdout.write(render_problems_junit({_shown(each.path): each.problems for each in verdicts}))
    elif format == "sarif":
        from orchestrator import __version__
        from orchestrator.planning.codes import CODES
        from orchestrator.reporters.sarif import render_sarif

        rules = {code: (each.title, each.text) for code, each in CODES.items()}
        placed = [_placed(problem, each.path) for each in verdicts for problem in each.problems]
        sys.stdout.write(render_sarif(placed, rules, __version__))
    else:
        show_problems([problem for each in verdicts for problem in each.problems], sys.stdout, format=format)


def _placed(problem: Problem, path: Path) -> Problem:
    """Return a problem with a place: code scanning drops what has none."""
    return (
        problem if problem.place else replace(problem, place=Place(file=_shown(path), line=1, column=1, end_column=1))
    )


def _shown(path: Path) -> str:
    """Return a path as the places of problems have it: from here, where it lies below."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _documents(files: Sequence[Path], common: Checking) -> Sequence[Path]:
    """Return what is to be checked: the files that are named, else the one document that all commands mean."""
    if not files:
        return [document_path(common)]
    if common.config is not None and str(common.config) != os.environ.get("ORCHESTRATE_CONFIG"):
        message = "--config and a FILE both name a document"
        raise UsageError(message, hint=f"orchestrate validate {' '.join(map(str, [common.config, *files]))}")
    enter_directory(common)
    return files


def _look_at(path: Path, common: Checking, *, strict: bool, deep: bool) -> Verdict:
    kept = None if strict or deep else find_plan(question_of(path, common))
    if kept is not None:
        return Verdict(path=path, problems=kept.warnings, summary=kept.summary)
    from orchestrator.cli.pydantic_alone import load_pydantic

    load_pydantic()
    from orchestrator.cli.document import examine, open_document, summary_of

    opened = open_document(path, common, strict=strict, deep=deep)
    problems, plan = examine(opened, common)
    verdict = Verdict(path=path, problems=problems)
    if not verdict.is_valid:
        return verdict
    return replace(verdict, summary=summary_of(plan) if plan is not None else opened.as_written())
