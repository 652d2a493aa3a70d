"""Explore a module in a child, once more without the call that ended the child when one did."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestrator.errors import TaskFailed
from orchestrator.testgen.generator import Settings
from orchestrator.testgen.python.candidates import Exploration, read_exploration
from orchestrator.testgen.python.complaints import what_went_wrong
from orchestrator.testgen.python.needs import told_why_not_explored
from orchestrator.testgen.python.running import EXPLORE, Site, read_journal, require_pytest, run_order

_CALLS_PER_SECOND = 200  # of the budget: a number of calls, so that the result does not depend on the machine
_MUTANTS_PER_SECOND = 6
_RESTARTS = 6
_SHARE, _LEAST_SHARE = 0.55, 0.3  # of the budget; the rest is for proving
_LEAST_LEFT = 0.2  # of the budget, for an exploration that comes after others
_PROVING = 5.0  # seconds that are left for proving, where the budget is small


def mutant_limit(settings: Settings) -> int:
    """Return how many mutants are tried beside those of whole functions; the same number gives the same mutants."""
    return int(settings.budget * _MUTANTS_PER_SECOND)


def _exploring(budget: float) -> float:
    """Return the seconds of a budget that exploring may take."""
    return min(budget * _SHARE, max(budget * _LEAST_SHARE, budget - _PROVING))


@dataclass(frozen=True, kw_only=True, slots=True)
class Explored:
    """What exploring gave, and the calls that ended the process and were not tried again."""

    exploration: Exploration
    avoided: tuple[str, ...]


async def explore(site: Site, settings: Settings, *, lost: float = 0.0) -> Explored:
    """Explore the target, again without the call that ended the process when one did; TaskFailed when it cannot be.

    `lost` seconds of the budget were spent on what came to nothing. Each exploration gets its part of what is left.
    """
    avoid: list[str] = []
    begun = site.own_time() - lost
    with tempfile.TemporaryDirectory(prefix="orchestrate-journal-") as folder:
        journal = Path(folder, "journal")
        for _ in range(_RESTARTS):
            left = max(settings.budget - (site.own_time() - begun), settings.budget * _LEAST_LEFT)
            order = _explore_order(site, settings, str(journal), avoid, left)
            answer = await run_order(site, order, site.target.test_file, EXPLORE, seconds=_exploring(left))
            if answer.content is not None:
                if "problem" in answer.content:
                    message = f"{site.target.path} {answer.content['problem']}"
                    raise TaskFailed(message, hint=answer.content["hint"])
                return Explored(exploration=read_exploration(answer.content), avoided=tuple(avoid))
            last = read_journal(journal)
            if not last or last in avoid:
                break
            avoid.append(last)
    await require_pytest(site)
    if avoid:
        message = f"{site.target.path} could not be explored: its process is ended by calls as {_last_line(avoid[-1])}"
        hint = "what ends the process cannot be tested from within it: leave it to a test of your own"
        raise TaskFailed(message, hint=hint)
    message = f"{site.target.path} could not be explored: {what_went_wrong(answer.tail, site.root)}"
    raise TaskFailed(message, hint=told_why_not_explored(answer.tail))


def _last_line(program: str) -> str:
    """Return the call that a program ends with."""
    return program.strip().rpartition("\n")[2].strip()


def _explore_order(
    site: Site, settings: Settings, journal: str, avoid: Sequence[str], left: float
) -> dict[str, object]:
    """Return the order to explore with `left` seconds of the budget; what is counted is the whole budget's."""
    path = f"{site.root}/{site.target.path}"
    return {
        "mode": "exploring",
        "probe": {"module": site.target.module, "path": path},
        "job": {
            "module": site.target.module,
            "path": path,
            "journal": journal,
            "seconds": _exploring(left),
            "budget": left,
            "calls": int(settings.budget * _CALLS_PER_SECOND),
            "mutants": mutant_limit(settings),
            "seed": settings.seed,
            "parts": list(settings.parts),
            "avoid": list(avoid),
        },
    }
