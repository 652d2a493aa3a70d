"""Whether a failed attempt is repeated, and how long to wait before.

The policy is tenacity's (stop, retry, wait), asked for its decision instead of being left to sleep: the pause is a
state of the scheduler, so a task that waits holds neither a place nor its locks.
"""

import random

from orchestrator.engine.ports import AttemptEnd
from orchestrator.models.plan import RetryPolicy
from orchestrator.models.status import FailureClass, OutcomeKind

_CLASSES = {
    OutcomeKind.FAILED: FailureClass.FAILED,
    OutcomeKind.ERRORED: FailureClass.ERRORED,
    OutcomeKind.TIMED_OUT: FailureClass.TIMEOUT,
}


def failure_class(end: AttemptEnd) -> FailureClass | None:
    """Return why an attempt failed; None when it did not, or was cancelled."""
    default = _CLASSES.get(end.kind)
    return None if default is None else end.outcome.failure or default


def pause_before_next(policy: RetryPolicy, attempts: int, end: AttemptEnd, rng: random.Random) -> float | None:
    """Return the seconds to wait before the next attempt; None when there is to be none.

    `attempts` have been made in this part of the run, the one that ended now included.
    """
    failure = failure_class(end)
    if failure is None or not end.retryable:
        return None
    from orchestrator.engine.pauses import pause_after

    return pause_after(failure, policy, attempts, rng)
