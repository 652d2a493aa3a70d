"""How much work a call does: the same number on every machine, however busy."""

import sys
from collections.abc import Callable
from types import FrameType


def lines_run(call: Callable[[], object]) -> int:
    """Return how many lines of Python the call runs; what C code does within a line is not seen."""
    count = 0

    def trace(_frame: FrameType, event: str, _value: object) -> object:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count
