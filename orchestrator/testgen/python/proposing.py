"""Proposals as source text: property tests of ours, and what an external program writes.

Whoever proposes, the same filters decide: such tests are run, repeated and tried on mutants like all others.
"""

import ast
import os
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.errors import TaskFailed
from orchestrator.testgen.filters import NOT_COMPILED, NOT_JUDGED, WEAK
from orchestrator.testgen.generator import Settings
from orchestrator.testgen.last_lines import last_lines
from orchestrator.testgen.python.candidates import Candidate, Exploration
from orchestrator.testgen.python.explore import mutant_limit
from orchestrator.testgen.python.measuring import Measured, measure
from orchestrator.testgen.python.merging import parts_of
from orchestrator.testgen.python.proof import prove
from orchestrator.testgen.python.properties import property_tests
from orchestrator.testgen.python.reading import bound_names, test_functions
from orchestrator.testgen.python.running import Site, can_import

_COST = 2.0  # as hard to read as a plain call: between equals, what somebody thought of is taken


@dataclass(slots=True)
class Proposals:
    """Tests that hold, the imports and helpers that they need by name, and how many others were dropped why."""

    candidates: list[Candidate] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    helpers: dict[str, str] = field(default_factory=dict)
    dropped: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)


async def propose(site: Site, settings: Settings, exploration: Exploration) -> Proposals:
    """Return what the proposers beside the explorer have to offer."""
    proposals = Proposals()
    if "hypothesis" in settings.proposers:
        text = property_tests(site.target.module, exploration)
        if not await can_import(site, "hypothesis"):
            proposals.notes.append("no property tests: the project's interpreter has no hypothesis")
        elif text:
            await _judge(site, settings, exploration, text, proposals)
    if "command" in settings.proposers:
        await _judge(site, settings, exploration, await _ask(site, settings.command), proposals)
    return proposals


async def _ask(site: Site, command: tuple[str, ...]) -> str:
    """Run the program of the proposer `command` and return what it prints: a test file."""
    with tempfile.TemporaryDirectory(prefix="orchestrate-proposal-") as folder:
        place = Path(folder, "tests.py")
        env = {
            "ORCHESTRATE_TARGET": site.target.path,
            "ORCHESTRATE_MODULE": site.target.module,
            "ORCHESTRATE_TEST_FILE": site.target.test_file,
        }
        argv = ("sh", "-c", 'place=$1; shift; exec "$@" >"$place"', "sh", str(place), *command)
        finished = await site.processes.run(argv, env=env)
        if finished.exit_code != 0:
            message = f"the proposer {command[0]} ended with {finished.exit_code}: {last_lines(finished.tail)}"
            raise TaskFailed(message, hint="it has to print a test file and to end with 0")
        with open(place, "rb") as file:  # noqa: ASYNC230 - a small file of ours
            return os.fsdecode(file.read())


async def _judge(site: Site, settings: Settings, exploration: Exploration, text: str, proposals: Proposals) -> None:
    """Put proposed tests through the filters; those that hold become candidates."""
    try:
        parts = parts_of(text)
    except (SyntaxError, ValueError):
        proposals.dropped[NOT_COMPILED] += 1
        return
    proof = await prove(site, text, repeats=0)  # those that are chosen are repeated with the whole file
    proposals.dropped.update(proof.reasons)
    measured = await measure(site, text, mutants=mutant_limit(settings), seconds=settings.budget / 2)
    if measured is None:
        return
    for part in parts:
        if part.kind == "import":
            proposals.names.update(bound_names(part.text))
        elif part.kind == "other" and part.name:
            proposals.helpers[part.name] = part.text
    number = len(exploration.candidates) + len(proposals.candidates)
    sources = {part.name: part.text for part in parts if part.kind == "test"}
    held = [name for name in sources if name in proof.goals]
    made = [_candidate(number + n, name, sources[name], proof.goals[name], measured) for n, name in enumerate(held)]
    for name, each in zip(held, made, strict=True):
        proposals.dropped[NOT_JUDGED if name in measured.unjudged else WEAK] += not each.kills
    proposals.candidates += [each for each in made if each.kills]


def _candidate(number: int, name: str, source: str, goals: frozenset[int], measured: Measured) -> Candidate:
    """Return a proposed test as a candidate; it kills nothing when it holds for functions that return nonsense."""
    is_telling = name in measured.kills_by_test(only_gone=True)
    kills = measured.kills_by_test().get(name, frozenset()) if is_telling else frozenset()
    [function] = list(test_functions(ast.parse(source)))[:1]
    return Candidate(
        number=number,
        subject=function.name.removeprefix("test_"),
        kind="source",
        line=1 << 20,
        lines=(),
        call=f"test {name}",
        source=source,
        goals=goals,
        kills=kills,
        cost=_COST,
    )
