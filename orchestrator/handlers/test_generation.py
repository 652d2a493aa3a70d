"""``type: test_generation`` writes tests that proved themselves; what a person edited or removed stays as it is.

Exploring runs the target's code in a fenced child (`orchestrator.testgen`). A dry run only reads.
"""

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from orchestrator.contracts import (
    CheckScene,
    Handler,
    Outcome,
    TaskContext,
    changed,
    failed,
    unchanged,
)
from orchestrator.errors import NoGenerator, Problem, Severity, TaskFailed
from orchestrator.handlers.file_generation_formatter import find_formatter, format_text
from orchestrator.handlers.test_generation_adopting import adopt
from orchestrator.handlers.test_generation_e2e import keep_out, targets_of_e2e
from orchestrator.handlers.test_generation_files import (
    Memory,
    read_adoptable,
    read_memory,
    reason_to_keep,
    sha256,
    with_present,
)
from orchestrator.handlers.test_generation_params import TestGenerationParams
from orchestrator.handlers.test_generation_sources import hash_of_sources
from orchestrator.models.json import JsonObject
from orchestrator.models.plan import Targets
from orchestrator.models.status import OutcomeKind
from orchestrator.processes.environment import base_environment, find_program
from orchestrator.testgen.generator import Generator, Project, Settings, Target
from orchestrator.testgen.kinds import PARTS, TOGETHER, offers
from orchestrator.testgen.languages import find_generator, refuse_target
from orchestrator.testgen.python.needs import has_pytest, pythons_of, told_without_pytest
from orchestrator.testgen.report import (
    as_json,
    count_modules,
    lines_of,
    summary_of_nothing,
    summary_of_task,
)
from orchestrator.testgen.results import Generated

_EVERYWHERE = {"builtin", "doctest"}  # every generator has these
NOTHING = Memory(files={}, modules={})


class TestGeneration(Handler[TestGenerationParams]):
    """Write tests that were run, repeated and shown to add something; the rest is dropped and counted."""

    __test__ = False

    type = "test_generation"
    params_model = TestGenerationParams
    may_refuse = True

    def __init__(self) -> None:
        self._expected: dict[tuple[str, str, int], dict[str, str]] = {}
        self._has_pytest: dict[str, bool] = {}

    def targets(self, params: TestGenerationParams, root: str) -> Targets:
        """Name the modules that are read and the test files that are written."""
        generator = _generator_for(params, root)
        if generator is None:
            return Targets()
        try:
            found = _find_targets(generator, root, params)
        except TaskFailed:
            return Targets(writes=(params.test_file,) if params.test_file else ())
        if params.is_e2e:
            return targets_of_e2e(found[0].test_file)
        return Targets(
            reads=tuple(path for each in found for path in each.reads), writes=tuple(each.test_file for each in found)
        )

    def check(self, params: TestGenerationParams, scene: CheckScene) -> Sequence[Problem]:
        """Return a language without generator, and a target that names no module."""
        if ("command" in params.proposers) != bool(params.command):
            message = "`command` and the proposer `command` belong together"
            return [Problem(code="E309", message=message, hint="proposers: [builtin, command]")]
        generator = _generator_for(params, scene.root)
        if generator is None:
            return [Problem(code="W510", message=_why_not(params, scene.root), severity=Severity.WARNING)]
        try:
            found = _find_targets(generator, scene.root, params)
        except NoGenerator as error:
            return [Problem(code="E309", message=f"`target`: {error.message}", hint=error.hint)]
        except TaskFailed as error:
            about = error.message.removeprefix(params.target)
            message = f"`target`{'' if about != error.message else ': '}{about}"
            # A task before this one may write the module.
            return [Problem(code="E309", message=message, hint=error.hint, severity=Severity.WARNING)]
        is_python = params.languages(scene.root) == ("python",)
        return self._without_pytest(found, scene) if scene.deep and is_python else ()

    def _without_pytest(self, found: Sequence[Target], scene: CheckScene) -> Sequence[Problem]:
        """Return a warning for each interpreter that could not run the tests; each is asked once."""
        env = base_environment(os.environ)
        pythons = pythons_of(
            scene.root, [each.path for each in found], lambda name: find_program(name, env["PATH"], scene.root)
        )
        for python in pythons:
            if python not in self._has_pytest:
                self._has_pytest[python] = has_pytest(python, scene.root, env)
        told = [told_without_pytest(python) for python in pythons if not self._has_pytest[python]]
        return [Problem(code="W512", message=said, hint=hint, severity=Severity.WARNING) for said, hint in told]

    def plan_depends_on(self, params: JsonObject, root: str) -> Sequence[str] | None:
        """Return what a folder or a pattern stands for; None when the project's habits say where tests go."""
        target = params.get("target")
        if not isinstance(target, str) or not isinstance(params.get("test_file"), str) or set("[{") & set(target):
            return None
        if params.get("test_type") == "e2e":
            return ()
        if Path(root, target).is_dir():
            return (f"{target.rstrip('/')}/**",)
        return (target,) if set("*?") & set(target) else ()

    def refusal(self, params: TestGenerationParams) -> str | None:
        """Name the generator that is missing."""
        return None if _generator_for(params) is not None else _why_not(params)

    def fingerprint(self, params: TestGenerationParams, context: TaskContext) -> str | None:
        """Hash the modules with what they import; a program that proposes tests may say something else each time."""
        if params.command or _generator_for(params) is None:
            return None
        if params.is_e2e:  # its reads are whole folders; what waited for a variable runs when it is set
            return sha256(
                repr(sorted(each for each in context.task.secrets if each.rstrip("?") in os.environ)).encode()
            )
        return hash_of_sources(context.workspace, context.task.targets.reads)

    async def run(self, params: TestGenerationParams, context: TaskContext) -> Outcome:
        """Explore, choose, prove, stage."""
        root = await _root(context)
        generator = _generator_for(params, root)
        if generator is None:
            return failed(_why_not(params, root), detail=_hint(params, root))
        targets = _find_targets(generator, root, params)
        if context.dry_run:
            return Outcome(
                kind=OutcomeKind.SKIPPED,
                summary="dry run: would ask the running application"
                if params.is_e2e
                else f"dry run: would explore {count_modules(len(targets))}, {params.budget:g} s each",
                detail="\n".join(generator.describe(root, targets)),
            )
        memory = NOTHING if params.overwrite else read_memory(context)
        kept = {each.test_file: self._why_kept(params, context, memory, generator, each) for each in targets}
        wanted = [with_present(each, memory, context, generator) for each in targets if not kept[each.test_file]]
        project, settings = _project(context, root), _settings(params, context.task.name)
        made = [pair async for pair in generator.generate(project, wanted, settings)]
        if not params.overwrite:
            found = read_adoptable(context, memory, wanted)
            made, others = await adopt(generator, project, made, found, settings)
            kept.update(others)
        return self._stage(params, context, memory, made, {path: why for path, why in kept.items() if why})

    async def verify(self, params: TestGenerationParams, context: TaskContext) -> None:  # noqa: ARG002 - all is in the record
        """Compare the files on the tree with the tests that were proven."""
        for path, digest in self._expected.pop((context.run, context.task.id, context.attempt), {}).items():
            if not context.workspace.exists(path) or sha256(context.workspace.read_bytes(path)) != digest:
                message = f"{path} is not the file that was proven"
                raise TaskFailed(message, hint="another program may have changed it in the meantime")

    def _why_kept(
        self,
        params: TestGenerationParams,
        context: TaskContext,
        memory: Memory,
        generator: Generator,
        target: Target,
    ) -> str:
        if params.overwrite:
            return ""
        return reason_to_keep(memory, context, target.test_file, can_merge=generator.keeps_edits)

    def _stage(
        self,
        params: TestGenerationParams,
        context: TaskContext,
        memory: Memory,
        made: Sequence[tuple[Target, Generated]],
        kept: Mapping[str, str],
    ) -> Outcome:
        """Stage what was made and say what became of each module."""
        written, files = 0, dict(memory.files)
        detail: list[str] = []
        for target, result in made:
            detail += lines_of(target, result)
            if result.text:
                data = result.text.encode()
                written += context.workspace.write_bytes(target.test_file, data)
                files[target.test_file] = {"sha256": sha256(data), "memory": result.memory}
                if result.collected_by:
                    written += keep_out(context.workspace, result.collected_by, target.test_file)
                for path, text in result.helpers.items():  # shared by several tasks: whoever comes first writes it
                    if not context.workspace.exists(path):
                        context.workspace.write_bytes(path, text.encode())
        detail += [f"kept {path}: {why}" for path, why in kept.items()]
        new = {target.test_file: str(files[target.test_file]["sha256"]) for target, result in made if result.text}
        self._expected[context.run, context.task.id, context.attempt] = new
        if made and not new and not kept and not any(result.is_superfluous for _, result in made):
            return failed(
                summary_of_nothing([result for _, result in made], params.estimated_cases), detail="\n".join(detail)
            )
        modules = {**memory.modules, **{target.path: as_json(target, result) for target, result in made}}
        outputs: JsonObject = {"files": files, "modules": list(modules.values())}
        summary = summary_of_task(made, kept, params.estimated_cases)
        outcome = changed(summary) if written else unchanged(summary)
        return Outcome(kind=outcome.kind, summary=summary, detail="\n".join(detail), outputs=outputs, result=outputs)


def _generator_for(params: TestGenerationParams, root: str | None = None) -> Generator | None:
    """Return what can do this; without `root`, what could if a folder has its language."""
    for language in params.languages(root):
        generator = find_generator(language, params.test_type)
        is_offered = generator is not None and offers(generator, params.test_type)
        if generator is not None and is_offered and generator.proposers >= set(params.proposers) - _EVERYWHERE:
            return generator
    return None


def _find_targets(generator: Generator, root: str, params: TestGenerationParams) -> Sequence[Target]:
    """Return the modules that are meant; NoGenerator or TaskFailed when there is none."""
    if not params.is_e2e:
        refuse_target(root, params.target, language=params.language)
    return generator.find_targets(root, params.target, params.test_file, is_together=params.test_type == TOGETHER)


def _why_not(params: TestGenerationParams, root: str | None = None) -> str:
    """Return why these params cannot be carried out by what is installed."""
    language = params.languages(root)[0]
    if find_generator(language) is None:
        return f"no test generator for {language} is installed"
    if params.test_type in ("all", *_types_of(language)):
        missing = " or ".join(sorted(set(params.proposers) - _EVERYWHERE))
        return f"no proposer {missing} for {language} is installed"
    return f"no generator for {params.test_type} tests in {language} is installed"


def _types_of(language: str) -> frozenset[str]:
    generator = find_generator(language)
    return generator.test_types if generator is not None else frozenset()


def _hint(params: TestGenerationParams, root: str) -> str:
    if params.languages(root) == ("python",):
        return "test_type: all, unit, property, api or config"
    return "test_type: all, unit, api, config, integration or e2e"


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


def _settings(params: TestGenerationParams, topic: str) -> Settings:
    parts, proposers = PARTS[params.test_type]
    return Settings(
        budget=params.budget,
        min_gain=params.min_gain,
        parts=parts,
        proposers=proposers or tuple(params.proposers),
        command=tuple(params.command),
        topic=topic,
    )
