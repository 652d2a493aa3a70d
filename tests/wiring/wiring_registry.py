"""Which test observes which claim. `@wires("key:task.timeout")` stands on a test; the completeness test reads it."""

from collections.abc import Callable, Iterable
from typing import TypeVar

import pytest

T = TypeVar("T", bound=Callable[..., object])
CLAIMS: dict[str, list[str]] = {}


def wires(*claims: str) -> Callable[[T], T]:
    """Mark a test with what it observes; a table-driven test is marked with the claims of its table."""

    def mark(test: T) -> T:
        for claim in claims:
            CLAIMS.setdefault(claim, []).append(test.__qualname__)
        marked: T = pytest.mark.wires(*claims)(test)
        return marked

    return mark


def claims_of(cases: Iterable[object]) -> tuple[str, ...]:
    """Return the claims of a table, whose entries have them under `claims`."""
    return tuple(claim for case in cases for claim in case.claims)
