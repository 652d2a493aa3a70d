"""Measure generated TypeScript tests: `python -m bench.testgen.typescript PROJECT_DIR… [--target src] [--budget 60]`.

Each project needs its packages installed. It is copied, its own tests are hidden, tests are generated for every module
of the target and written into the copy. There they have to stay green three times in random order, be clean for the
project's own compiler and eslint, and leave the project's own suite as it was. The project itself is not touched.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.table import verdict
from bench.testgen.children import Children
from bench.testgen.typescript_checks import Checks, check, hide_tests
from orchestrator.testgen.generator import Project, Settings, Target
from orchestrator.testgen.report import why_nothing
from orchestrator.testgen.results import Generated
from orchestrator.testgen.typescript.generator import TypeScriptGenerator
from orchestrator.testgen.typescript.overlay import Overlay

PARTS = ("statements", "branches", "mutants")


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One project: (reached, all) of each part, counts, and what the checks say."""

    project: str
    statements: tuple[int, int]
    branches: tuple[int, int]
    mutants: tuple[int, int]
    kept: int
    dropped: dict[str, int]
    failed: dict[str, str]  # module -> why it has no tests
    seconds: float
    checks: Checks

    def percent(self, part: str) -> float:
        """Return 0 to 100."""
        reached, total = getattr(self, part)
        return 100 * reached / total if total else 100.0


async def measure(project: Path, target: str, budget: float, scratch: Path, keep: Path | None = None) -> Row:
    """Generate and check the tests of one project; the folder to keep gets a copy of what was written."""
    copy = Overlay(str(project), scratch / "project")
    own = hide_tests(copy.place)
    begin = time.monotonic()
    made = await _generated(copy.place, target, budget)
    seconds = time.monotonic() - begin
    files = {each.test_file: result.text for each, result in made if result.text}
    for _, result in made:
        files |= result.helpers
    for path, text in files.items():
        copy.path(path).parent.mkdir(parents=True, exist_ok=True)
        copy.path(path).write_text(text)
        if keep:
            (keep / project.name / path).parent.mkdir(parents=True, exist_ok=True)
            (keep / project.name / path).write_text(text)
    for each, result in made:
        share = result.statements
        sys.stderr.write(
            f"  {each.path}: {len(result.tests)} tests, statements {share.reached} of {share.total}, mutants "
            f"{result.mutants.reached} of {result.mutants.total} {result.problem}\n"
        )
    dropped: Counter[str] = Counter()
    for _, result in made:
        dropped.update(result.dropped)
    return Row(
        project=project.name,
        statements=_sum(made, "statements"),
        branches=_sum(made, "branches"),
        mutants=_sum(made, "mutants"),
        kept=sum(len(result.tests) for _, result in made),
        dropped=dict(dropped.most_common()),
        failed={each.path: result.problem or why_nothing(result) for each, result in made if not result.text},
        seconds=round(seconds, 1),
        checks=await check(project, copy, files, own, [each.path for each, _ in made]),
    )


async def _generated(root: Path, target: str, budget: float) -> list[tuple[Target, Generated]]:
    async def as_it_is(_file: str, text: str) -> str:
        return text

    generator = TypeScriptGenerator()
    targets = generator.find_targets(str(root), target)
    place = Project(
        root=str(root), processes=Children(), say=lambda text: print(f"  {text}", file=sys.stderr), finish=as_it_is
    )
    return [pair async for pair in generator.generate(place, targets, Settings(budget=budget))]


def _sum(made: list[tuple[Target, Generated]], part: str) -> tuple[int, int]:
    shares = [getattr(result, part) for _, result in made]
    return sum(each.reached for each in shares), sum(each.total for each in shares)


def print_rows(rows: list[Row], bars: dict[str, float]) -> None:
    """Print the table and what is reached of the bars."""
    print(f"\n{'':<24}{'statements':>12}{'branches':>10}{'mutants':>9}{'kept':>6}{'dropped':>9}{'seconds':>9}")
    for row in rows:
        shares = [row.percent(part) for part in PARTS]
        counts = f"{row.kept:>6}{sum(row.dropped.values()):>9}{row.seconds:>9.0f}"
        print(f"{row.project:<24}{shares[0]:>12.1f}{shares[1]:>10.1f}{shares[2]:>9.1f}{counts}")
    for row in rows:
        print(f"\n{row.project}: {row.checks.summary}")
        for path, why in row.failed.items():
            print(f"  without tests: {path}: {' '.join(why.split())[:200]}")
        for reason, count in row.dropped.items():
            print(f"  dropped {count}: {reason}")
        for part, bar in bars.items():
            print("  " + verdict(part, row.percent(part), bar, unit=" %", at_most=False))


def main() -> int:
    """Measure the projects that are named."""
    parser = argparse.ArgumentParser(prog="python -m bench.testgen.typescript", description=__doc__)
    parser.add_argument("project", nargs="+", type=Path, help="folder of a project with its packages installed")
    parser.add_argument("--target", default="src", help="a module, a folder or a glob in each project")
    parser.add_argument("--budget", type=float, default=60.0, help="seconds per module")
    parser.add_argument("--statements", type=float, default=85.0, help="the bar, in percent")
    parser.add_argument("--mutants", type=float, default=60.0, help="the bar, in percent")
    parser.add_argument("--json", type=Path, help="a file that gets the rows")
    parser.add_argument("--keep", type=Path, help="a folder that gets the tests, to be read")
    given = parser.parse_args()
    rows = []
    for project in given.project:
        with tempfile.TemporaryDirectory(prefix="orchestrate-bench-", ignore_cleanup_errors=True) as folder:
            place = Path(folder).resolve()
            rows.append(asyncio.run(measure(project.resolve(), given.target, given.budget, place, given.keep)))
    print_rows(rows, {"statements": given.statements, "mutants": given.mutants})
    if given.json:
        given.json.write_text(json.dumps([asdict(row) for row in rows], indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
