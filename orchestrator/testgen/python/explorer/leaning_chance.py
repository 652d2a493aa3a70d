"""Let chance lean to one side: what is drawn without a seed must not decide whether a test passes.

A result that comes in nine of ten draws passes five repeats more often than not. Where nearly all draws are low, and
in another repeat nearly all are high, it does not. Now and then a draw is an honest one, since some draw until one
suits them. Like the moved clock a seat belt: what takes its bits from the kernel gets them as they are.
"""

import random
from typing import Any

_LEANS = 0.9  # of the draws
_SIDE = 0.02  # of all that may be drawn; what leans lies there
_NOT_DRAWN = ("SystemRandom", "Random")

_real = random.Random


class _Kind(type):
    """The class of the leaning class: a generator that was made by the real one is an instance of it too."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _real)


def lean(side: int) -> None:
    """Let what is drawn without a seed be low (`side` 0) or high (1) in this process from now on."""
    made = _leaning_class(side)
    random.Random = made  # type: ignore[misc]
    random._inst = made()
    for name in random.__all__:
        if name not in _NOT_DRAWN:
            setattr(random, name, getattr(random._inst, name))


def _leaning_class(side: int) -> Any:
    class Leaning(_real, metaclass=_Kind):
        _is_free = False

        def seed(self, a: Any = None, version: int = 2) -> None:
            super().seed(a, version)
            self._is_free = a is None

        def setstate(self, state: Any) -> None:
            super().setstate(state)
            self._is_free = False

        def random(self) -> float:
            drawn = super().random()
            if not self._is_free or super().random() > _LEANS:
                return drawn
            return 1 - (1 - drawn) * _SIDE if side else drawn * _SIDE

        def _randbelow(self, n: int) -> int:
            below: Any = super()._randbelow  # type: ignore[misc]
            if not self._is_free or super().random() > _LEANS:
                return int(below(n))
            drawn = int(below(max(1, int(n * _SIDE))))
            return n - 1 - drawn if side else drawn

    Leaning.__name__ = Leaning.__qualname__ = "Random"
    Leaning.__module__ = "random"
    return Leaning
