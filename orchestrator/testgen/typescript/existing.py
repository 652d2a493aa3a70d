"""What a person's tests in the file of generated ones do for the module: nothing of that has to be done again."""

from collections.abc import Mapping, Sequence

from orchestrator.testgen.generator import Settings, Target
from orchestrator.testgen.selection import Settled
from orchestrator.testgen.typescript.bench import Bench
from orchestrator.testgen.typescript.measuring import Measured, measure
from orchestrator.testgen.typescript.merging import History, only_theirs


async def read_existing(
    bench: Bench,
    targets: Sequence[Target],
    modules: Mapping[str, Mapping[str, object]],
    histories: Mapping[str, History],
    settings: Settings,
) -> dict[str, Settled]:
    """Return by test file what a person's tests that pass reach and notice; nothing where they cannot be run."""
    by_file = {each.test_file: modules[each.path] for each in targets if each.test_file in histories}
    texts = {file: only_theirs(histories[file]) for file in by_file}
    texts = {file: text for file, text in texts.items() if text}
    if not texts or settings.min_gain == 0:
        return {}
    found = await measure(bench, by_file, texts, seconds=settings.budget)
    return {file: _settled(each) for file, each in found.items() if isinstance(each, Measured)}


def _settled(measured: Measured) -> Settled:
    passed = [name for name in measured.goals if name not in measured.failures]
    return Settled(
        goals=measured.imported.union(*(measured.goals[name] for name in passed)),
        kills=frozenset[int]().union(*(measured.kills[name] for name in passed if name in measured.kills)),
    )
