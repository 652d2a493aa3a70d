"""What was generated or examined, in words for people and as JSON for outputs."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from orchestrator.models.json import JsonObject
from orchestrator.testgen.filters import ADDS_NOTHING, FILTERS
from orchestrator.testgen.generator import Target
from orchestrator.testgen.results import Before, Examined, Generated, Share

_MOST = 12


def summary_of(target: Target, made: Generated) -> str:
    """Return one line."""
    if made.problem:
        return f"{target.path}: {made.problem}"
    if made.told:
        return f"{target.test_file}: {made.told}"
    if not made.tests:
        return f"{target.path}: {_without_new(made)}"
    before = made.before
    return (
        f"{target.path}: {_count(len(made.tests), 'test')} with {_count(made.cases, 'case')}, "
        f"statements {_rise(before.statements if before else None, made.statements)}, "
        f"branches {_rise(before.branches if before else None, made.branches)}, "
        f"{_killed(made.mutants, before.mutants if before else None)}"
    )


def _without_new(made: Generated) -> str:
    """Say why there is no new test, and how far those reach that exist."""
    why = "nothing new beside what a person wrote or edited" if made.text else why_nothing(made)
    if made.before is None:
        return why
    return (
        f"{why}; the tests that exist reach {made.before.statements.percent:g} % of statements, "
        f"{made.before.branches.percent:g} % of branches, {_killed(made.before.mutants)}"
    )


def _killed(share: Share, before: Share | None = None) -> str:
    return f"mutants killed {_rise(before, share)} of {share.total}" if share.total else "no mutant was tried"


def summary_of_task(
    made: Sequence[tuple[Target, Generated]], kept: Mapping[str, str], estimated_cases: int | None
) -> str:
    """Return one line about all modules of a task; `kept` are files that were left alone, with the reason."""
    parts = []
    if len(made) == 1:
        parts.append(summary_of(*made[0]))
    elif made:
        tests = sum(len(result.tests) for _, result in made)
        parts.append(f"{tests} tests of {count_modules(len(made))}")
    if estimated_cases and made:
        parts.append(_estimated(estimated_cases))
    defects = sum(len(result.defects) for _, result in made)
    if defects:
        parts.append(f"{_count(defects, 'possible defect')}")
    parts += [f"kept {path}: {why}" for path, why in kept.items()]
    return "; ".join(parts)


def _estimated(cases: int) -> str:
    return f"{_count(cases, 'case')} {'was' if cases == 1 else 'were'} estimated"


def summary_of_nothing(made: Sequence[Generated], estimated_cases: int | None) -> str:
    """Return one line about a task of which no test held: how many each filter dropped, what else was in the way."""
    dropped = sum((each.dropped for each in made), Counter[str]())
    reasons = [f"{dropped[reason]} {reason}" for reason in FILTERS if dropped[reason]]
    reasons += dict.fromkeys(each.problem for each in made if each.problem)
    reasons += dict.fromkeys(_cut(each) for each in made if each.cut_short)
    parts = [f"no test held{': ' if reasons else ''}{', '.join(reasons)}"]
    if estimated_cases:
        parts.append(_estimated(estimated_cases))
    return "; ".join(parts)


def count_modules(count: int) -> str:
    """Return a number of modules in words."""
    return _count(count, "module")


def lines_of(target: Target, made: Generated) -> Iterator[str]:
    """Yield the whole report of one module."""
    yield summary_of(target, made)
    if made.problem:
        return
    if not made.told:
        yield f"  {made.calls} calls were tried"
    for reason in FILTERS:
        if made.dropped[reason]:
            yield f"  dropped {made.dropped[reason]}: {reason}"
    if made.kept:
        yield f"  kept as a person wrote or edited them: {', '.join(made.kept)}"
    if made.removed:
        yield f"  not made again, because a person removed them: {_count(made.removed, 'case')}"
    for note in made.notes:
        yield f"  {note}"
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


def why_nothing(made: Generated) -> str:
    """Say why nothing is written for a module that could be explored."""
    if not made.is_superfluous:
        return _why_none_held(made)
    is_whole = made.statements.reached == made.statements.total and made.branches.reached == made.branches.total
    if is_whole or made.removed:
        return "nothing is left to add"
    if made.dropped[ADDS_NOTHING]:
        return "nothing was found that would add to the tests that exist"
    return "no test held that would add to those that exist"


def _why_none_held(made: Generated) -> str:
    if made.statements.total + made.branches.total + made.mutants.total == 0:
        return "nothing in it runs"
    reasons = [f"{made.dropped[reason]} {reason}" for reason in FILTERS if made.dropped[reason]]
    if reasons:
        cut = f"; {_cut(made)}" if made.cut_short else ""
        return f"no test held: of those tried {', '.join(reasons)}{cut}"
    if made.cut_short:
        return f"no test held: {_cut(made)}"
    if made.calls == 0:
        return "it offers nothing that a test could call"
    if made.mutants.total == 0:
        return "there is nothing in it whose change a test could notice"
    return "no call shows a change of its code"


def _cut(made: Generated) -> str:
    return f"the clock ended {' and '.join(made.cut_short)} after {_count(made.calls, 'call')}"


def as_json(target: Target, made: Generated) -> JsonObject:
    """Return the report of one module for outputs and ledger."""
    return {
        "module": target.path,
        "test_file": target.test_file,
        "tests": len(made.tests),
        "cases": made.cases,
        "calls": made.calls,
        **({"told": made.told} if made.told else _measured(made)),
        "dropped": {reason: made.dropped[reason] for reason in FILTERS if made.dropped[reason]},
        "kept": list(made.kept),
        "notes": list(made.notes),
        **({"problem": made.problem} if made.problem else {}),
        "cut_short": list(made.cut_short),
        "defects": [
            {"kind": each.kind, "subject": each.subject, "call": each.call, "detail": each.detail}
            for each in made.defects
        ],
    }


def _measured(made: Generated) -> JsonObject:
    return {
        "coverage": {"statements": made.statements.percent, "branches": made.branches.percent},
        "mutants": _share(made.mutants),
        "before": _before(made.before),
    }


def examined_lines(target: Target, found: Examined) -> Iterator[str]:
    """Yield what the tests of a file are worth."""
    yield (
        f"{target.test_file}: {_count(len(found.proof.goals), 'test')} of {target.path}: statements "
        f"{found.statements.percent:g} %, branches {found.branches.percent:g} %, {_killed(found.mutants)}"
    )
    if target.path.endswith(".py"):
        yield "  statements are those of functions; `orchestrate measure` counts what importing runs as well"
    if found.missed:
        yield f"  lines that no test reaches: {_ranges(found.missed)}"
    by_line: dict[int, list[str]] = {}
    for line, kind in found.survivors:
        by_line.setdefault(line, []).append(kind)
    for line, kinds in sorted(by_line.items())[:_MOST]:
        yield f"  line {line}: a change that none of this file's tests notices ({', '.join(dict.fromkeys(kinds))})"
    if len(by_line) > _MOST:
        yield f"  and changes in {len(by_line) - _MOST} more lines"


def verdict_lines(found: Examined) -> Iterator[str]:
    """Yield a line for each test: what it adds, or which filter it fails."""
    for name, (goals, kills) in found.per_test.items():
        if name not in found.proof.dropped:
            more = f"; {ADDS_NOTHING}" if name in found.redundant else ""
            yield f"  ok    {name}: reaches {goals}, kills {kills}{more}"
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
        "redundant": list(found.redundant),
    }


def _before(before: Before | None) -> JsonObject | None:
    if before is None:
        return None
    return {
        "coverage": {"statements": before.statements.percent, "branches": before.branches.percent},
        "mutants": _share(before.mutants),
    }


def _rise(before: Share | None, after: Share) -> str:
    return f"{before.percent:g} -> {after.percent:g} %" if before is not None else f"{after.percent:g} %"


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
