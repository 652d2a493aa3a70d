"""Generate the tests of a batch of modules: explore, choose, write, prove, choose again, measure what is left."""

import os
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from orchestrator.errors import TaskFailed
from orchestrator.models.json import JsonObject
from orchestrator.testgen.filters import NOT_JUDGED, WEAK, too_little
from orchestrator.testgen.generator import Settings, Target
from orchestrator.testgen.results import Generated, Share, failed
from orchestrator.testgen.selection import Settled
from orchestrator.testgen.typescript.bench import Bench
from orchestrator.testgen.typescript.candidates import TRYING_MUTANTS, Exploration
from orchestrator.testgen.typescript.doubles import shared_doubles
from orchestrator.testgen.typescript.existing import read_existing
from orchestrator.testgen.typescript.exploring import explore
from orchestrator.testgen.typescript.measuring import Measured, measure
from orchestrator.testgen.typescript.merging import NOTHING, History, memory_of, read_history
from orchestrator.testgen.typescript.place import Place
from orchestrator.testgen.typescript.settling import Work, settle
from orchestrator.testgen.typescript.stryker import STRYKER, Scores, stryker_scores
from orchestrator.testgen.typescript.toolchain import declares

Finish = Callable[[str, str], Awaitable[str]]


@dataclass(kw_only=True, slots=True)
class _Batch:
    """What is known of the modules of a batch; `problems` says of modules why they cannot be explored."""

    modules: Mapping[str, Mapping[str, Any]]
    helper: str
    doubles: str
    histories: Mapping[str, History]
    problems: dict[str, str] = field(default_factory=dict)


async def generate(
    bench: Bench, targets: Sequence[Target], settings: Settings, *, finish: Finish, say: Callable[[str], None]
) -> list[tuple[Target, Generated]]:
    """Return what was made for each target, in their order; one that cannot be explored has a note that says why."""
    say(f"reading {_named(targets)}")
    batch = await _read(bench, targets)
    readable = [each for each in targets if each.path not in batch.problems]
    say(f"exploring {_named(readable)}")
    works = await _explored(bench, batch, readable, settings)
    say(f"proving the tests of {_named(readable)}")
    await settle(bench, list(works.values()), settings, finish)
    say(f"measuring the tests of {_named(readable)}")
    measured = await _measured(bench, batch, works, settings.budget)
    scores = await _by_stryker(bench, batch, works, say)
    memories = await _remembered(bench, [each for each in works.values() if each.is_proven])
    results = []
    for each in targets:
        if each.path in batch.problems:
            results.append((each, _unexplored(batch.modules[each.path], batch.problems[each.path])))
            continue
        result = _result(works[each.path], measured.get(each.test_file), settings.min_gain)
        result = replace(_scored(result, each.path, scores), memory=memories.get(each.test_file, {}))
        results.append((each, _with_helper(result, batch)))
    return results


async def _read(bench: Bench, targets: Sequence[Target]) -> _Batch:
    """Read the modules and what a person did to their test files; write the doubles that tests share."""
    modules = {each["path"]: each for each in await bench.analyse(targets)}
    helper, doubles = await shared_doubles(bench, targets[0])
    bench.overlay.write(helper, doubles)
    return _Batch(
        modules=modules,
        helper=helper,
        doubles=doubles,
        histories=await _histories(bench, targets),
        problems={path: each["problem"] for path, each in modules.items() if "problem" in each},
    )


async def _histories(bench: Bench, targets: Sequence[Target]) -> dict[str, History]:
    present = {each.test_file: each.present for each in targets if each.present is not None}
    if not present:
        return {}
    histories = {}
    for file, blocks in (await bench.blocks({file: each.text for file, each in present.items()})).items():
        if isinstance(blocks, str):
            message = f"{file} cannot be parsed: {blocks}"
            raise TaskFailed(message, hint="mend it, or remove it together with `overwrite: true`")
        histories[file] = read_history(present[file], blocks)
    return histories


async def _explored(bench: Bench, batch: _Batch, readable: Sequence[Target], settings: Settings) -> dict[str, Work]:
    """Return the modules that could be explored, with what was found."""
    if not readable:
        return {}
    found, avoided = await explore(bench, readable, batch.modules, batch.helper, settings)
    bench.overlay.restore()
    bench.overlay.write(batch.helper, batch.doubles)
    existing = await read_existing(bench, readable, batch.modules, batch.histories, settings)
    bench.overlay.restore()
    bench.overlay.write(batch.helper, batch.doubles)
    works = {}
    for each in readable:
        exploration = found[each.path]
        if isinstance(exploration, str):
            batch.problems[each.path] = exploration
        else:
            works[each.path] = _begin(_place(bench, batch, each, exploration), each, exploration, batch)
            _settle_existing(works[each.path], existing.get(each.test_file))
            works[each.path].avoided = tuple(avoided[each.path])
    return works


def _place(bench: Bench, batch: _Batch, target: Target, exploration: Exploration) -> Place:
    module = batch.modules[target.path]
    return Place(
        module=target.path,
        test_file=target.test_file,
        helper=batch.helper,
        tools=bench.tools,
        has_state=bool(module["hasState"]),
        packages=exploration.packages,
        asked=module.get("asked", {}),
        exported=module.get("exported", {}),
        files=target.reads,
        variables=tuple(module["environment"]["names"]),
        endings=_needs_endings(bench, module),
    )


def _needs_endings(bench: Bench, module: Mapping[str, Any]) -> bool:
    if bench.tools.needs_endings or any(str(each["spec"]).endswith(".js") for each in module["imports"]):
        return True
    return bench.tools.runner == "vitest" and bool(module["wantsEndings"])  # Jest need not find what the compiler finds


def _begin(place: Place, target: Target, exploration: Exploration, batch: _Batch) -> Work:
    """Part what may be chosen from what asserts nothing, and from what a person removed or took over."""
    history = batch.histories.get(target.test_file, NOTHING)
    theirs = [each for each in exploration.candidates if each.observation in history.settled]
    rest = [each for each in exploration.candidates if each.observation not in history.settled]
    work = Work(
        target=target,
        place=place,
        exploration=exploration,
        left=[each for each in rest if each.kills],
        avoided=(),
        history=history,
        settled=Settled(
            goals=exploration.imported.union(*(each.goals for each in theirs)),
            kills=frozenset[int]().union(*(each.kills for each in theirs)),
        ),
        dropped=Counter(exploration.dropped),
    )
    work.dropped[NOT_JUDGED if TRYING_MUTANTS in exploration.cut_short else WEAK] += len(rest) - len(work.left)
    return work


def _settle_existing(work: Work, existing: Settled | None) -> None:
    """Let what the tests that exist do count for nothing, and the sorts of answers of what they do."""
    if existing is None:
        return
    goals = work.exploration.goals
    outcomes = frozenset(number for number, (kind, _) in enumerate(goals) if kind == "outcome")
    done = [each for each in work.left if each.goals - outcomes <= existing.goals and each.kills <= existing.kills]
    shown = outcomes.intersection(goal for each in done for goal in each.goals)
    work.settled = work.settled.including(existing.goals | shown, existing.kills)


async def _measured(
    bench: Bench, batch: _Batch, works: Mapping[str, Work], seconds: float
) -> dict[str, Measured | str]:
    """Run the tests that hold on the instrumented modules."""
    done = {each.target.test_file: (path, each) for path, each in works.items() if each.is_proven}
    if not done:
        return {}
    modules = {file: batch.modules[path] for file, (path, _) in done.items()}
    texts = {file: work.text for file, (_, work) in done.items()}
    likely = {file: _likely(work) for file, (_, work) in done.items()}
    return await measure(bench, modules, texts, seconds=seconds, likely=likely)


async def _by_stryker(
    bench: Bench, batch: _Batch, works: Mapping[str, Work], say: Callable[[str], None]
) -> Scores | None:
    """Have the project's own Stryker, where it has one, say what the tests that hold notice."""
    tests = {
        path: each.target.test_file for path, each in works.items() if each.is_proven and len(each.target.reads) == 1
    }
    if not tests or not declares(bench.root, bench.tools.folder, STRYKER):
        return None
    say(f"asking Stryker about the tests of {'1 module' if len(tests) == 1 else f'{len(tests)} modules'}")
    bench.overlay.restore()
    bench.overlay.write(batch.helper, batch.doubles)
    for path, file in tests.items():
        bench.overlay.write(file, works[path].text)
    return await stryker_scores(bench, tests)


def _scored(result: Generated, path: str, scores: Scores | None) -> Generated:
    """Return a result with the mutants of Stryker in the place of ours."""
    if scores is None or not result.text:
        return result
    if path not in scores.shares:
        return replace(result, notes=(*result.notes, f"mutants are our own: Stryker: {scores.problem}"))
    return replace(
        result, mutants=scores.shares[path], notes=(*result.notes, "mutants are those of the project's Stryker")
    )


async def _remembered(bench: Bench, works: Sequence[Work]) -> dict[str, JsonObject]:
    """Return for each file what tells later what a person did to it."""
    memories = {}
    blocks = await bench.blocks({each.target.test_file: each.text for each in works}) if works else {}
    for work in works:

        def observed(name: str, work: Work = work) -> Sequence[str]:
            test = work.named(name)
            return [each.observation for each in test.candidates] if test is not None else ()

        found = blocks[work.target.test_file]
        assert not isinstance(found, str)  # it was run
        memories[work.target.test_file] = memory_of(found, work.history, observed)
    return memories


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
    reached, killed = exploration.imported if work.is_proven else frozenset[int](), frozenset[int]()
    notes = []
    if isinstance(measured, Measured):
        reached, killed = measured.reached, measured.killed
        if measured.is_cut_short:  # for mutants that were not tried again, what was seen while exploring
            killed |= frozenset().union(*(each.kills for each in chosen)) - measured.tried
    elif work.is_proven:
        reached = reached.union(*(each.goals for each in chosen))
        killed = killed.union(*(each.kills for each in chosen))
        notes.append(f"what the tests reach is what was seen while exploring: {measured}")
    notes += [f"{name}, which a person wrote, {why}" for name, why in work.others.items()]
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
        kept=tuple(each.full_name for each in work.history.tests),
        removed=len(work.history.removed),
    )


def _unexplored(module: Mapping[str, Any], problem: str) -> Generated:
    kinds = Counter(each["kind"] for each in module.get("goals", ()))
    mutants = len(module.get("mutants", ()))
    return failed(problem, statements=kinds["statement"], branches=kinds["branch"], mutants=mutants)


def _with_helper(result: Generated, batch: _Batch) -> Generated:
    """Return a result with the file of doubles, when its tests use that."""
    name = os.path.basename(batch.helper).partition(".")[0]
    uses = "ouble" in result.text and f"/{name}" in result.text
    return replace(result, helpers={batch.helper: batch.doubles}) if uses else result


def _named(targets: Sequence[Target]) -> str:
    return targets[0].path if len(targets) == 1 else f"{len(targets)} modules"
