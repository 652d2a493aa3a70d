"""What a run is expected to take and what is urgent in it: one answer for `plan`, `explain`, `run` and `resume`.

The engine is loaded only where earlier runs say anything: `plan` is to be quick.
"""

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct

from orchestrator.models.plan import Plan
from orchestrator.models.status import Priority, TaskState

if TYPE_CHECKING:
    from orchestrator.contracts import Ledger

_NOTHING_DONE: Mapping[str, TaskState] = MappingProxyType({})
_AS_WRITTEN: Mapping[str, Priority] = MappingProxyType({})


class Expected(Struct, frozen=True, kw_only=True):
    """What a run will take, and the priorities that count in it instead of those of the document.

    `measured` are the seconds that each task took, `durations` those that it will take: 0 where it is up to date.
    """

    measured: Mapping[str, float]
    durations: Mapping[str, float]
    effective: Mapping[str, Priority] = _AS_WRITTEN


def expect(
    plan: Plan,
    ledger: "Ledger",
    up_to_date: Callable[[], Collection[str]],
    done: Mapping[str, TaskState] = _NOTHING_DONE,
) -> Expected:
    """Return what earlier runs let expect of a run of the plan, of which `done` is done.

    `up_to_date` looks at the repository, which takes its time: it is asked only where urgency is in question at all.
    """
    measured = ledger.durations(plan.definitions)
    if not measured:
        return Expected(measured=measured, durations=measured)
    from orchestrator.engine.urgency import effective_priorities, is_worth_asking

    if not is_worth_asking(plan, measured, done):
        return Expected(measured=measured, durations=measured)
    durations = {**measured, **dict.fromkeys(up_to_date(), 0.0)}
    effective = effective_priorities(plan, durations, lambda: ledger.checkpoint_durations(plan.checks), done)
    return Expected(measured=measured, durations=durations, effective=effective)
