"""Whether a failed attempt is repeated, and how long to wait before.

The policy is tenacity's (stop, retry, wait), asked for its decision instead of being left to sleep: the pause is a
state of the scheduler, so a task that waits holds neither a place nor its locks.
"""

import random

import tenacity
from tenacity import RetryCallState, Retrying
from tenacity.wait import wait_base

from orchestrator.engine.ports import AttemptEnd
from orchestrator.models.plan import RetryPolicy
from orchestrator.models.status import FailureClass, OutcomeKind

_CLASSES = {
    OutcomeKind.FAILED: FailureClass.FAILED,
    OutcomeKind.ERRORED: FailureClass.ERRORED,
    OutcomeKind.TIMED_OUT: FailureClass.TIMEOUT,
}
LONGEST_PAUSE = 366 * 86400.0  # seconds


def failure_class(end: AttemptEnd) -> FailureClass | None:
    """Return why an attempt failed; None when it did not, or was cancelled."""
    default = _CLASSES.get(end.kind)
    return None if default is None else end.outcome.failure or default


class _Jittered(wait_base):
    """Wait between half of another strategy's pause and all of it, so that tasks do not come back in step."""

    def __init__(self, strategy: wait_base, rng: random.Random) -> None:
        self._strategy = strategy
        self._rng = rng

    def __call__(self, retry_state: RetryCallState) -> float:
        return self._strategy(retry_state) * self._rng.uniform(0.5, 1.0)


def pause_before_next(policy: RetryPolicy, attempts: int, end: AttemptEnd, rng: random.Random) -> float | None:
    """Return the seconds to wait before the next attempt; None when there is to be none.

    `attempts` have been made in this part of the run, the one that ended now included.
    """
    failure = failure_class(end)
    if failure is None or not end.retryable:
        return None
    wait: wait_base = tenacity.wait_exponential(
        multiplier=policy.delay, exp_base=policy.backoff, max=policy.max_delay or LONGEST_PAUSE
    )
    retrying = Retrying(
        stop=tenacity.stop_after_attempt(policy.attempts),
        retry=tenacity.retry_if_result(lambda given: given in policy.on),
        wait=_Jittered(wait, rng) if policy.jitter else wait,
    )
    state = RetryCallState(retrying, None, (), {})
    state.attempt_number = attempts
    state.set_result(failure)
    if not retrying.retry(state) or retrying.stop(state):
        return None
    return float(retrying.wait(state))
