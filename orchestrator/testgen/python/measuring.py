"""Run tests of any origin under watch: what each reaches, and which mutants of the module it notices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orchestrator.testgen.python.proof import test_name
from orchestrator.testgen.python.running import Site, run_order

_SPARE = 30.0  # seconds for the tests themselves beside those for mutants


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """What was seen. `nodes` are pytest's results by node id; `verdicts` one per mutant, in the explorer's order.

    `unjudged` are test functions of which nobody knows whether they assert something: the time was over before.
    """

    nodes: Mapping[str, Mapping[str, Any]]
    verdicts: Sequence[Mapping[str, Any]]
    unjudged: frozenset[str] = frozenset()

    @property
    def goals(self) -> frozenset[int]:
        """Return what the tests that passed reach together."""
        passed = [each for each in self.nodes.values() if each["outcome"] == "passed"]
        return frozenset(goal for each in passed for goal in each["goals"])

    @property
    def kills(self) -> frozenset[int]:
        """Return the numbers of the mutants that some test notices."""
        return frozenset(number for number, each in enumerate(self.verdicts) if each["killers"])

    def kills_by_test(self, *, only_gone: bool = False) -> dict[str, frozenset[int]]:
        """Return for each test function the mutants that it notices; `only_gone`: functions that return nonsense."""
        found: dict[str, set[int]] = {}
        for number, each in enumerate(self.verdicts):
            if each["kind"] == "gone" or not only_gone:
                for name in {test_name(node) for node in each["killers"]}:
                    found.setdefault(name, set()).add(number)
        return {name: frozenset(numbers) for name, numbers in found.items()}


async def measure(
    site: Site,
    text: str,
    *,
    mutants: int,
    seconds: float,
    test_seconds: float | None = None,
    more: Sequence[str] = (),
) -> Measured | None:
    """Run `text` as the target's test file, and the files `more` of the project; None when pytest cannot run them.

    Mutants get `seconds`; tests that do not begin within `test_seconds` are left out.
    """
    order = {
        "mode": "proving",
        "probe": {"module": site.target.module, "path": f"{site.root}/{site.target.path}"},
        "shuffle": None,
        "watch_clock": False,
        "mutants": mutants,
        "mutant_seconds": seconds,
        "test_seconds": test_seconds,
    }
    answer = await run_order(site, order, site.target.test_file, text, seconds=seconds + _SPARE, more=more)
    if answer.content is None:
        return None
    content = answer.content
    unjudged = frozenset(test_name(node) for node in content["unjudged"])
    return Measured(nodes=content["tests"], verdicts=content["mutants"], unjudged=unjudged)
