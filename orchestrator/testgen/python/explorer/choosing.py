"""Which tests will be needed, as far as can be known here: the fewest that do everything, and what only each one does.

The parent chooses (`orchestrator.testgen.selection`); this tells for which tests a plainer form is worth looking for.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

Deed = tuple[str, int]  # a goal that is reached, a mutant that is killed
_WEIGHT = 0.03  # of what is hard to read against what is done


def duties(
    goals: Sequence[frozenset[int]],
    kills: Sequence[frozenset[int]],
    costs: Sequence[float],
    examples: Collection[int] = (),
) -> Mapping[int, frozenset[Deed]]:
    """Return the numbers of tests that do everything together, with what none of the others does.

    `examples` are the numbers of those that are taken first.
    """
    chosen: list[int] = []
    everything = [number for number in range(len(goals)) if kills[number]]
    for among in ([number for number in everything if number in examples], everything):
        for deeds in (goals, kills):
            _add_greedily(chosen, deeds, among, costs)
    done = {
        n: frozenset([*(("goal", each) for each in goals[n]), *(("kill", each) for each in kills[n])]) for n in chosen
    }
    counts = Counter(deed for number in chosen for deed in done[number])
    for number in sorted(chosen, key=lambda n: (-costs[n], -n)):
        if all(counts[deed] > 1 for deed in done[number]):
            chosen.remove(number)
            counts.subtract(done[number])
    return {number: frozenset(deed for deed in done[number] if counts[deed] == 1) for number in chosen}


def _add_greedily(
    chosen: list[int], deeds: Sequence[frozenset[int]], usable: Sequence[int], costs: Sequence[float]
) -> None:
    """Choose among some until everything is done that they can do."""
    left = set[int]().union(*(deeds[number] for number in usable)).difference(*(deeds[number] for number in chosen))
    while left:
        best = max(usable, key=lambda n: (len(deeds[n] & left) / (1 + _WEIGHT * max(0.0, costs[n])), -n))
        chosen.append(best)
        left -= deeds[best]
