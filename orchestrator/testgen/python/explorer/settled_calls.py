"""How a call is written so that what is lazy or awaitable becomes a value."""

import inspect
from typing import Any

from .corpus import Try


def wrapped_call(call: str, how: str, value: Any) -> str:
    """Return the call in the form in which it gave this value."""
    if how == "await":
        return f"asyncio.run({call})"
    if how == "collect":
        return f"asyncio.run(collect({call}))"
    if how in ("lists", "collects"):
        inner = "list(itertools.islice(each, 20))" if how == "lists" else "asyncio.run(collect(each))"
        return f"[{inner} for each in {call}]"
    if how == "list":
        is_cut = isinstance(value, list) and len(value) >= 20
        return f"list(itertools.islice({call}, 20))" if is_cut else f"list({call})"
    return call


def settling_call(made: Try, call: str) -> str:
    """Return the call in the form in which it was carried out when it raised."""
    if made.subject.kind in ("route", "program"):
        return call
    function = getattr(made.subject.owner, made.subject.short, None) if made.subject.owner else None
    target = function or made.subject.function
    if inspect.iscoroutinefunction(target):
        return f"asyncio.run({call})"
    if inspect.isasyncgenfunction(target):
        return f"asyncio.run(collect({call}))"
    return f"list({call})" if inspect.isgeneratorfunction(target) else call
