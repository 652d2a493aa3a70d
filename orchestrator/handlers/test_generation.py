"""``type: test_generation`` writes tests that proved themselves; what a person edited or removed stays as it is.

Exploring runs the target's code in a fenced child (`orchestrator.testgen`). A dry run only reads.
"""

import hashlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field

from orchestrator.contracts import (
    CheckScene,
    Handler,
    Outcome,
    Params,
    RelativePath,
    TaskContext,
    changed,
    failed,
    unchanged,
)
from orchestrator.errors import Problem, Severity, TaskFailed
from orchestrator.handlers.file_generation_formatter import find_formatter, format_text
from orchestrator.models.json import JsonObject
from orchestrator.models.plan import Targets
from orchestrator.testgen.generator import Generator, Project, Settings, Target
from orchestrator.testgen.languages import find_generator, language_of
from orchestrator.testgen.report import as_json, lines_of, summary_of
from orchestrator.testgen.results import Generated

_PARTS = {"unit": ("unit",), "api": ("api",), "all": ("unit", "api")}


class TestGenerationParams(Params):
    """What to write tests for."""

    __test__ = False  # pytest must not collect it

    target: str = Field(min_length=1, description="a file, a folder or a glob below the root")
    test_file: RelativePath | None = Field(default=None, description="default: tests/test_NAME.py beside the module")
    language: Literal["python", "typescript", "javascript"] | None = Field(
        default=None, description="default: by the target's name"
    )
    test_type: Literal["unit", "api", "all", "integration", "e2e"] = Field(
        default="all", description="unit: no routes of web applications"
    )
    estimated_cases: int | None = Field(default=None, ge=1, description="what was expected, named beside what was kept")
    budget: float = Field(default=60, gt=0, le=3600, description="seconds of exploring per module")
    min_gain: int = Field(default=1, ge=1, description="branches, statements or mutants that a test must add")
    overwrite: bool = Field(default=False, description="also over a file that a person wrote, edited or removed")

    @property
    def effective_language(self) -> str:
        """Return the language, by the target's name when it is not given."""
        return self.language or language_of(self.target)


class TestGeneration(Handler[TestGenerationParams]):
    """Write tests that were run, repeated and shown to add something; the rest is dropped and counted."""

    __test__ = False

    type = "test_generation"
    params_model = TestGenerationParams
    may_refuse = True

    def __init__(self) -> None:
        self._expected: dict[tuple[str, str, int], dict[str, str]] = {}

    def targets(self, params: TestGenerationParams, root: str) -> Targets:
        """Name the modules that are read and the test files that are written."""
        generator = _generator_for(params)
        if generator is None:
            return Targets()
        try:
            found = generator.find_targets(root, params.target, params.test_file)
        except TaskFailed:
            return Targets(writes=(params.test_file,) if params.test_file else ())
        return Targets(reads=tuple(each.path for each in found), writes=tuple(each.test_file for each in found))

    def check(self, params: TestGenerationParams, scene: CheckScene) -> Sequence[Problem]:
        """Return a language without generator, and a target that names no module."""
        generator = _generator_for(params)
        if generator is None:
            return [Problem(code="W510", message=_why_not(params), severity=Severity.WARNING)]
        try:
            generator.find_targets(scene.root, params.target, params.test_file)
        except TaskFailed as error:
            message = f"`target` {error.message.removeprefix(params.target).strip()}"
            # A task before this one may write the module.
            return [Problem(code="E309", message=message, hint=error.hint, severity=Severity.WARNING)]
        return ()

    def refusal(self, params: TestGenerationParams) -> str | None:
        """Name the generator that is missing."""
        return None if _generator_for(params) is not None else _why_not(params)

    async def run(self, params: TestGenerationParams, context: TaskContext) -> Outcome:
        """Explore, choose, prove, stage."""
        generator = _generator_for(params)
        if generator is None:
            return failed(_why_not(params), detail=_hint(params))
        root = await _root(context)
        targets = generator.find_targets(root, params.target, params.test_file)
        if context.dry_run:
            return Outcome(
                kind=unchanged("").kind,
                summary=f"would explore {_modules(len(targets))}, {params.budget:g} s each",
                detail="\n".join(generator.describe(root, targets)),
            )
        kept = [(each, _reason_to_keep(params, context, each.test_file)) for each in targets]
        project = _project(context, root)
        settings = Settings(budget=params.budget, min_gain=params.min_gain, parts=_PARTS[params.test_type])
        wanted = [each for each, why in kept if not why]
        made = [pair async for pair in generator.generate(project, wanted, settings)]
        return self._stage(params, context, made, [(each.test_file, why) for each, why in kept if why])

    async def verify(self, params: TestGenerationParams, context: TaskContext) -> None:  # noqa: ARG002 - all is in the record
        """Compare the files on the tree with the tests that were proven."""
        for path, digest in self._expected.pop((context.run, context.task.id, context.attempt), {}).items():
            if not context.workspace.exists(path) or _sha256(context.workspace.read_bytes(path)) != digest:
                message = f"{path} is not the file that was proven"
                raise TaskFailed(message, hint="another program may have changed it in the meantime")

    def _stage(
        self,
        params: TestGenerationParams,
        context: TaskContext,
        made: Sequence[tuple[Target, Generated]],
        kept: Sequence[tuple[str, str]],
    ) -> Outcome:
        written, hashes = 0, dict(_recorded(context))
        detail: list[str] = []
        for target, result in made:
            detail += lines_of(target, result)
            if not result.text:
                detail.append(f"  no test of {target.path} held: nothing is written")
                continue
            data = result.text.encode()
            written += context.workspace.write_bytes(target.test_file, data)
            hashes[target.test_file] = _sha256(data)
        detail += [f"kept {path}: {why}" for path, why in kept]
        new = {target.test_file: hashes[target.test_file] for target, result in made if result.text}
        self._expected[context.run, context.task.id, context.attempt] = new
        if made and not new and not kept:
            return failed("no test held", detail="\n".join(detail))
        reports = [as_json(target, result) for target, result in made]
        outputs: JsonObject = {"hashes": hashes, "modules": reports or _previous(context).get("modules", [])}
        summary = _summary(params, made, kept)
        outcome = changed(summary) if written else unchanged(summary)
        return Outcome(kind=outcome.kind, summary=summary, detail="\n".join(detail), outputs=outputs, result=outputs)


def _generator_for(params: TestGenerationParams) -> Generator | None:
    generator = find_generator(params.effective_language)
    if generator is None or not (params.test_type == "all" or params.test_type in generator.test_types):
        return None
    return generator


def _why_not(params: TestGenerationParams) -> str:
    """Return why these params cannot be carried out by what is installed."""
    language = params.effective_language
    if find_generator(language) is None:
        return f"no test generator for {language} is installed"
    return f"no generator for {params.test_type} tests in {language} is installed"


def _hint(params: TestGenerationParams) -> str:
    if params.effective_language == "python":
        return "test_type: unit, api or all"
    return "language: python is what this version generates tests for"


def _project(context: TaskContext, root: str) -> Project:
    async def finish(file: str, text: str) -> str:
        formatter = find_formatter(file, context.workspace, context.processes)
        return text if formatter is None else (await format_text(formatter, file, text, context.processes))[0]

    return Project(root=root, processes=context.processes, say=context.say, finish=finish)


async def _root(context: TaskContext) -> str:
    """Return the folder in which the attempt's children run: the repository, or its worktree."""
    with tempfile.TemporaryDirectory(prefix="orchestrate-") as folder:
        place = Path(folder, "root")
        script = 'pwd -P >"$ORCHESTRATE_SCRATCH"'
        await context.processes.run(("sh", "-c", script), env={"ORCHESTRATE_SCRATCH": str(place)})
        answer = place.read_bytes()  # noqa: ASYNC240 - one line
    return os.fsdecode(answer).removesuffix("\n")


def _reason_to_keep(params: TestGenerationParams, context: TaskContext, path: str) -> str:
    """Return why a file is left alone: a person wrote, edited or removed it."""
    recorded = _recorded(context).get(path)
    if params.overwrite:
        return ""
    if not context.workspace.exists(path):
        return "it was removed since this task wrote it" if recorded else ""
    if recorded is None:
        return "it is there already and this task did not write it"
    return "" if _sha256(context.workspace.read_bytes(path)) == recorded else "it was edited since this task wrote it"


def _previous(context: TaskContext) -> JsonObject:
    previous = context.values.get("previous")
    return previous if isinstance(previous, Mapping) else {}


def _recorded(context: TaskContext) -> dict[str, str]:
    hashes = _previous(context).get("hashes")
    return {path: str(value) for path, value in hashes.items()} if isinstance(hashes, Mapping) else {}


def _summary(
    params: TestGenerationParams, made: Sequence[tuple[Target, Generated]], kept: Sequence[tuple[str, str]]
) -> str:
    parts = []
    if len(made) == 1:
        parts.append(summary_of(*made[0]))
    elif made:
        tests = sum(len(result.tests) for _, result in made)
        parts.append(f"{tests} tests of {_modules(len(made))}")
    if params.estimated_cases and made:
        parts.append(f"{params.estimated_cases} cases were estimated")
    parts += [f"kept {path}: {why}" for path, why in kept]
    return "; ".join(parts)


def _modules(count: int) -> str:
    return f"{count} module{'' if count == 1 else 's'}"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
