"""Generate tests, or put tests that exist through the same filters: what `orchestrate tests` does."""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

from msgspec import Struct

from orchestrator.cli.places import existing_folder
from orchestrator.cli.writing import write_new_text
from orchestrator.contracts import Processes
from orchestrator.errors import ExitCode, TaskFailed, UsageError
from orchestrator.handlers.config_edit_tree import DiskTree
from orchestrator.models.json import JsonObject
from orchestrator.processes.attempt import ProcessFactory
from orchestrator.processes.redact import Redactor
from orchestrator.sanitize import line as one_line
from orchestrator.testgen.generator import Generator, Project, Settings, Target
from orchestrator.testgen.kinds import PARTS, TOGETHER, offers
from orchestrator.testgen.languages import find_generator, language_of, refuse_target
from orchestrator.testgen.report import as_json, examined_json, examined_lines, lines_of, verdict_lines
from orchestrator.testgen.results import Generated

__test__ = False


def work_on_tests(
    action: str,
    target: str,
    test_file: str | None,
    test_type: str,
    budget: float,
    project: Path | None,
    *,
    write: bool,
    force: bool,
    as_json_: bool,
) -> ExitCode:
    """Do what is asked and return how it ended."""
    _refuse_misplaced(action, test_type, write=write, force=force)
    root = existing_folder(project) if project is not None else _root_around(Path.cwd())
    place = str(root.resolve())
    if test_type != "e2e":
        _refuse_target(place, _below(root, target))
    named = test_file if test_file and test_type in ("e2e", TOGETHER) else target
    language = language_of(_below(root, named), place)
    generator = _generator(language, test_type)
    targets = generator.find_targets(
        place, _below(root, target), test_file and _below(root, test_file), is_together=test_type == TOGETHER
    )
    parts, proposers = PARTS[test_type]
    settings = Settings(budget=budget, parts=parts, proposers=proposers or ("builtin", "doctest"))
    if action != "generate" and test_file is None:
        targets = tuple(_with_its_tests(place, each) for each in targets)
    work = _Work(generator, place, targets, settings)
    if action == "generate":
        return work.run(lambda project: _generate(work, project, write=write, force=force, as_json_=as_json_))
    return work.run(lambda project: _examine(work, project, verify=action == "verify", as_json_=as_json_))


def _refuse_misplaced(action: str, test_type: str, *, write: bool, force: bool) -> None:
    """Raise UsageError for a flag that says nothing about what is to be done."""
    if ((write or force) and action != "generate") or (force and not write):
        message = "--write belongs to `generate`, --force to --write"
        raise UsageError(message, hint="orchestrate tests generate TARGET --write --force")
    if test_type != "all" and action != "generate":
        message = "--test-type belongs to `generate`"
        raise UsageError(message, hint=f"orchestrate tests {action} TARGET")


def _refuse_target(place: str, target: str) -> None:
    """Raise UsageError for a target that names nothing here: of a task it is a failure, typed by hand a slip."""
    try:
        refuse_target(place, target)
    except TaskFailed as error:
        raise UsageError(error.message, hint=error.hint) from error


def _generator(language: str, test_type: str) -> Generator:
    """Return what generates such tests; UsageError names what there is."""
    generator = find_generator(language, test_type)
    if generator is not None and offers(generator, test_type):
        return generator
    message = f"no generator for {test_type} tests in {language} is installed"
    kinds = f"--test-type {', '.join(sorted(generator.test_types))}" if generator else ""
    raise UsageError(message, hint=kinds or "a module of Python or TypeScript")


class _Work(Struct, frozen=True):
    """What is to be done, with the modules that are meant."""

    generator: Generator
    root: str
    targets: Sequence[Target]
    settings: Settings

    def has(self, file: str) -> bool:
        """Say whether a file is there."""
        return Path(self.root, file).exists()

    def run(self, act: Callable[[Project], Awaitable[ExitCode]]) -> ExitCode:
        """Act on the project; children write their logs into a folder that is removed."""
        with tempfile.TemporaryDirectory(prefix="orchestrate-logs-") as logs:
            return asyncio.run(self._carry_out(act, logs))

    async def _carry_out(self, act: Callable[[Project], Awaitable[ExitCode]], logs: str) -> ExitCode:
        factory = ProcessFactory(self.root, logs, Redactor({}), grace=1.0)
        try:
            processes: Processes = factory.for_attempt("tests", "tests", 1, {})
            return await act(Project(root=self.root, processes=processes, say=_say, finish=_as_it_is))
        finally:
            factory.close()


async def _as_it_is(file: str, text: str) -> str:  # noqa: ARG001 - the shape of a formatter
    return text


def _say(text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"{one_line(text)}\n")


async def _generate(work: _Work, project: Project, *, write: bool, force: bool, as_json_: bool) -> ExitCode:
    hint = "--force writes over it; without --write the tests are printed"
    is_there = {each.test_file for each in work.targets if write and not force and work.has(each.test_file)}
    if len(is_there) == len({each.test_file for each in work.targets}):
        message = f"{min(is_there)} is there already"
        raise UsageError(message, hint=hint)
    for file in sorted(is_there):
        sys.stderr.write(f"{one_line(f'left out: {file} is there already; --force writes over it')}\n")
    targets = [each for each in work.targets if each.test_file not in is_there]
    code = ExitCode.OK
    async for target, made in work.generator.generate(project, targets, work.settings):
        _show(target, made, write=write, as_json_=as_json_)
        if not made.text:
            code = ExitCode.FAILED
        elif write:
            place = Path(work.root, target.test_file)
            place.parent.mkdir(parents=True, exist_ok=True)
            write_new_text(place, made.text, replace=force, hint=hint)
            _write_helpers(work.root, made)
    return code


def _write_helpers(root: str, made: Generated) -> None:
    """Write what the tests share with others, unless it stands there as it should."""
    for path, text in made.helpers.items():
        place = Path(root, path)
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            write_new_text(place, text, replace=False, hint="it is shared by generated tests")


def _show(target: Target, made: Generated, *, write: bool, as_json_: bool) -> None:
    if as_json_:
        _print_json(as_json(target, made))
        return
    report = sys.stdout if write else sys.stderr
    report.write("".join(f"{one_line(line)}\n" for line in lines_of(target, made)))
    if not write:
        sys.stdout.write(made.text)


async def _examine(work: _Work, project: Project, *, verify: bool, as_json_: bool) -> ExitCode:
    code = ExitCode.OK
    for target in work.targets:
        try:
            text = Path(work.root, target.test_file).read_text(encoding="utf-8")  # noqa: ASYNC240 - one small file
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not UTF-8"
            message = f"{target.test_file} cannot be read: {reason}"
            raise UsageError(
                message, hint=f"--test-file {_likely_tests(work.root, target) or 'names the tests'}"
            ) from error
        found = await work.generator.examine(project, target, text, work.settings)
        if as_json_:
            _print_json(examined_json(target, found))
        else:
            lines = [*examined_lines(target, found), *(verdict_lines(found) if verify else ())]
            sys.stdout.write("".join(f"{one_line(line)}\n" for line in lines))
        if verify and not found.is_sound:
            code = ExitCode.FAILED
    return code


def _with_its_tests(root: str, target: Target) -> Target:
    """Return the target with the tests that it has, where none stand in the file that generated ones would go into."""
    found = "" if Path(root, target.test_file).exists() else _likely_tests(root, target)
    return replace(target, test_file=found) if found else target


def _likely_tests(root: str, target: Target) -> str:
    """Return the one file of the repository that is named like the tests of a module, "" when there is none."""
    stem = Path(target.path).stem
    tree = DiskTree(root)
    patterns = (f"**/test_{stem}.py", f"**/{stem}_test.py", f"**/{stem}.test.*", f"**/{stem}.spec.*")
    found = sorted({path for pattern in patterns for path in tree.glob(pattern)})
    return found[0] if len(found) == 1 else ""


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
