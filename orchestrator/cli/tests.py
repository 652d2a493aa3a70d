"""`orchestrate tests generate|verify|report TARGET`: what `type: test_generation` does, by hand."""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Literal

import typer

from orchestrator.cli.options import command as as_command
from orchestrator.cli.options import option
from orchestrator.cli.places import existing_folder
from orchestrator.cli.writing import write_new_text
from orchestrator.contracts import Processes
from orchestrator.errors import ExitCode, UsageError
from orchestrator.models.json import JsonObject
from orchestrator.processes.attempt import ProcessFactory
from orchestrator.processes.redact import Redactor
from orchestrator.sanitize import line as one_line
from orchestrator.testgen.examine import examine
from orchestrator.testgen.generate import Settings, generate
from orchestrator.testgen.report import as_json, examined_json, examined_lines, lines_of, verdict_lines
from orchestrator.testgen.running import Site, find_isolation, require_pytest
from orchestrator.testgen.targets import find_python, find_targets

__test__ = False


@as_command
def command(
    action: Annotated[Literal["generate", "verify", "report"], typer.Argument(help="what to do")],
    target: Annotated[str, typer.Argument(help="a Python file, a folder or a glob")],
    test_file: Annotated[
        str | None, option("--test-file", help="the tests (default: tests/test_NAME.py beside the module)", envvar=None)
    ] = None,
    budget: Annotated[float, option("--budget", help="seconds of exploring per module", min=1, max=3600)] = 60.0,
    write: Annotated[bool, option("--write", help="generate: write the file, do not print it", envvar=None)] = False,
    force: Annotated[bool, option("--force", help="with --write: also over a file that is there", envvar=None)] = False,
    as_json_: Annotated[bool, option("--json", help="the report as JSON", envvar=None)] = False,
    project: Annotated[Path | None, option("--project", help="the repository (default: the one around here)")] = None,
) -> int:
    """Generate tests that proved themselves, or put tests that exist through the same filters."""
    if ((write or force) and action != "generate") or (force and not write):
        message = "--write belongs to `generate`, --force to --write"
        raise UsageError(message, hint="orchestrate tests generate TARGET --write --force")
    root = existing_folder(project) if project is not None else _root_around(Path.cwd())
    work = _Work(str(root.resolve()), _below(root, target), test_file and _below(root, test_file))
    if action == "generate":
        return work.run(lambda site: _generate(site, budget, write=write, force=force, as_json_=as_json_))
    return work.run(lambda site: _examine(site, budget, verify=action == "verify", as_json_=as_json_))


class _Work:
    """The modules that are meant, one after another."""

    def __init__(self, root: str, target: str, test_file: str | None) -> None:
        self._root = root
        self._targets = find_targets(root, target, test_file)

    def run(self, act: Callable[[Site], Awaitable[ExitCode]]) -> ExitCode:
        """Act on each module; the worst exit code is the answer."""
        with tempfile.TemporaryDirectory(prefix="orchestrate-logs-") as logs:
            return asyncio.run(self._each(act, logs))

    async def _each(self, act: Callable[[Site], Awaitable[ExitCode]], logs: str) -> ExitCode:
        factory = ProcessFactory(self._root, logs, Redactor({}), grace=1.0)
        try:
            processes: Processes = factory.for_attempt("tests", "tests", 1, {})
            isolate = await find_isolation(processes)
            codes = []
            for target in self._targets:
                python = find_python(self._root, target.path, processes.find, sys.executable)
                site = Site(root=self._root, target=target, python=python, processes=processes, isolate=isolate)
                await require_pytest(site)
                codes.append(await act(site))
        finally:
            factory.close()
        return max(codes, default=ExitCode.OK)


async def _generate(site: Site, budget: float, *, write: bool, force: bool, as_json_: bool) -> ExitCode:
    place = Path(site.root, site.target.test_file)
    hint = "--force writes over it; without --write the tests are printed"
    if write and place.exists() and not force:  # noqa: ASYNC240 - said before a minute of work, not after it
        message = f"{site.target.test_file} is there already"
        raise UsageError(message, hint=hint)
    made = await generate(site, Settings(budget=budget))
    report = sys.stderr if not write and not as_json_ else sys.stdout
    if as_json_:
        _print_json(as_json(site.target, made))
    else:
        report.write("".join(f"{one_line(line)}\n" for line in lines_of(site.target, made)))
    if not made.text:
        return ExitCode.FAILED
    if write:
        place.parent.mkdir(parents=True, exist_ok=True)
        write_new_text(place, made.text, replace=force, hint=hint)
    elif not as_json_:
        sys.stdout.write(made.text)
    return ExitCode.OK


async def _examine(site: Site, budget: float, *, verify: bool, as_json_: bool) -> ExitCode:
    try:
        text = Path(site.root, site.target.test_file).read_text(encoding="utf-8")  # noqa: ASYNC240 - one small file
    except (OSError, UnicodeDecodeError) as error:
        message = f"{site.target.test_file} cannot be read"
        raise UsageError(message, hint="--test-file names the tests") from error
    found = await examine(site, text, budget=budget)
    if as_json_:
        _print_json(examined_json(site.target, found))
    else:
        lines = [*examined_lines(site.target, found), *(verdict_lines(found) if verify else ())]
        sys.stdout.write("".join(f"{one_line(line)}\n" for line in lines))
    return ExitCode.FAILED if verify and not found.is_sound else ExitCode.OK


def _print_json(content: JsonObject) -> None:
    sys.stdout.write(json.dumps({"schema_version": 1, "command": "tests", **content}, indent=2) + "\n")


def _root_around(folder: Path) -> Path:
    """Return the repository around a folder, else the folder itself."""
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), folder)


def _below(root: Path, path: str) -> str:
    """Return a path as seen from the repository's root; UsageError when it lies elsewhere."""
    here = os.path.relpath(os.path.join(os.getcwd(), path), root)
    if here.startswith(".."):
        if not os.path.isabs(path) and (root / path).exists():
            return path
        message = f"{path} is not in the repository {root}"
        raise UsageError(message, hint="--project names the repository")
    return here
