"""Print what was measured as one table, with the ratio to a chosen row."""

from collections.abc import Mapping, Sequence

from bench.measure import Cost


def print_table(title: str, rows: Mapping[str, Cost], *, beside: str | None = None, notes: Sequence[str] = ()) -> None:
    """Print one line per tool; the last column is its wall time over that of the row `beside`."""
    print(f"\n{title}")
    print(f"  {'':<28}{'wall s':>9}{'CPU s':>9}{'peak MB':>9}{f'× {beside}' if beside else '':>12}")
    base = rows[beside].wall if beside in rows else None
    for name, cost in rows.items():
        ratio = f"{cost.wall / base:.2f}" if base else ""
        failure = f"  exit {cost.exit_code}" if cost.exit_code else ""
        print(f"  {name:<28}{cost.wall:>9.3f}{cost.cpu:>9.3f}{cost.peak:>9.0f}{ratio:>12}{failure}")
    for note in notes:
        print(f"  {note}")


def verdict(what: str, value: float, bar: float, *, unit: str = "", at_most: bool = True) -> str:
    """Return a line that compares a measured value with its bar."""
    good = value <= bar if at_most else value >= bar
    sign = "≤" if at_most else "≥"
    return f"{'reached' if good else 'NOT reached'}: {what} {value:.3g}{unit}, bar {sign} {bar:g}{unit}"
