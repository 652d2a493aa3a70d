"""``type: coverage``: how much of the sources the tests reach, as the coverage tool itself measured it.

The number is computed from the counts of the report, never from a printed percentage, and only from a report that the
command has just written: an old report looks like a measurement and is none.
"""

import math
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from orchestrator.checkpoints.coverage_json import read_json_report
from orchestrator.checkpoints.coverage_lcov import read_lcov_report
from orchestrator.checkpoints.coverage_xml import read_xml_report
from orchestrator.checkpoints.path_globs import matches_any
from orchestrator.checkpoints.report import LARGEST, Count, NotAReport, Report
from orchestrator.contracts import CheckContext, Checkpoint, Measurement, Params, RelativePath
from orchestrator.errors import OrchestrateError


class CoverageParams(Params):
    """What is measured, where the tool writes it, and the least that is accepted."""

    metric: Literal["statements", "branches", "functions", "lines"] = Field(
        default="statements", description="what is counted"
    )
    min: float = Field(ge=0, le=100, strict=False, description="percent")
    source: RelativePath = Field(description="the report: Istanbul JSON, coverage.py JSON, Cobertura XML or lcov")
    command: list[str] = Field(default=[], max_length=200, description="writes the report; runs before it is read")
    cwd: RelativePath = Field(default=".", description="the folder in which the command runs")
    allow_failing_tests: bool = Field(default=False, description="read the report although the command failed")
    include: list[str] = Field(default=[], max_length=100, description="globs: only these files of the report")
    exclude: list[str] = Field(default=[], max_length=100, description="globs: without these files of the report")


class CoverageCheckpoint(Checkpoint[CoverageParams]):
    """Compare measured coverage with a minimum."""

    type = "coverage"
    params_model = CoverageParams

    def title(self, params: CoverageParams) -> str:
        """Say metric, minimum and report: a phase often measures several parts of a repository."""
        return f"{params.metric} covered, at least {params.min:g} % ({params.source})"

    def decided_by(self, params: CoverageParams) -> Sequence[str] | None:
        """Return the whole tree when a command measures it; a report that somebody else wrote is read every time."""
        return ("**",) if params.command else None

    async def measure(self, params: CoverageParams, context: CheckContext) -> Measurement:
        """Run the command, read the report, compare."""
        if params.command:
            try:
                problem = await _write_report(params, context)
            except OrchestrateError as error:
                problem = error.message
            if problem:
                return _not_measured(params, problem)
        try:
            report = read_report(context.workspace.read_bytes(params.source))
            covered = _select(report, params)
        except FileNotFoundError:
            return _not_measured(params, f"there is no file {params.source}")
        except OSError as error:
            return _not_measured(params, f"{params.source} cannot be read: {error.strerror or error}")
        except NotAReport as error:
            return _not_measured(params, f"{params.source}: {error}")
        except OrchestrateError as error:
            return _not_measured(params, error.message)
        return _measured(params, report, covered)


def read_report(data: bytes) -> Report:
    """Read a coverage report of any known format; NotAReport says in plain words why it cannot be read."""
    if len(data) > LARGEST:
        message = f"it is larger than {LARGEST // 1024 // 1024} MiB"
        raise NotAReport(message)
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        message = "it is empty"
        raise NotAReport(message)
    if start.startswith(b"<"):
        return read_xml_report(data)
    text = data.decode("utf-8-sig", errors="replace")
    if start.startswith((b"{", b"[")):
        return read_json_report(text)
    if start.startswith((b"TN:", b"SF:")):
        return read_lcov_report(text)
    message = "its format is not known; known are Istanbul JSON, coverage.py JSON, Cobertura XML and lcov"
    raise NotAReport(message)


async def _write_report(params: CoverageParams, context: CheckContext) -> str:
    """Run the command; return why its report cannot be trusted, or nothing."""
    before = context.workspace.stamp(params.source)
    work = context.processes.run(params.command, cwd=params.cwd)
    finished = await context.workspace.track(work)
    after = context.workspace.stamp(params.source)
    if finished.exit_code != 0 and not params.allow_failing_tests:
        return f"`{' '.join(params.command)}` ended with exit code {finished.exit_code}\n{finished.tail}".rstrip()
    if after is None:
        return f"`{' '.join(params.command)}` did not write {params.source}"
    if after == before:
        return f"{params.source} is older than this run: `{' '.join(params.command)}` did not write it"
    return ""


def _select(report: Report, params: CoverageParams) -> Count:
    """Return the count of the metric over the files that were asked for."""
    if params.include or params.exclude:
        files = tuple(
            file
            for file in report.files
            if (not params.include or matches_any(file.path, params.include))
            and not matches_any(file.path, params.exclude)
        )
        if not files:
            message = "no file of the report is left by `include` and `exclude`"
            raise NotAReport(message)
        found = Report(format=report.format, files=files).sum(params.metric)
    else:
        found = report.totals.get(params.metric) or report.sum(params.metric)
    if found is None:
        message = f"the report ({report.format}) has no {params.metric}"
        raise NotAReport(message)
    if found.total == 0:
        message = f"the report has no {params.metric} to cover: nothing was collected"
        raise NotAReport(message)
    return found


def _measured(params: CoverageParams, report: Report, covered: Count) -> Measurement:
    percent = 100 * covered.covered / covered.total
    remark = f" ({report.remark})" if report.remark and params.metric == "statements" else ""
    return Measurement(
        ok=covered.covered * 100 >= params.min * covered.total,
        message=f"{_shown(percent)} % of {params.metric} covered, {covered.covered} of {covered.total}{remark}",
        value=percent,
        limit=params.min,
        unit="%",
        source=params.source,
        details={
            "metric": params.metric,
            "covered": covered.covered,
            "total": covered.total,
            "format": report.format,
            "files": len(report.files),
        },
    )


def _shown(percent: float) -> str:
    """Round down, so that 79.996 is never shown as a fulfilled 80."""
    hundredths = math.floor(round(percent * 100, 6))  # 81.15 * 100 is a little less than 8115
    return f"{hundredths / 100:.2f}".rstrip("0").rstrip(".")


def _not_measured(params: CoverageParams, reason: str) -> Measurement:
    summary, _, tail = reason.partition("\n")
    return Measurement(
        ok=False,
        message=f"cannot be measured: {summary}",
        limit=params.min,
        unit="%",
        source=params.source,
        details={"metric": params.metric, "output": tail} if tail else {"metric": params.metric},
    )
