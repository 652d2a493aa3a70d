"""What generated TypeScript tests have to stand in a project: order, compiler, eslint, and beside its own suite."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from bench.testgen.children import Children
from orchestrator.testgen.typescript.bench import Bench, Report
from orchestrator.testgen.typescript.overlay import Overlay
from orchestrator.testgen.typescript.toolchain import Toolchain, find_toolchain

_ORDERS = 3
_SECONDS = 600.0
_TEST = re.compile(r"\.(test|spec)\.[cm]?[jt]sx?$")
_ESLINT = re.compile(r"(eslint\.config\.|\.eslintrc(\.|$))")
_FOLDERS = ("__tests__", "test", "tests")


@dataclass(frozen=True, kw_only=True, slots=True)
class Checks:
    """Each list names what is wrong; `provider` is what the project's own coverage says, where Jest gives it."""

    green: int
    not_green: list[str]
    compiler: list[str]
    eslint: list[str] | str | None  # None: the project has none; a text: why it did not start
    own_broken: list[str]
    provider: dict[str, float]

    @property
    def summary(self) -> str:
        """Return one line."""
        eslint = "no eslint" if self.eslint is None else f"eslint {_said(self.eslint)}"
        provider = ", ".join(f"{part} {share:g} %" for part, share in self.provider.items())
        return (
            f"green {self.green} of {_ORDERS} random orders {' '.join(self.not_green)[:300]}, compiler "
            f"{_count(self.compiler)}, {eslint}, own tests broken {_count(self.own_broken)}"
            f"{f'; the own coverage provider says {provider}' if provider else ''}"
        )


def _said(found: list[str] | str) -> str:
    return found if isinstance(found, str) else _count(found)


def _count(found: list[str]) -> str:
    return "clean" if not found else f"{len(found)} ({' | '.join(found)[:400]})"


def hide_tests(root: Path) -> dict[Path, str]:
    """Take the project's own tests out of a copy; what was taken comes back by path, to be put back."""
    own = {}
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        if "node_modules" in parts or not path.is_file():
            continue
        is_test = bool(_TEST.search(path.name)) or "__tests__" in parts
        if is_test or (parts[0] in _FOLDERS and _TEST.search(path.name)):
            own[path] = path.read_text(errors="replace")
            path.unlink()
    return own


async def check(
    project: Path, copy: Overlay, files: dict[str, str], own: dict[Path, str], modules: list[str]
) -> Checks:
    """Run what the project has on the copy with the generated files."""
    processes = Children()
    tools = find_toolchain(str(project), modules[0], processes)
    scratch = copy.place.parent
    bench = Bench(root=str(copy.place), tools=tools, processes=processes, scratch=scratch, overlay=copy)
    tests = [path for path in files if _TEST.search(path)]
    green, broken = 0, set[str]()
    for seed in range(1, _ORDERS + 1) if tests else ():
        failed = _failed(await bench.run_files(tests, seconds=_SECONDS, seed=seed * 101))
        green += not failed
        broken |= set(failed)
    compiler = await _compiler(tools, copy, set(files))
    eslint = await _eslint(tools, copy, list(files))
    provider = await _provider(tools, bench, tests, modules)
    for path, text in own.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    names = [str(path.relative_to(copy.place)) for path in own if _TEST.search(path.name)]
    mixed = set(_failed(await bench.run_files([*tests, *names], seconds=_SECONDS))) if names else set()
    for path in files:
        copy.path(path).unlink()
    alone = set(_failed(await bench.run_files(names, seconds=_SECONDS))) if names and mixed else set()
    return Checks(
        green=green,
        not_green=sorted(broken),
        compiler=compiler,
        eslint=eslint,
        own_broken=sorted(mixed - alone),
        provider=provider,
    )


def _failed(report: Report) -> list[str]:
    failed = [name for file in report.files.values() for name, message in file.tests.items() if message]
    failed += [Path(path).name for path, file in report.files.items() if not file.tests and file.message]
    return failed if report.files else [report.tail[-200:]]


async def _compiler(tools: Toolchain, copy: Overlay, files: set[str]) -> list[str]:
    """Return what `tsc --noEmit` says about generated files."""
    package = copy.path(tools.folder)
    program = package / "node_modules/typescript/bin/tsc"
    if not program.exists() or not (package / "tsconfig.json").exists():
        return []
    found = await Children().run(("env", "-C", str(package), tools.node, str(program), "--noEmit", "--pretty", "false"))
    return [line for line in found.tail.splitlines() if line.partition("(")[0] in files]


async def _eslint(tools: Toolchain, copy: Overlay, files: list[str]) -> list[str] | str | None:
    """Return what the project's own ESLint minds under its own config, or why it did not start; None without one."""
    package = copy.path(tools.folder)
    program = package / "node_modules/eslint/bin/eslint.js"
    configs = {each.name for each in package.iterdir() if _ESLINT.match(each.name)}
    if not program.exists() or not configs or not files:
        return None
    answer = copy.place.parent / "eslint.json"
    paths = [str(copy.path(each)) for each in files]
    command = (
        tools.node,
        str(program),
        "--format",
        "json",
        "--output-file",
        str(answer),
        "--no-error-on-unmatched-pattern",
    )
    is_flat = any(each.startswith("eslint.config.") for each in configs)
    env = {} if is_flat else {"ESLINT_USE_FLAT_CONFIG": "false"}  # 9 looks for a flat config unless it is told
    ran = await Children().run(("env", "-C", str(package), *command, *paths), env=env)
    if not answer.exists():
        reason = next(
            (line for line in ran.tail.splitlines() if "ESLint couldn't" in line or "Error" in line), ran.tail
        )
        return f"did not start: {reason.strip()[:200]}"
    return [
        f"{Path(each['filePath']).name}:{one['line']} {one['ruleId']}"
        for each in json.loads(answer.read_text())
        for one in each["messages"]
        if one["severity"] == 2
    ]


async def _provider(tools: Toolchain, bench: Bench, tests: list[str], modules: list[str]) -> dict[str, float]:
    """Return statements and branches as the project's own Jest counts them."""
    if tools.runner != "jest" or not tests:
        return {}
    folder = bench.scratch / "coverage"
    paths = [str(bench.overlay.path(each).resolve()) for each in tests]
    only = [f"--collectCoverageFrom={Path(each).relative_to(tools.folder)}" for each in modules]
    command = (
        tools.node, tools.binary, "--runInBand", "--ci", "--silent", "--watchman=false", "--forceExit", "--coverage",
        "--coverageReporters=json-summary", f"--coverageDirectory={folder}", "--coverageThreshold={}", *only,
        "--runTestsByPath", *paths,
    )  # fmt: skip
    await Children().run(("env", "-C", str(bench.package_path()), *command))
    summary = folder / "coverage-summary.json"
    if not summary.exists():
        return {}
    total = json.loads(summary.read_text())["total"]
    return {part: float(total[part]["pct"]) for part in ("statements", "branches")}
