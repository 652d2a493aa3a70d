"""Where the modules of one package are tried: the copy of the project, the runner, and what it reports."""

import asyncio
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestrator.contracts import Processes
from orchestrator.errors import TaskFailed
from orchestrator.testgen.generator import Target
from orchestrator.testgen.last_lines import last_lines
from orchestrator.testgen.typescript.blocks import Block, read_blocks
from orchestrator.testgen.typescript.overlay import Overlay
from orchestrator.testgen.typescript.toolchain import Toolchain

NODE = Path(__file__).parent / "node"
_SPARE = 60.0  # seconds beyond a time limit before a child that does not end itself is ended


@dataclass(frozen=True, kw_only=True, slots=True)
class Bench:
    """`scratch` is a temporary folder; `overlay` the copy of the project in it."""

    root: str
    tools: Toolchain
    processes: Processes
    scratch: Path
    overlay: Overlay
    isolate: tuple[str, ...] = ()
    alone: asyncio.Lock = field(default_factory=asyncio.Lock)  # for what must not run beside another run of ours
    _above: list[Path] = field(default_factory=list)  # where the runner is started instead of in the package
    _runs: Iterator[int] = field(default_factory=itertools.count)

    def package_path(self, relative: str = "") -> Path:
        """Return the package's folder in the copy."""
        return self.overlay.path(self.tools.folder) / relative

    async def node(self, script: str, *arguments: str, seconds: float = 300.0) -> None:
        """Have one of our scripts work on the project; TaskFailed with what it said when it breaks down."""
        argv = (self.tools.node, "--max-old-space-size=3072", str(NODE / "workshop.cjs"))
        try:
            async with asyncio.timeout(seconds):
                answer = await self.processes.ask(argv, {"script": script, "arguments": list(arguments)})
        except TimeoutError as error:
            message = f"{script} did not end within {seconds:g} s"
            raise TaskFailed(message, hint="the compiler takes too long for the types around it") from error
        problem = str(answer.get("problem", ""))
        if problem:
            lines = [line for line in problem.splitlines() if "Error: " in line] or [last_lines(problem)]
            message = f"{script} broke down: {lines[0].strip()}"
            raise TaskFailed(message, hint="is this a version of TypeScript from 4.7 to 5.9?")

    async def analyse(self, targets: Sequence[Target]) -> tuple[Mapping[str, Any], ...]:
        """Return what the compiler tells about modules, in their order."""
        modules = [{"path": each.path, "files": each.reads, "isFolder": each.reads != (each.path,)} for each in targets]
        order, result = self.scratch / "analyse.json", self.scratch / "analysed.json"
        order.write_text(json.dumps({"root": self.root, "folder": self.tools.folder, "modules": modules}))
        await self.node("analyze", str(order), str(result))
        return tuple(json.loads(result.read_text())["modules"])

    async def plain_script(self, text: str) -> str:
        """Return TypeScript without its types."""
        source, result = self.scratch / "typed.ts", self.scratch / "plain.js"
        source.write_text(text)
        await self.node("strip", f"{self.root}/{self.tools.folder}", str(source), str(result))
        return result.read_text()

    async def formatted(self, files: Mapping[str, str]) -> dict[str, str]:
        """Return files as the project's own Prettier writes them, when it has one."""
        order, result = self.scratch / "format.json", self.scratch / "formatted.json"
        content = {"root": str(self.overlay.place.resolve()), "folder": self.tools.folder, "files": dict(files)}
        order.write_text(json.dumps(content))
        await self.node("format", str(order), str(result))
        formatted: dict[str, str] = json.loads(result.read_text())
        return formatted

    async def shared(self, files: Mapping[str, Mapping[str, object]]) -> dict[str, str]:
        """Return test files with functions for the objects that many of their tests repeat.

        Of each file {text, types, fields, hasTypes, isNested}: `types` tells by the source of an object the name of its
        type, and where a test can import that from; `fields` by the test and such a source which names decide.
        """
        order, result = self.scratch / "share.json", self.scratch / "shared.json"
        order.write_text(json.dumps({"folder": f"{self.root}/{self.tools.folder}", "files": dict(files)}))
        await self.node("share", str(order), str(result))
        shared: dict[str, str] = json.loads(result.read_text())
        return shared

    async def blocks(self, files: Mapping[str, str]) -> dict[str, tuple[Block, ...] | str]:
        """Return what test files consist of; of one that cannot be parsed the reason."""
        order, result = self.scratch / "blocks.json", self.scratch / "parted.json"
        order.write_text(json.dumps({"folder": f"{self.root}/{self.tools.folder}", "files": dict(files)}))
        await self.node("blocks", str(order), str(result))
        found = json.loads(result.read_text())
        return {
            file: each["problem"] if "problem" in each else read_blocks(each["parts"]) for file, each in found.items()
        }

    async def run_files(
        self, files: Sequence[str], *, seconds: float, seed: int | None = None, env: Mapping[str, str] | None = None
    ) -> "Report":
        """Run test files of the copy in one runner process; `seed` shuffles the tests of each file.

        Vitest takes the settings of a folder above a package that has none, and their patterns as those of the package:
        where it collects nothing there, it is started beside its settings, as the scripts of such packages do.
        """
        start = self._above[0] if self._above else self.package_path()
        found = await self._run_in(start, files, seconds=seconds, seed=seed, env=env or {})
        above = self._settings_above() if not (found.files or found.is_late or self._above) else None
        if above is None:
            return found
        again = await self._run_in(above, files, seconds=seconds, seed=seed, env=env or {})
        if again.files:
            self._above.append(above)
        return again if again.files else found

    def _settings_above(self) -> Path | None:
        """Return the nearest folder above the package with settings of Vitest; None where the package has its own."""
        package, top = self.package_path(), self.overlay.place
        if self.tools.runner != "vitest":
            return None
        for folder in [package, *package.parents]:
            if any(next(folder.glob(name), None) for name in ("vitest.config.*", "vite.config.*")):
                return None if folder == package else folder
            if folder == top:
                break
        return None

    async def _run_in(
        self, folder: Path, files: Sequence[str], *, seconds: float, seed: int | None, env: Mapping[str, str]
    ) -> "Report":
        number = next(self._runs)
        report, temporary = self.scratch / f"report-{number}.json", self.scratch / f"temporary-{number}"
        temporary.mkdir()
        argv = ("env", "-C", str(folder), *self.isolate, *self.command(files, report, seed))
        surroundings = {
            "TZ": "UTC",
            "CI": "true",
            "NO_COLOR": "1",
            "HOME": str(self.scratch),
            "TMPDIR": str(temporary),
            **env,
        }
        surroundings["ORCHESTRATE_REPORT"] = str(report)
        try:
            async with asyncio.timeout(seconds + _SPARE):
                finished = await self.processes.run(argv, env=surroundings)
        except TimeoutError:
            return Report(files=_read(report), tail="it did not end in time", is_late=True)
        return Report(files=_read(report), tail=finished.tail)

    def command(self, files: Sequence[str], report: Path, seed: int | None) -> tuple[str, ...]:
        """Return how the runner runs test files of the copy; `seed` shuffles their tests.

        Vitest writes the report; Jest's reporter, which is ours, into the file that ORCHESTRATE_REPORT names.
        """
        paths = [str(self.overlay.path(each).resolve()) for each in files]
        modules = ("--experimental-vm-modules",) if self.tools.runs_modules else ()
        node = (self.tools.node, "--max-old-space-size=3072", "--max-semi-space-size=64", *modules)
        if self.tools.runner == "vitest":
            shuffle: tuple[str, ...] = (
                () if seed is None else ("--sequence.shuffle.tests=true", f"--sequence.seed={seed}")
            )
            quiet: tuple[str, ...] = (
                "--coverage.enabled=false",
                "--reporter=json",
                f"--outputFile={report}",
                "--watch=false",
            )
            return (*node, self.tools.binary, "run", *quiet, "--no-file-parallelism", *shuffle, *paths)
        shuffle = () if seed is None or self.tools.version < (29, 4) else ("--randomize", f"--seed={seed}")
        cache = f"--cacheDirectory={self.scratch / 'cache'}"
        quiet = (
            "--ci",
            "--silent",
            "--coverage=false",
            "--watchman=false",
            "--forceExit",
            "--reporters=default",
            f"--reporters={NODE / 'reporter.cjs'}",
            cache,
        )
        return (
            *node, self.tools.binary, "--runInBand", *quiet, *shuffle, "--runTestsByPath", *paths,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What the runner reported: for each file its message and its tests as (name, status, message)."""

    files: Mapping[str, "FileReport"]
    tail: str
    is_late: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class FileReport:
    """`tests` maps a full name to the message of its failure, empty when it passed."""

    tests: Mapping[str, str]
    message: str


def _read(path: Path) -> Mapping[str, FileReport]:
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    files = {}
    for each in content.get("testResults", ()):
        tests: dict[str, str] = {}
        for one in each.get("assertionResults", ()):
            name = " > ".join([*one["ancestorTitles"], one["title"]])
            passed = one["status"] == "passed"
            tests[name] = "" if passed else "\n".join(one.get("failureMessages") or ()) or one["status"]
        files[str(Path(each["name"]).resolve())] = FileReport(tests=tests, message=each.get("message") or "")
    return files
