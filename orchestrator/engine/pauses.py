"""The policy of repeating, in tenacity's terms. Imported at the first failure: most runs never need it."""

import random

import tenacity
from tenacity import RetryCallState, Retrying
from tenacity.wait import wait_base

from orchestrator.models.plan import RetryPolicy
from orchestrator.models.status import FailureClass

LONGEST_PAUSE = 366 * 86400.0  # seconds


class _Jittered(wait_base):
    """Wait between half of another strategy's pause and all of it, so that tasks do not come back in step."""

    def __init__(self, strategy: wait_base, rng: random.Random) -> None:
        self._strategy = strategy
        self._rng = rng

    def __call__(self, retry_state: RetryCallState) -> float:
        return self._strategy(retry_state) * self._rng.uniform(0.5, 1.0)


def pause_after(failure: FailureClass, policy: RetryPolicy, attempts: int, rng: random.Random) -> float | None:
    """Return the seconds to wait after so many attempts, the last of which failed; None when it was the last."""
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
