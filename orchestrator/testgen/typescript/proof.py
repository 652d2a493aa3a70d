"""The filters: each test has to show in fresh runner processes that it compiles, holds, repeats and touches nothing."""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from orchestrator.processors import processors
from orchestrator.testgen.filters import (
    CLOCK,
    ENVIRONMENT,
    NOT_COMPILED,
    NOT_PASSED,
    NOT_REPEATED,
    NOT_RUN,
    TIMERS,
    TOUCHES,
)
from orchestrator.testgen.foreign import foreign_environment
from orchestrator.testgen.typescript.bench import Bench, FileReport, Report
from orchestrator.testgen.typescript.scratch_tests import guarded

REPEATS = 3
_SECONDS = 300.0
_MOST_FOREIGN = 6  # runs with variables of somebody else, where modules refuse some of these
_ZONES = ("America/St_Johns", "Asia/Kolkata", "Pacific/Kiritimati")
_NOT_TRIED = ("pending", "skipped", "todo", "disabled")  # what runners say in place of a message
_DAY = 86_400_000  # milliseconds


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdicts:
    """What the filters say of one file: the reason and message for each test that fails one, and all tests seen.

    `others` are the reasons of tests that are somebody else's.
    """

    reasons: Mapping[str, str]
    messages: Mapping[str, str]
    seen: frozenset[str]
    others: Mapping[str, str] = field(default_factory=dict)


def _everything(file: str, name: str) -> bool:  # noqa: ARG001 - whoever wrote it
    return True


async def prove(
    bench: Bench,
    texts: Mapping[str, str],
    is_ours: Callable[[str, str], bool] = _everything,
    variables: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Verdicts]:
    """Run test files once as they are and three times shuffled, in other time zones and at other times.

    Those that read `variables` of the environment have values of somebody else in them the last time; where a test
    fails then, both is tried for itself.

    A file's tests are not repeated when one of them failed the first time: they are chosen anew anyway. `is_ours` says
    of a test in a file whether it is one of those that are asked about.
    """
    compiled = await compile_errors(bench, texts)
    told = _Told(bench, compiled, is_ours)
    for file, text in texts.items():
        bench.overlay.write(file, guarded(bench.tools, text, str(bench.overlay.place.resolve())))
    told.hear(0, list(texts), await _run(bench, list(texts), 0))
    repetitions, waiting = await _repeated(bench, told.unblamed(list(texts)), variables or {})
    for number, files, report in repetitions:
        told.hear(number, files, report)
    for file, failed in (await _in_foreign_environment(bench, told.unblamed(waiting), variables or {})).items():
        told.blame(file, failed, lambda _: ENVIRONMENT)
    return {file: told.verdicts(file) for file in texts}


class _Told:
    """What is said of files so far: the reason and message of each test that did not come through, all tests seen."""

    def __init__(
        self, bench: Bench, compiled: Mapping[str, Mapping[str, str]], is_ours: Callable[[str, str], bool]
    ) -> None:
        self._bench = bench
        self._is_ours = is_ours
        self._reasons = {file: dict.fromkeys(found, NOT_COMPILED) for file, found in compiled.items()}
        self._messages = {file: dict(found) for file, found in compiled.items()}
        self._seen: dict[str, set[str]] = {file: set() for file in compiled}

    def hear(self, number: int, files: Sequence[str], report: Report) -> None:
        """Take in what running files for the so many-th time showed."""
        for file in files:
            found = report.files.get(_place(self._bench, file), FileReport(tests={}, message=report.tail))
            self._seen[file].update(found.tests)
            self.blame(file, _failures(found), lambda message: _reason(message, number))

    def blame(self, file: str, failed: Mapping[str, str], why: Callable[[str], str]) -> None:
        """Note why tests failed, by their messages; the first reason stays. Under no name stands the whole file."""
        for name, message in failed.items():
            self._reasons[file].setdefault(name, why(message) if name else NOT_RUN)
            self._messages[file].setdefault(name, message)

    def unblamed(self, files: Sequence[str]) -> list[str]:
        """Return the files in which nothing is said of a test that is asked about."""
        return [file for file in files if not any(self._is_asked(file, name) for name in self._reasons[file])]

    def verdicts(self, file: str) -> Verdicts:
        """Part what is said of our tests from what is said of others."""
        reasons, messages = self._reasons[file], self._messages[file]
        asked = {name: why for name, why in reasons.items() if self._is_asked(file, name)}
        rest = {name: why for name, why in reasons.items() if name not in asked}
        others = {name: why for name, why in rest.items() if messages.get(name) not in _NOT_TRIED}
        return Verdicts(reasons=asked, messages=messages, seen=frozenset(self._seen[file]), others=others)

    def _is_asked(self, file: str, name: str) -> bool:
        """Say whether something is said of our tests; without a name it is said of the file."""
        return not name or self._is_ours(file, name)


_Repetition = tuple[int, Sequence[str], Report]


async def _repeated(
    bench: Bench, files: Sequence[str], variables: Mapping[str, Sequence[str]]
) -> tuple[list[_Repetition], list[str]]:
    """Run files shuffled; return (number, files, report) of each time, in order.

    They run side by side where there is room, and each has a network of its own: servers may ask for the same port.

    The files besides are those that were not run in the environment of somebody else, or did not come through there.
    """
    runs = [asyncio.create_task(_run(bench, files, number)) for number in range(1, REPEATS) if files]
    try:
        through = await _through_at_once(bench, files, variables)
        rest = [each for each in files if each not in through]
        last = [(REPEATS, rest, await _run(bench, rest, REPEATS))] if rest else []
        return [*[(number, files, await each) for number, each in enumerate(runs, 1)], *last], rest
    finally:
        for each in runs:
            each.cancel()
        await asyncio.gather(*runs, return_exceptions=True)


def _failures(found: FileReport) -> dict[str, str]:
    """Return the messages of the tests that failed; that of the whole file, under no name, when none was run."""
    return {name: message for name, message in found.tests.items() if message} or (
        {} if found.tests else {"": found.message}
    )


async def _run(bench: Bench, files: Sequence[str], number: int, env: Mapping[str, str] | None = None) -> Report:
    """Run files for the so many-th time; repetitions of all tasks together are no more at once than processors."""
    if number == 0:
        return await bench.run_files(files, seconds=_SECONDS, env=env)
    given = {"TZ": _ZONES[number - 1], "ORCHESTRATE_CLOCK": str(number * 197 * _DAY)}
    async with _room() if bench.isolate else bench.alone:
        return await bench.run_files(files, seconds=_SECONDS, seed=number * 7919, env={**(env or {}), **given})


_ROOMS = WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore]()


def _room() -> asyncio.Semaphore:
    return _ROOMS.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(processors()))


def _place(bench: Bench, file: str) -> str:
    return str(bench.overlay.path(file).resolve())


async def _through_at_once(bench: Bench, files: Sequence[str], variables: Mapping[str, Sequence[str]]) -> set[str]:
    """Return the files of which all tests hold the last time in the environment of somebody else: a run less."""
    asked = [each for each in files if variables.get(each)]
    env = foreign_environment(name for file in asked for name in variables[file])
    if not env:
        return set()
    report = await _run(bench, asked, REPEATS, env)
    found = {file: report.files.get(_place(bench, file)) for file in asked}
    return {file for file, each in found.items() if each and each.tests and not any(each.tests.values())}


async def _in_foreign_environment(
    bench: Bench, files: Sequence[str], variables: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, str]]:
    """Return by file the tests that fail where somebody has set the variables that modules read.

    A module that refuses these values when it is imported says nothing about its tests: it gets some of them only.
    """
    waiting = [each for each in files if variables.get(each)]
    every = foreign_environment(name for file in waiting for name in variables[file])
    open_runs, failed = deque([(waiting, every)] if every else []), dict[str, dict[str, str]]()
    for _ in range(_MOST_FOREIGN):
        if not open_runs:
            break
        asked, env = open_runs.popleft()
        report = await bench.run_files(asked, seconds=_SECONDS, env=env)
        found = {file: report.files.get(_place(bench, file)) for file in asked}
        tests = {file: each.tests for file, each in found.items() if each and each.tests}
        for file, told in tests.items():
            failed.setdefault(file, {}).update({name: message for name, message in told.items() if message})
        refused = [] if report.is_late else [file for file in asked if file not in tests]
        open_runs += [(refused, part) for part in _parts(env) if refused]
    return failed


def _parts(env: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the numbers and flags of an environment, which are refused less often, and the rest; else two halves."""
    plain = {name: value for name, value in env.items() if value.isdigit() or value == "true"}
    names = [*(plain if 0 < len(plain) < len(env) else list(env)[: len(env) // 2])]
    parts = ({name: env[name] for name in names}, {name: env[name] for name in env if name not in names})
    return [*parts] if all(parts) else []


async def compile_errors(bench: Bench, texts: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return the type errors of TypeScript files by test."""
    typed = [file for file in texts if file.endswith((".ts", ".tsx", ".mts", ".cts"))]
    found: dict[str, dict[str, str]] = {file: {} for file in texts}
    if typed:
        for file in typed:
            bench.overlay.write(file, texts[file])
        order, result = bench.scratch / "check.json", bench.scratch / "checked.json"
        content = {"root": str(bench.overlay.place.resolve()), "folder": bench.tools.folder, "files": typed}
        order.write_text(json.dumps(content))
        await bench.node("check", str(order), str(result))
        found.update(json.loads(result.read_text()))
    return found


def _reason(message: str, number: int) -> str:
    if "orchestrate: touches" in message:
        return TOUCHES
    if "orchestrate: leaves timers" in message:
        return TIMERS
    if number == 0:
        return NOT_PASSED
    return CLOCK if "20" in message and "Date" in message else NOT_REPEATED
