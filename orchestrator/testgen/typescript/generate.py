"""Generate the tests of a batch of modules: explore, choose, write, prove, choose again, measure what is left."""

import os
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from orchestrator.testgen.filters import NOT_COMPILED, WEAK, too_little
from orchestrator.testgen.generator import Settings, Target
from orchestrator.testgen.results import Generated, Share, failed
from orchestrator.testgen.selection import Settled, select
from orchestrator.testgen.typescript.bench import Bench
from orchestrator.testgen.typescript.candidates import Candidate, Exploration, loosened
from orchestrator.testgen.typescript.doubles import shared_doubles
from orchestrator.testgen.typescript.emission import TestFile, WrittenTest, emit
from orchestrator.testgen.typescript.exploring import explore
from orchestrator.testgen.typescript.measuring import Measured, measure
from orchestrator.testgen.typescript.place import Place
from orchestrator.testgen.typescript.proof import Verdicts, prove

_ROUNDS = 4
_LAST_ROUNDS = 3  # in which only what held before is chosen from, so that something always can be kept


@dataclass(slots=True)
class Work:
    """One module on its way: what was found, what is left of it, the file that stands at the moment."""

    target: Target
    place: Place
    exploration: Exploration
    left: list[Candidate]
    avoided: tuple[str, ...]
    dropped: Counter[str] = field(default_factory=Counter)
    file: TestFile = field(default_factory=lambda: TestFile(text="", tests=()))
    text: str = ""
    is_proven: bool = False
    held: set[int] = field(default_factory=set)  # numbers of candidates that no filter minded so far


async def generate(
    bench: Bench,
    targets: Sequence[Target],
    settings: Settings,
    *,
    finish: Callable[[str, str], Awaitable[str]],
    say: Callable[[str], None],
) -> list[tuple[Target, Generated]]:
    """Return what was made for each target, in their order; one that cannot be explored has a note that says why."""
    say(f"reading {_named(targets)}")
    modules = {each["path"]: each for each in await bench.analyse(targets)}
    problems = {path: each["problem"] for path, each in modules.items() if "problem" in each}
    readable = [each for each in targets if each.path not in problems]
    helper, doubles = await shared_doubles(bench, targets[0].reads[0])
    bench.overlay.write(helper, doubles)
    say(f"exploring {_named(readable)}")
    found, avoided = await explore(bench, readable, modules, helper, settings) if readable else ({}, {})
    bench.overlay.restore()
    bench.overlay.write(helper, doubles)
    works = {}
    for each in readable:
        exploration = found[each.path]
        if isinstance(exploration, str):
            problems[each.path] = exploration
            continue
        works[each.path] = _begin(bench, each, exploration, helper, modules[each.path], avoided[each.path])
    say(f"proving the tests of {_named(readable)}")
    await _settle(bench, list(works.values()), settings, finish)
    done = {path: each for path, each in works.items() if each.is_proven}
    by_file = {each.target.test_file: modules[path] for path, each in done.items()}
    say(f"measuring the tests of {_named(readable)}")
    texts = {each.target.test_file: each.text for each in done.values()}
    likely = {each.target.test_file: _likely(each) for each in done.values()}
    measured = await measure(bench, by_file, texts, seconds=settings.budget, likely=likely) if texts else {}
    results = []
    for each in targets:
        if each.path in problems:
            results.append((each, _unexplored(modules[each.path], problems[each.path])))
            continue
        work = works[each.path]
        result = _result(work, measured.get(each.test_file), settings.min_gain)
        if "ouble" in work.text and f"/{os.path.basename(helper).partition('.')[0]}" in work.text:
            result = _with_helper(result, helper, doubles)
        results.append((each, result))
    return results


def _begin(
    bench: Bench,
    target: Target,
    exploration: Exploration,
    helper: str,
    module: Mapping[str, Any],
    avoided: Sequence[str],
) -> Work:
    place = Place(
        module=target.path,
        test_file=target.test_file,
        helper=helper,
        tools=bench.tools,
        has_state=bool(module["hasState"]),
        packages=exploration.packages,
        asked=module.get("asked", {}),
        files=target.reads,
        endings=bench.tools.needs_endings or any(str(each["spec"]).endswith(".js") for each in module["imports"]),
    )
    work = Work(
        target=target,
        place=place,
        exploration=exploration,
        left=[each for each in exploration.candidates if each.kills],
        avoided=tuple(avoided),
        dropped=Counter(exploration.dropped),
    )
    work.dropped[WEAK] += len(exploration.candidates) - len(work.left)
    return work


async def _settle(
    bench: Bench, works: Sequence[Work], settings: Settings, finish: Callable[[str, str], Awaitable[str]]
) -> None:
    """Choose, write and prove until nothing is dropped any more."""
    open_works = list(works)
    for number in range(_ROUNDS + _LAST_ROUNDS):
        for work in open_works:
            if number >= _ROUNDS:
                work.left = [each for each in work.left if each.number in work.held]
            chosen = select(work.left, settled=Settled(goals=work.exploration.imported), min_gain=settings.min_gain)
            work.file = emit(work.place, chosen)
        open_works = [each for each in open_works if each.file.tests]
        if not open_works:
            return
        formatted = await bench.formatted({each.target.test_file: each.file.text for each in open_works})
        for work in open_works:
            work.text = await finish(work.target.test_file, formatted[work.target.test_file])
        verdicts = await prove(bench, {each.target.test_file: each.text for each in open_works})
        for work in open_works:
            _judge(work, verdicts[work.target.test_file], is_last=number == _ROUNDS + _LAST_ROUNDS - 1)
        open_works = [each for each in open_works if not each.is_proven]


def _judge(work: Work, verdicts: Verdicts, *, is_last: bool) -> None:
    if not verdicts.reasons:
        work.is_proven = True
        return
    lost: set[int] = set()
    for test in work.file.tests:
        reason = next((why for name, why in verdicts.reasons.items() if name and test.is_named(name)), "")
        is_unclear = "" in verdicts.reasons and len(work.file.tests) == 1
        if NOT_COMPILED in (reason, verdicts.reasons[""] if is_unclear else "") and _loosen(work, test):
            continue
        if reason or is_unclear:
            lost |= {each.number for each in test.candidates}
            work.dropped[reason or verdicts.reasons[""]] += len(test.candidates)
        else:
            work.held |= {each.number for each in test.candidates}
    if (
        "" in verdicts.reasons and not lost and len(work.file.tests) != 1
    ):  # the file does not run: nothing in it can be told apart
        work.dropped[verdicts.reasons[""]] += len(work.left)
        lost = {each.number for each in work.left}
    work.left = [each for each in work.left if each.number not in lost]
    if is_last:
        work.text = ""


def _loosen(work: Work, test: WrittenTest) -> bool:
    """Write the inputs of a test so that the compiler takes them; say whether there is another way to write them."""
    mine = {each.number for each in test.candidates if each.loose is not None}
    work.left = [loosened(each) if each.number in mine else each for each in work.left]
    return bool(mine)


def _likely(work: Work) -> dict[int, list[str]]:
    """Return for each mutant the tests that noticed it while the module was explored."""
    found: dict[int, list[str]] = {}
    for test in work.file.tests:
        for mutant in frozenset().union(*(each.kills for each in test.candidates)):
            found.setdefault(mutant, []).append(test.name)
    return found


def _result(work: Work, measured: Measured | str | None, min_gain: int) -> Generated:
    exploration = work.exploration
    statements = frozenset(number for number, (kind, _) in enumerate(exploration.goals) if kind == "statement")
    branches = frozenset(number for number, (kind, _) in enumerate(exploration.goals) if kind == "branch")
    kept = work.file.tests if work.is_proven else ()
    chosen = [each for test in kept for each in test.candidates]
    reached, killed = exploration.imported, frozenset[int]()
    notes = []
    if isinstance(measured, Measured):
        reached, killed = measured.reached, measured.killed
        if measured.is_cut_short:  # for mutants that were not tried again, what was seen while exploring
            killed |= frozenset().union(*(each.kills for each in chosen)) - measured.tried
    elif work.is_proven:
        reached = reached.union(*(each.goals for each in chosen))
        killed = killed.union(*(each.kills for each in chosen))
        notes.append(f"what the tests reach is what was seen while exploring: {measured}")
    work.dropped[too_little(min_gain)] += len(work.left) - len(chosen)
    return Generated(
        text=work.text if work.is_proven else "",
        tests=tuple(each.name for each in kept),
        cases=len(chosen),
        statements=Share(reached=len(reached & statements), total=len(statements)),
        branches=Share(reached=len(reached & branches), total=len(branches)),
        mutants=Share(reached=len(killed), total=len(exploration.mutants)),
        dropped=+work.dropped,
        defects=exploration.defects,
        calls=exploration.calls,
        cut_short=exploration.cut_short,
        avoided=work.avoided,
        notes=tuple(notes),
    )


def _unexplored(module: Mapping[str, Any], problem: str) -> Generated:
    kinds = Counter(each["kind"] for each in module.get("goals", ()))
    mutants = len(module.get("mutants", ()))
    return failed(problem, statements=kinds["statement"], branches=kinds["branch"], mutants=mutants)


def _with_helper(result: Generated, helper: str, text: str) -> Generated:
    return replace(result, helpers={helper: text})


def _named(targets: Sequence[Target]) -> str:
    return targets[0].path if len(targets) == 1 else f"{len(targets)} modules"
