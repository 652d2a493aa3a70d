"""The table of a comparison, with averages over packages and the bars."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from bench.table import verdict

_TOOLS = ("ours", "pynguin", "ghostwriter")
_PARTS = ("lines", "branches", "mutants")


def print_summary(checks: Sequence[dict[str, Any]], *, total: bool = True) -> None:
    """Print a line per package and tool: lines / branches / mutants in percent, tests, seconds."""
    for check in checks if not total or len(checks) > 1 else ():
        print(f"\n{check['package']}: green {check['green']} of {check['orders']} random orders", check["others"] or "")
        for tool in _TOOLS:
            found = [row[tool] for row in check["rows"] if tool in row]
            if found:
                print(f"  {tool:<12}{_shares(found)}  {_counts(found)}")
    if total and checks:
        _print_averages(checks)


def _print_averages(checks: Sequence[dict[str, Any]]) -> None:
    averages: dict[str, list[list[float]]] = {}
    for check in checks:
        for tool in _TOOLS:
            found = [row[tool] for row in check["rows"] if tool in row]
            if found:
                averages.setdefault(tool, []).append([_percent(found, part) for part in _PARTS])
    print(f"\naverages over {len(checks)} packages (lines / branches / mutants)")
    for tool, values in averages.items():
        print(f"  {tool:<12}" + " / ".join(f"{sum(column) / len(column):.1f}" for column in zip(*values, strict=True)))
    own = averages.get("ours", [])
    means = [sum(column) / len(column) for column in zip(*own, strict=True)]
    for part, value, bar in zip(_PARTS, means, (88, 82, 75), strict=True):
        print(verdict(f"average {part}", value, bar, unit=" %", at_most=False))
    print(verdict("lowest lines", min(each[0] for each in own), 65, unit=" %", at_most=False))
    dropped: Counter[str] = Counter()
    for check in checks:
        for row in check["rows"]:
            dropped.update(row["ours"].get("dropped", {}))
    for reason, count in dropped.most_common():
        print(f"  dropped {count}: {reason}")


def _percent(found: Sequence[dict[str, Any]], part: str) -> float:
    reached, every = (sum(each[part][at] for each in found) for at in (0, 1))
    return 100 * reached / every if every else 0.0


def _shares(found: Sequence[dict[str, Any]]) -> str:
    return " / ".join(f"{_percent(found, part):5.1f}" for part in _PARTS)


def _counts(found: Sequence[dict[str, Any]]) -> str:
    tests, failed = (sum(each[key] for each in found) for key in ("tests", "failed"))
    seconds, worked = (sum(each.get(key, 0) for each in found) for key in ("seconds", "processor"))
    return f"{tests} pass, {failed} fail, {seconds:.0f} s" + (f", {worked:.0f} s of the processor" if worked else "")
