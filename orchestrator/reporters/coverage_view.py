"""What was measured now: each suite with its command, its folders, and the modules that its tests reach least."""

from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from orchestrator.reporters.cells import cells, pad
from orchestrator.reporters.coverage_progress import percent
from orchestrator.reporters.durations import took
from orchestrator.reporters.style import Look
from orchestrator.sanitize import line

Pair = tuple[int, int]  # covered, of how many
_METRICS = ("statements", "branches", "functions", "lines")
_SHOWN_MODULES = 10


class SuiteView(Struct, frozen=True, kw_only=True):
    """One suite as it is shown; `problem` says why there are no numbers."""

    name: str
    command: str = ""
    seconds: float = 0.0
    tests: int = 0
    passed: bool = True
    totals: Mapping[str, Pair] = field(default_factory=dict)
    folders: Mapping[str, Mapping[str, Pair]] = field(default_factory=dict)
    modules: Mapping[str, Mapping[str, Pair]] = field(default_factory=dict)
    problem: str = ""
    hint: str = ""
    output: str = ""


def render_coverage(suites: Sequence[SuiteView], look: Look, *, all_modules: bool = False) -> str:
    """Return what was measured; every line ends with a newline."""
    lines: list[str] = []
    for suite in suites:
        lines += [*([""] if lines else []), *_suite(suite, look, all_modules=all_modules)]
    return "".join(f"{text}\n" for text in lines)


def _suite(suite: SuiteView, look: Look, *, all_modules: bool) -> list[str]:
    head = look.paint("bold", line(suite.name))
    command = [look.paint("dim", f"  $ {line(suite.command)}")] if suite.command else []
    output = [f"  | {line(text)}" for text in suite.output.splitlines()[-_SHOWN_MODULES:]]
    if suite.problem:
        hint = [f"  hint: {line(suite.hint)}"] if suite.hint else []
        return [f"{head}  {look.paint('error', 'not measured')}: {line(suite.problem)}", *command, *output, *hint]
    files = f"{suite.tests} test file{'s' if suite.tests != 1 else ''}"
    failed = [f"  {look.paint('warn', 'some of its tests fail')}: the numbers are of those that ran", *output]
    lines = [f"{head}  {files}, {took(suite.seconds)}", *command, *(failed if not suite.passed else [])]
    metrics = [metric for metric in _METRICS if metric in suite.totals]
    least = sorted(suite.modules, key=lambda path: (-_missing(suite.modules[path]), path))
    shown = least if all_modules else [path for path in least if _missing(suite.modules[path])][:_SHOWN_MODULES]
    rows = [["all", *(_cell(suite.totals.get(metric)) for metric in metrics)]]
    rows += [[f"{path}/", *(_cell(counts.get(metric)) for metric in metrics)] for path, counts in suite.folders.items()]
    lines += _table(["folder", *metrics], rows, look)
    if shown:
        title = (
            "module"
            if all_modules or len(shown) == len(least)
            else f"module ({len(shown)} of {len(least)}, most missing first)"
        )
        rows = [[path, *(_cell(suite.modules[path].get(metric)) for metric in metrics)] for path in shown]
        lines += _table([title, *metrics], rows, look)
    return lines


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], look: Look) -> list[str]:
    whole = [head, *rows]
    widths = [max(cells(line(row[number])) for row in whole) for number in range(len(head))]
    texts = [
        "  ".join(pad(line(text), width) for text, width in zip(row, widths, strict=True)).rstrip() for row in whole
    ]
    return [look.paint("bold", f"  {texts[0]}"), *(f"  {text}" for text in texts[1:])]


def _missing(counts: Mapping[str, Pair]) -> int:
    covered, total = counts.get("statements") or counts.get("lines") or (0, 0)
    return total - covered


def _cell(pair: Pair | None) -> str:
    if pair is None or pair[1] == 0:
        return "-"
    return f"{percent(100 * pair[0] / pair[1])} % ({pair[0]}/{pair[1]})"
