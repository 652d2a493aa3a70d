"""The numeric helpers."""

import pytest

from shared.scoring import cautious_share, clamp, percentile, smoothed, weighted_mean


@pytest.mark.parametrize(("value", "expected"), [(-1, 0), (0.5, 0.5), (2, 1)])
def test_clamp_keeps_a_value_between_the_limits(value: float, expected: float) -> None:
    assert clamp(value) == expected


def test_clamp_refuses_limits_in_the_wrong_order() -> None:
    with pytest.raises(ValueError, match="above the upper one"):
        clamp(1, low=2, high=1)


def test_weighted_mean_counts_weights() -> None:
    assert weighted_mean([(1, 1), (4, 3)]) == pytest.approx(3.25)


def test_weighted_mean_of_nothing_is_zero() -> None:
    assert weighted_mean([]) == 0.0


@pytest.mark.parametrize(("share", "expected"), [(0, 1), (0.5, 2.5), (1, 4)])
def test_percentile_lies_between_values(share: float, expected: float) -> None:
    assert percentile([4, 1, 3, 2], share) == expected


@pytest.mark.parametrize(("values", "share"), [([], 0.5), ([1], 1.5)])
def test_percentile_refuses_what_makes_no_sense(values: list[float], share: float) -> None:
    with pytest.raises(ValueError, match="percentile|share"):
        percentile(values, share)


def test_smoothed_follows_slowly() -> None:
    assert smoothed([10, 20, 20]) == pytest.approx([10, 13, 15.1])


def test_cautious_share_trusts_many_votes_more_than_few() -> None:
    assert cautious_share(0, 0) == 0.0
    assert cautious_share(1, 1) == pytest.approx(0.2065, abs=1e-4)
    assert cautious_share(100, 100) == pytest.approx(0.9630, abs=1e-4)


def test_cautious_share_refuses_more_than_all() -> None:
    with pytest.raises(ValueError, match="a part of the total"):
        cautious_share(2, 1)
