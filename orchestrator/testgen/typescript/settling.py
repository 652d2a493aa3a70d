"""Choose, write and prove the tests of several modules until nothing in their files is dropped any more."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from orchestrator.testgen.filters import ENVIRONMENT, NOT_COMPILED
from orchestrator.testgen.generator import Settings, Target
from orchestrator.testgen.selection import Settled, select
from orchestrator.testgen.typescript.bench import Bench
from orchestrator.testgen.typescript.candidates import Candidate, Exploration, loosened
from orchestrator.testgen.typescript.emission import TestFile, WrittenTest, emit
from orchestrator.testgen.typescript.merging import NOTHING, History, merge, only_theirs
from orchestrator.testgen.typescript.place import Place
from orchestrator.testgen.typescript.proof import Verdicts, prove
from orchestrator.testgen.typescript.sharing import with_shared

_ROUNDS = 4
_STRANGE = 1.2  # oddness of what nobody would write first
_LAST_ROUNDS = 3  # in which only what held before is chosen from, so that something always can be kept


@dataclass(slots=True)
class Work:
    """One module on its way: what was found, what is left of it, the file that stands at the moment."""

    target: Target
    place: Place
    exploration: Exploration
    left: list[Candidate]
    avoided: tuple[str, ...]
    history: History = NOTHING
    settled: Settled = field(default_factory=Settled)
    dropped: Counter[str] = field(default_factory=Counter)
    file: TestFile = field(default_factory=lambda: TestFile(text="", tests=()))
    text: str = ""
    is_proven: bool = False
    is_broken: bool = False  # the file as a whole did not run
    held: set[int] = field(default_factory=set)  # numbers of candidates that no filter minded so far
    others: dict[str, str] = field(default_factory=dict)  # tests of a person that fail, with the reason

    def named(self, reported: str) -> WrittenTest | None:
        """Return the test of ours to which a name that the runner reported belongs."""
        return next((each for each in self.file.tests if each.is_named(reported)), None)


async def settle(
    bench: Bench, works: Sequence[Work], settings: Settings, finish: Callable[[str, str], Awaitable[str]]
) -> None:
    """Choose, write and prove until nothing is dropped any more."""
    open_works = list(works)
    for number in range(_ROUNDS + _LAST_ROUNDS):
        for work in open_works:
            if number >= _ROUNDS:
                work.left = [each for each in work.left if each.number in work.held]
            chosen = select(plain_enough(work.left), settled=work.settled, min_gain=settings.min_gain)
            work.file = emit(work.place, chosen, work.history.titles)
            if not work.file.tests and not work.is_broken:
                work.text = only_theirs(work.history)
                work.is_proven = bool(work.text)
        open_works = [each for each in open_works if each.file.tests]
        if not open_works:
            return
        await _write(bench, open_works, finish)
        verdicts = await _proven(bench, {each.target.test_file: each for each in open_works})
        for work in open_works:
            _judge(work, verdicts[work.target.test_file], is_last=number == _ROUNDS + _LAST_ROUNDS - 1)
        open_works = [each for each in open_works if not each.is_proven]


async def _write(bench: Bench, works: Sequence[Work], finish: Callable[[str, str], Awaitable[str]]) -> None:
    """Share what tests repeat, lay the files out as the project does, and bring in what a person wrote there."""
    tests = {each.target.test_file: (each.place, each.file.tests) for each in works}
    shared = await with_shared(bench, {each.target.test_file: each.file.text for each in works}, tests)
    formatted = await bench.formatted(shared)
    for work in works:
        work.text = await finish(work.target.test_file, formatted[work.target.test_file])
    edited = [each for each in works if each.history.is_touched]
    if edited:
        blocks = await bench.blocks({each.target.test_file: each.text for each in edited})
        for work in edited:
            found = blocks[work.target.test_file]
            assert not isinstance(found, str)  # we wrote it
            text = merge(found, work.history)
            is_new = text not in (work.text, work.history.text)
            work.text = await finish(work.target.test_file, text) if is_new else text


def plain_enough(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates without the strange ones that do nothing that plain ones do not do as well."""
    plain = [each for each in candidates if each.oddness < _STRANGE]
    goals = frozenset[int]().union(*(each.goals for each in plain))
    kills = frozenset[int]().union(*(each.kills for each in plain))
    return [each for each in candidates if each.oddness < _STRANGE or each.goals - goals or each.kills - kills]


async def _proven(bench: Bench, works: Mapping[str, Work]) -> dict[str, Verdicts]:
    """Put files through the filters; in those with tests of a person only ours are judged."""

    def is_ours(file: str, name: str) -> bool:
        return not works[file].history.theirs or works[file].named(name) is not None

    variables = {file: each.place.variables for file, each in works.items()}
    return await prove(bench, {file: each.text for file, each in works.items()}, is_ours, variables)


def _judge(work: Work, verdicts: Verdicts, *, is_last: bool) -> None:
    work.others = dict(verdicts.others)
    if not verdicts.reasons:
        work.is_proven = True
        return
    is_bare = work.exploration.shield and not work.place.shield
    if ENVIRONMENT in verdicts.reasons.values() and is_bare and not is_last:
        work.place = replace(work.place, shield=work.exploration.shield)  # tests load the module themselves from now on
        return
    lost: set[int] = set()
    for test in work.file.tests:
        reason = next((why for name, why in verdicts.reasons.items() if name and test.is_named(name)), "")
        is_unclear = "" in verdicts.reasons and len(work.file.tests) == 1
        is_refused = NOT_COMPILED in (reason, verdicts.reasons[""] if is_unclear else "")
        if is_refused and not is_last and _loosen(work, test):
            continue
        if reason or is_unclear:
            lost |= {each.number for each in test.candidates}
            work.dropped[reason or verdicts.reasons[""]] += len(test.candidates)
        else:
            work.held |= {each.number for each in test.candidates}
    if "" in verdicts.reasons:
        work.is_broken = not verdicts.seen
        if not lost and len(work.file.tests) != 1:  # the file does not run: nothing in it can be told apart
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
