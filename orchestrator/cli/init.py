"""`orchestrate init`: look at a repository and write the roadmap that it needs, as a phases.yaml of its own."""

from pathlib import Path
from typing import Annotated

from orchestrator.cli.options import Look, argument, option
from orchestrator.cli.options import command as as_command


@as_command
def command(
    common: Look,
    path: Annotated[Path | None, argument(help="the repository (default: this folder)")] = None,
    measure: Annotated[bool, option("--measure", help="measure coverage first; runs the project's tests")] = False,
    template: Annotated[
        str | None,
        option(
            "--from-template",
            value="NAME",
            help="start from `roadmap` (the shipped one) or another phases.yaml",
            envvar=None,
        ),
    ] = None,
    dry_run: Annotated[bool, option("--dry-run", "-n", help="print the document, write nothing")] = False,
    force: Annotated[bool, option("--force", help="replace a document that is there", envvar=None)] = False,
) -> int:
    """Write a commented phases.yaml with what this repository needs and this version can do.

    In a repository that has one from `init` already, only what is new is added; nothing that is there is touched.
    """
    from orchestrator.cli.init_work import init

    return init(common, path, template, measure=measure, dry_run=dry_run, force=force)
