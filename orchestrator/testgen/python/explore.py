"""Explore a module in a child, once more without the call that ended the child when one did."""

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestrator.errors import TaskFailed
from orchestrator.testgen.generator import Settings
from orchestrator.testgen.python.candidates import Exploration, read_exploration
from orchestrator.testgen.python.needs import told_why_not_explored
from orchestrator.testgen.python.running import EXPLORE, Site, read_journal, require_pytest, run_order

_CALLS_PER_SECOND = 200  # of the budget: a number of calls, so that the result does not depend on the machine
_MUTANTS_PER_SECOND = 6
_RESTARTS = 6
_SHARE, _LEAST_SHARE = 0.55, 0.3  # of the budget; the rest is for proving
_PROVING = 5.0  # seconds that are left for proving, where the budget is small


def mutant_limit(settings: Settings) -> int:
    """Return how many mutants are tried beside those of whole functions; the same number gives the same mutants."""
    return int(settings.budget * _MUTANTS_PER_SECOND)


def _exploring(settings: Settings) -> float:
    """Return the seconds of the budget that exploring may take."""
    budget = settings.budget
    return min(budget * _SHARE, max(budget * _LEAST_SHARE, budget - _PROVING))


@dataclass(frozen=True, kw_only=True, slots=True)
class Explored:
    """What exploring gave, and the calls that ended the process and were not tried again."""

    exploration: Exploration
    avoided: tuple[str, ...]


async def explore(site: Site, settings: Settings) -> Explored:
    """Explore the target, again without the call that ended the process when one did; TaskFailed when it cannot be."""
    avoid: list[str] = []
    seconds, loop = _exploring(settings), asyncio.get_running_loop()
    with tempfile.TemporaryDirectory(prefix="orchestrate-journal-") as folder:
        journal = Path(folder, "journal")
        for _ in range(_RESTARTS):
            order = _explore_order(site, settings, str(journal), avoid)
            started = loop.time() - site.patience.given
            answer = await run_order(site, order, site.target.test_file, EXPLORE, seconds=seconds)
            if answer.content is not None:
                if "problem" in answer.content:
                    message = f"{site.target.path} {answer.content['problem']}"
                    raise TaskFailed(message, hint=answer.content["hint"])
                return Explored(exploration=read_exploration(answer.content), avoided=tuple(avoid))
            last = read_journal(journal)
            if not last or last in avoid:
                break
            avoid.append(last)
            lost = loop.time() - site.patience.given - started
            site.patience.extend(max(lost, 0.0))  # nothing came of it: proving must not pay for that
    await require_pytest(site)
    if avoid:
        message = f"{site.target.path} could not be explored: its process is ended by calls as {_last_line(avoid[-1])}"
        hint = "what ends the process cannot be tested from within it: leave it to a test of your own"
        raise TaskFailed(message, hint=hint)
    message = f"{site.target.path} could not be explored: {answer.tail.strip()[-600:]}"
    raise TaskFailed(message, hint=told_why_not_explored(answer.tail))


def _last_line(program: str) -> str:
    """Return the call that a program ends with."""
    return program.strip().rpartition("\n")[2].strip()


def _explore_order(site: Site, settings: Settings, journal: str, avoid: Sequence[str]) -> dict[str, object]:
    path = f"{site.root}/{site.target.path}"
    return {
        "mode": "exploring",
        "probe": {"module": site.target.module, "path": path},
        "job": {
            "module": site.target.module,
            "path": path,
            "journal": journal,
            "seconds": _exploring(settings),
            "budget": settings.budget,
            "calls": int(settings.budget * _CALLS_PER_SECOND),
            "mutants": mutant_limit(settings),
            "seed": settings.seed,
            "parts": list(settings.parts),
            "avoid": list(avoid),
        },
    }
