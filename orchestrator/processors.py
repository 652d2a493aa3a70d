"""How many processors there are for this process."""

import os


def processors() -> int:
    """Return how many may be used, which can be fewer than the machine has; at least 1."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
