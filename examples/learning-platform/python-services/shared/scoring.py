"""Small numeric helpers that more than one service needs."""

import math
from collections.abc import Sequence


def clamp(value: float, low: float = 0.0, high: float = 1.0) -> float:
    """Keep a value between two limits."""
    if low > high:
        raise ValueError("the lower limit is above the upper one")
    return max(low, min(high, value))


def weighted_mean(pairs: Sequence[tuple[float, float]]) -> float:
    """Return the mean of (value, weight) pairs; zero when nothing has a weight."""
    total = sum(weight for _, weight in pairs)
    if total <= 0:
        return 0.0
    return sum(value * weight for value, weight in pairs) / total


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of the values lie, between two of them if need be."""
    if not values:
        raise ValueError("there is no percentile of nothing")
    if not 0 <= share <= 1:
        raise ValueError("a share lies between 0 and 1")
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    below = math.floor(position)
    above = math.ceil(position)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def smoothed(values: Sequence[float], weight: float = 0.3) -> list[float]:
    """Return the exponentially weighted means of a series."""
    result: list[float] = []
    for value in values:
        result.append(value if not result else weight * value + (1 - weight) * result[-1])
    return result


def cautious_share(positive: int, total: int, z: float = 1.96) -> float:
    """Return the lower bound of the Wilson interval: what can be said of a share after few votes."""
    if positive < 0 or positive > total:
        raise ValueError("the positive ones are a part of the total")
    if total == 0:
        return 0.0
    share = positive / total
    centre = share + z * z / (2 * total)
    spread = z * math.sqrt((share * (1 - share) + z * z / (4 * total)) / total)
    return (centre - spread) / (1 + z * z / total)
