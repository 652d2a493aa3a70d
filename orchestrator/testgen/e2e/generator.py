"""The generator of end-to-end tests: what the running application answers becomes a Playwright spec."""

import asyncio
import json
import re
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from orchestrator.errors import TaskFailed
from orchestrator.testgen.e2e.application import Application, find_application
from orchestrator.testgen.e2e.config_file import BROWSER, NAME, PORT, config_text
from orchestrator.testgen.e2e.emission import Naming, emit, titles_of, without
from orchestrator.testgen.e2e.proof import REPEATS, Proof, read_proof
from orchestrator.testgen.e2e.results import Walked, read_walk
from orchestrator.testgen.e2e.runner import collecting_config
from orchestrator.testgen.filters import NOT_PASSED
from orchestrator.testgen.generator import Project, Settings, Target
from orchestrator.testgen.last_lines import last_lines
from orchestrator.testgen.results import Defect, Examined, Generated, Share
from orchestrator.testgen.typescript.overlay import Overlay

_NODE = Path(__file__).parent / "node"
_OF_TYPESCRIPT = Path(__file__).parent.parent / "typescript/node"
# What decides the flow: the sources of the application, and what says how it is started.
READS = ("src/", "app/", "server/", "lib/", "routes/", "package.json", ".env.example")
_SAYS_NOTHING = frozenset(("e2e", "end", "flow", "test", "tests", "spec", "user", "the", "and", "of", "journey"))
_ROUNDS = 3
_PATIENCE = 600.0  # seconds for one look at the application, or one run of a spec


class E2eGenerator:
    """Write one spec per task; the words of the task and of its file say which routes it is about."""

    test_types = frozenset({"e2e"})
    proposers = frozenset({"builtin"})
    keeps_edits = False

    def find_targets(
        self,
        root: str,
        target: str,
        test_file: str | None = None,
        *,
        is_together: bool = False,  # noqa: ARG002 - an application is one target anyway
    ) -> tuple[Target, ...]:
        """Return the folder of the specs, which need not be there yet, with the file to write."""
        if not test_file or not re.search(r"\.(spec|test|e2e)\.[cm]?[jt]s$", test_file):
            message = f"{target} gets end-to-end tests, and `test_file` names no spec"
            raise TaskFailed(
                message, hint=f"test_file: {target.rstrip('/')}/NAME.spec.ts; its name says which routes are meant"
            )
        if Path(root, target).is_file():
            message = f"{target} is a file, and end-to-end tests are of the whole application"
            raise TaskFailed(message, hint=f"target: {PurePosixPath(test_file).parent}/")
        return (Target(path=target.rstrip("/"), test_file=test_file),)

    def describe(self, root: str, targets: Sequence[Target]) -> tuple[str, ...]:  # noqa: ARG002 - nothing is read
        """Say what would be done: routes are known only when the application runs."""
        return tuple(
            f"{each.test_file}: the application would be started, and asked about {', '.join(words_of(each, ''))}"
            for each in targets
        )

    async def generate(
        self, project: Project, targets: Sequence[Target], settings: Settings
    ) -> AsyncIterator[tuple[Target, Generated]]:
        """Yield the spec of each target, run three times; TaskFailed when the application cannot be asked."""
        for each in targets:
            with tempfile.TemporaryDirectory(prefix="orchestrate-", ignore_cleanup_errors=True) as folder:
                scratch = Path(folder).resolve()  # noqa: ASYNC240 - a folder that was just made
                stage = _Stage(
                    project=project,
                    app=find_application(project.root, project.processes),
                    scratch=scratch,
                    overlay=Overlay(project.root, scratch / "project"),
                )
                yield each, await stage.make(each, settings)

    async def examine(
        self,
        project: Project,  # noqa: ARG002 - there is nothing to look at
        target: Target,
        text: str,  # noqa: ARG002
        settings: Settings,  # noqa: ARG002
    ) -> Examined:
        """Refuse: what a spec reaches of the sources is not measured."""
        message = f"{target.test_file}: specs are run by Playwright, not examined"
        raise TaskFailed(message, hint=f"npx playwright test {target.test_file}")


def words_of(target: Target, topic: str) -> tuple[str, ...]:
    """Return the words that say which routes are meant: those of the file, else those of the task."""
    stem = PurePosixPath(target.test_file).name.partition(".")[0]
    for text in (stem, topic):
        found = [word for word in re.findall(r"[a-z]{3,}", text.lower()) if word not in _SAYS_NOTHING]
        if found:
            return tuple(found)
    return (stem,)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Stage:
    """The copy of the project in which the application is started."""

    project: Project
    app: Application
    scratch: Path
    overlay: Overlay

    async def make(self, target: Target, settings: Settings) -> Generated:
        """Ask, write, type-check, run."""
        words = words_of(target, settings.topic)
        self.project.say(f"asking the application about {', '.join(words)}")
        walk = read_walk(await self._script("explore.cjs", words=list(words)))
        title = re.sub(r"^(e2e|end.to.end)( tests?)?\W*", "", settings.topic, flags=re.IGNORECASE) or " ".join(words)
        naming = Naming(
            title=title,
            database=self.app.database or "DATABASE_URL",
            secret=self.app.secret,
            header=f"{title}, end to end.",
        )
        config = self.app.config or NAME
        files = {} if self.app.config else {NAME: await self._formatted(NAME, config_text(self.app, walk, target.path))}
        for name, text in files.items():
            self.overlay.write(name, text)
        dropped: Counter[str] = Counter()
        for _ in range(_ROUNDS):
            text = await self._formatted(
                target.test_file, emit(walk, naming, with_browser=self.app.browser is not None)
            )
            if not titles_of(walk, with_browser=self.app.browser is not None):
                break
            self.overlay.write(target.test_file, text)
            await self._check([target.test_file, *files])
            self.project.say(f"running {target.test_file} {REPEATS} times")
            proof = await self._prove(target.test_file, config)
            if not proof.failed:
                return self._result(walk, text, proof, files, dropped, target)
            dropped[NOT_PASSED] += len(proof.failed)
            walk = without(walk, frozenset(proof.failed))
        return self._result(walk, "", Proof(passed=frozenset(), failed={}, skipped=frozenset()), {}, dropped, target)

    async def _prove(self, spec: str, config: str) -> Proof:
        report = self.scratch / "report.json"
        report.unlink(missing_ok=True)
        told = await self._script(
            "prove.cjs", spec=spec, config=config, playwright=self.app.playwright, repeats=REPEATS, report=str(report)
        )
        proof = read_proof(report, str(told.get("tail", "")))
        if proof.problem:
            message = f"{spec} cannot be run: {proof.problem.splitlines()[0]}"
            raise TaskFailed(message, hint=f"npx playwright test {spec}")
        return proof

    def _result(
        self, walk: Walked, text: str, proof: Proof, files: Mapping[str, str], dropped: Counter[str], target: Target
    ) -> Generated:
        nothing = Share(reached=0, total=0)
        ran, waiting = len(proof.passed), len(proof.skipped)
        notes = [*walk.notes]
        if walk.page and self.app.browser is None:
            notes.append("no browser was found, so none opens a page: npx playwright install chromium")
        told = f"{ran} test{'s' if ran != 1 else ''} passed {REPEATS} times"
        if waiting:
            told += f", {waiting} not run: {'; '.join(walk.notes) or 'skipped'}"
        return Generated(
            text=text,
            tests=tuple(sorted(proof.passed | proof.skipped)),
            cases=ran,
            statements=nothing,
            branches=nothing,
            mutants=nothing,
            dropped=dropped,
            defects=tuple(
                Defect(kind="server error", subject=call, call=call, detail=detail) for call, detail in walk.defects
            ),
            notes=tuple(notes),
            helpers=files,
            told=told,
            collected_by=collecting_config(self.project.root, target.test_file) if text else "",
        )

    async def _script(self, script: str, **more: object) -> Mapping[str, Any]:
        order, result = self.scratch / "order.json", self.scratch / "result.json"
        result.unlink(missing_ok=True)
        app = self.app
        env = {**app.env}
        if app.database:  # never the one of a developer: its own, or none
            env[app.database] = f"{app.env[app.database].partition('://')[0] or 'postgresql'}://127.0.0.1:1/none"
        content = {
            "root": str(self.overlay.place.resolve()),
            "scratch": str(self.scratch),
            "command": app.command,
            "env": env,
            "portName": app.port,
            "databaseName": app.database,
            "secretName": app.secret,
            "migrate": app.migrate,
            "specPort": PORT,
            "browserName": BROWSER,
            "browser": app.browser or "",
            **more,
        }
        order.write_text(json.dumps(content))
        try:
            async with asyncio.timeout(_PATIENCE):
                finished = await self.project.processes.run((app.node, str(_NODE / script), str(order), str(result)))
        except TimeoutError as error:
            message = f"the application was not asked through within {_PATIENCE:g} s"
            raise TaskFailed(message, hint="orchestrate logs shows what it said") from error
        if finished.exit_code != 0 or not result.is_file():
            message = f"{script} broke down: {last_lines(finished.tail)}"
            raise TaskFailed(message, hint="orchestrate logs shows what the application said")
        found: Mapping[str, Any] = json.loads(result.read_text())
        return found

    async def _check(self, files: Sequence[str]) -> None:
        """Type-check as the project's tsconfig wants it; a project without one has no types to check with."""
        if not self.overlay.path("tsconfig.json").is_file():
            return
        found = await self._of_typescript("check.cjs", files=list(files))
        for file, problems in found.items():
            for message in problems.values():
                text = f"{file} does not compile: {message}"
                raise TaskFailed(text, hint="npx tsc --noEmit shows the same")

    async def _formatted(self, file: str, text: str) -> str:
        found = await self._of_typescript("format.cjs", files={file: text})
        return await self.project.finish(file, str(found[file]))

    async def _of_typescript(self, script: str, **more: object) -> Mapping[str, Any]:
        order, result = self.scratch / "order-ts.json", self.scratch / "result-ts.json"
        order.write_text(json.dumps({"root": str(self.overlay.place.resolve()), "folder": ".", **more}))
        finished = await self.project.processes.run(
            (self.app.node, str(_OF_TYPESCRIPT / script), str(order), str(result))
        )
        if finished.exit_code != 0:
            message = f"{script} broke down: {last_lines(finished.tail)}"
            raise TaskFailed(message)
        found: Mapping[str, Any] = json.loads(result.read_text())
        return found
