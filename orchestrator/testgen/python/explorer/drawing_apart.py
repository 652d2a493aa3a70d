"""Chance for what is done in addition: whatever it draws, what is drawn later is the same as without it."""

import random
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def drawing_apart(rng: random.Random) -> Iterator[None]:
    """Let what is drawn meanwhile change nothing of what is drawn later: a further hunt makes no other one worse."""
    state = rng.getstate()
    try:
        yield
    finally:
        rng.setstate(state)
