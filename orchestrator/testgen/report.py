"""What was generated or examined, in words for people and as JSON for outputs."""

from collections.abc import Iterator

from orchestrator.models.json import JsonObject
from orchestrator.testgen.generator import Target
from orchestrator.testgen.results import Examined, Generated, Share

_MOST = 12


def summary_of(target: Target, made: Generated) -> str:
    """Return one line."""
    return (
        f"{target.path}: {_count(len(made.tests), 'test')} with {_count(made.cases, 'case')}, "
        f"statements {made.statements.percent:g} %, branches {made.branches.percent:g} %, "
        f"mutants killed {made.mutants.percent:g} % of {made.mutants.total}"
    )


def lines_of(target: Target, made: Generated) -> Iterator[str]:
    """Yield the whole report of one module."""
    yield summary_of(target, made)
    yield f"  {made.calls} calls were tried"
    for reason, count in made.dropped.most_common():
        yield f"  dropped {count}: {reason}"
    for each in made.avoided:
        yield f"  ended the process, not tried again: {_one_line(each)}"
    for what in made.cut_short:
        yield f"  {what}: ended by the clock before it was through; a larger budget gives the same on every machine"
    if made.defects:
        yield "  possible defects, for a person to look at:"
    for defect in made.defects[:_MOST]:
        yield f"    {defect.kind}: {_one_line(defect.call)}: {_one_line(defect.detail)}"
    if len(made.defects) > _MOST:
        yield f"    and {len(made.defects) - _MOST} more"


def as_json(target: Target, made: Generated) -> JsonObject:
    """Return the report of one module for outputs and ledger."""
    return {
        "module": target.path,
        "test_file": target.test_file,
        "tests": len(made.tests),
        "cases": made.cases,
        "calls": made.calls,
        "coverage": {"statements": made.statements.percent, "branches": made.branches.percent},
        "mutants": _share(made.mutants),
        "dropped": dict(made.dropped),
        "cut_short": list(made.cut_short),
        "defects": [
            {"kind": each.kind, "subject": each.subject, "call": each.call, "detail": each.detail}
            for each in made.defects
        ],
    }


def examined_lines(target: Target, found: Examined) -> Iterator[str]:
    """Yield what the tests of a file are worth."""
    yield (
        f"{target.test_file}: {_count(len(found.proof.goals), 'test')} of {target.path}: statements "
        f"{found.statements.percent:g} %, branches {found.branches.percent:g} %, mutants killed "
        f"{found.mutants.percent:g} % of {found.mutants.total}"
    )
    if found.missed:
        yield f"  lines that no test reaches: {_ranges(found.missed)}"
    by_line: dict[int, list[str]] = {}
    for line, kind in found.survivors:
        by_line.setdefault(line, []).append(kind)
    for line, kinds in sorted(by_line.items())[:_MOST]:
        yield f"  line {line}: a change nobody notices ({', '.join(dict.fromkeys(kinds))})"
    if len(by_line) > _MOST:
        yield f"  and changes in {len(by_line) - _MOST} more lines"


def verdict_lines(found: Examined) -> Iterator[str]:
    """Yield a line for each test: what it adds, or which filter it fails."""
    for name, (goals, kills) in found.per_test.items():
        if name not in found.proof.dropped:
            yield f"  ok    {name}: reaches {goals}, kills {kills}"
    for name, reason in found.proof.dropped.items():
        yield f"  fails {name}: {reason}"


def examined_json(target: Target, found: Examined) -> JsonObject:
    """Return the same for programs."""
    return {
        "module": target.path,
        "test_file": target.test_file,
        "coverage": {"statements": found.statements.percent, "branches": found.branches.percent},
        "mutants": _share(found.mutants),
        "missed": list(found.missed),
        "survivors": [{"line": line, "kind": kind} for line, kind in found.survivors],
        "tests": {name: {"reaches": goals, "kills": kills} for name, (goals, kills) in found.per_test.items()},
        "failed": dict(found.proof.dropped),
    }


def _share(share: Share) -> JsonObject:
    return {"killed": share.reached, "tried": share.total, "percent": share.percent}


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _one_line(text: str) -> str:
    short = " ".join(text.split())
    return short if len(short) <= 160 else short[:157] + "..."


def _ranges(lines: tuple[int, ...]) -> str:
    parts: list[list[int]] = []
    for line in lines:
        if parts and line == parts[-1][1] + 1:
            parts[-1][1] = line
        else:
            parts.append([line, line])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in parts)
