"""`orchestrate tests generate|verify|report TARGET`: what `type: test_generation` does, by hand."""

from pathlib import Path
from typing import Annotated, Literal

from orchestrator.cli.options import Section, argument, option
from orchestrator.cli.options import command as as_command

__test__ = False


@as_command
def command(
    action: Annotated[Literal["generate", "verify", "report"], argument(help="what to do")],
    target: Annotated[str, argument(help="a module, a folder or a glob")],
    test_file: Annotated[
        str | None,
        option(
            "--test-file", value="FILE", help="the test file (default: where the project has its tests)", envvar=None
        ),
    ] = None,
    test_type: Annotated[
        Literal["all", "unit", "property", "api", "config", "integration", "e2e"],
        option(
            "--test-type",
            value="TYPE",
            help="generate: which kind of tests",
        ),
    ] = "all",
    budget: Annotated[float, option("--budget", value="SECONDS", help="seconds per module", min=0.1, max=3600)] = 60.0,
    write: Annotated[
        bool, option("--write", help="generate: write the file instead of printing it", envvar=None)
    ] = False,
    force: Annotated[bool, option("--force", help="with --write: overwrite a file that is there", envvar=None)] = False,
    as_json_: Annotated[bool, option("--json", help="the report as JSON", envvar=None)] = False,
    project: Annotated[
        Path | None,
        option("--project", value="DIR", section=Section.PLACE, help="the repository (default: the one around here)"),
    ] = None,
) -> int:
    """Generate tests that proved themselves, or put tests that exist through the same filters.

    orchestrate tests generate src/money.ts           print the tests
    orchestrate tests generate src/money.ts --write   write them beside the others
    orchestrate tests verify src/money.ts             what the present ones prove
    """
    from orchestrator.cli.tests_work import work_on_tests

    return work_on_tests(
        action, target, test_file, test_type, budget, project, write=write, force=force, as_json_=as_json_
    )
