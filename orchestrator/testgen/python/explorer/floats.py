"""Assertions about floats: exact where that is short, else approximate."""

import math
from typing import Any

_SHORT_FLOAT = 9  # characters


def float_check(name: str, value: float) -> str:
    """Return an assertion about a float."""
    if math.isnan(value):
        return f"assert math.isnan({name})"
    if math.isinf(value) or not _is_long(value):
        text = repr(value) if math.isfinite(value) else f'float("{value}")'
        return f"assert {name} == {text}"
    return f"assert {name} == pytest.approx({float(f'{value:.10g}')!r})"


def _is_long(value: object) -> bool:
    return isinstance(value, float) and math.isfinite(value) and len(repr(value)) > _SHORT_FLOAT


def is_long_series(value: Any) -> bool:
    """Say whether a list or tuple of numbers has one that is not short."""
    if type(value) not in (list, tuple) or not all(type(each) in (int, float) for each in value):
        return False
    return any(_is_long(each) for each in value)
