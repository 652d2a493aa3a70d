"""Which attempts are repeated, and after which pause."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.contracts import Outcome, changed, failed
from orchestrator.engine.ports import AttemptEnd
from orchestrator.engine.retry import failure_class, pause_before_next
from orchestrator.models.plan import RetryPolicy
from orchestrator.models.status import FailureClass, OutcomeKind

BUSY = failed("busy", failure=FailureClass.TRANSIENT)


def end(outcome: Outcome = BUSY, **more: bool) -> AttemptEnd:
    return AttemptEnd(key="1", number=1, outcome=outcome, **more)


def pauses(policy: RetryPolicy, outcome: Outcome = BUSY, seed: int = 0) -> list[float | None]:
    rng = random.Random(seed)
    return [pause_before_next(policy, attempts, end(outcome), rng) for attempts in range(1, policy.attempts + 1)]


def test_pauses_grow_up_to_the_longest_and_end_with_the_last_attempt() -> None:
    assert pauses(RetryPolicy(attempts=6, delay=5, backoff=2, max_delay=30)) == [5, 10, 20, 30, 30, None]


def test_without_backoff_pauses_are_equal() -> None:
    assert pauses(RetryPolicy(attempts=3, delay=2)) == [2, 2, None]


def test_no_delay_is_no_pause() -> None:
    assert pauses(RetryPolicy(attempts=2)) == [0, None]


def test_zero_turns_the_longest_pause_off() -> None:
    assert pauses(RetryPolicy(attempts=4, delay=60, backoff=10, max_delay=0)) == [60, 600, 6000, None]


def test_one_attempt_is_never_repeated() -> None:
    assert pauses(RetryPolicy(attempts=1, on=tuple(FailureClass))) == [None]


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (failed("no"), FailureClass.FAILED),
        (BUSY, FailureClass.TRANSIENT),
        (Outcome(kind=OutcomeKind.ERRORED), FailureClass.ERRORED),
        (Outcome(kind=OutcomeKind.ERRORED, failure=FailureClass.INFRA), FailureClass.INFRA),
        (Outcome(kind=OutcomeKind.TIMED_OUT), FailureClass.TIMEOUT),
        (Outcome(kind=OutcomeKind.CANCELLED), None),
        (Outcome(kind=OutcomeKind.WAITING), None),
        (changed("did it"), None),
    ],
)
def test_only_named_classes_are_repeated(outcome: Outcome, expected: FailureClass | None) -> None:
    assert failure_class(end(outcome)) is expected
    for failure in FailureClass:
        policy = RetryPolicy(attempts=2, on=frozenset({failure}))
        assert (pauses(policy, outcome)[0] is not None) == (failure is expected)


def test_what_another_attempt_cannot_help_is_not_repeated() -> None:
    policy = RetryPolicy(attempts=3, on=tuple(FailureClass))
    assert pause_before_next(policy, 1, end(retryable=False), random.Random(0)) is None


@given(
    delay=st.floats(0, 1000),
    backoff=st.floats(1, 10),
    longest=st.floats(0.1, 1000),
    attempt=st.integers(1, 19),
    seed=st.integers(0, 1000),
)
def test_jitter_stays_between_half_and_all_of_the_pause(
    delay: float, backoff: float, longest: float, attempt: int, seed: int
) -> None:
    plain = RetryPolicy(attempts=20, delay=delay, backoff=backoff, max_delay=longest)
    jittered = RetryPolicy(attempts=20, delay=delay, backoff=backoff, max_delay=longest, jitter=True)
    whole = pause_before_next(plain, attempt, end(), random.Random(seed))
    some = pause_before_next(jittered, attempt, end(), random.Random(seed))
    assert whole is not None
    assert some is not None
    assert 0 <= whole <= longest
    assert whole / 2 <= some <= whole


def test_the_same_seed_gives_the_same_jitter() -> None:
    policy = RetryPolicy(attempts=5, delay=10, jitter=True)
    assert pauses(policy, seed=7) == pauses(policy, seed=7) != pauses(policy, seed=8)
