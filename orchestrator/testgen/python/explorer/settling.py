"""What is lazy or awaitable becomes a value that can be compared; `settled_calls.py` writes the same down."""

import asyncio
import contextlib
import inspect
import io
import itertools
import types
from typing import Any

from .attributes import has

_MOST_ITEMS = 20
_MOST_STREAMS = 6
_LAZY = (map, filter, zip, enumerate, reversed, itertools.chain, itertools.islice, types.GeneratorType)


def settle(value: Any) -> tuple[Any, str]:
    """Turn what is lazy or awaitable into a value that can be compared, and say how."""
    if inspect.iscoroutine(value):
        return asyncio.run(value), "await"
    if has(value, "__anext__"):
        return asyncio.run(_take(value)), "collect"
    if isinstance(value, contextlib.AbstractContextManager) and has(value, "gen"):
        with value as entered:
            return entered, "with"
    if type(value) is tuple and 0 < len(value) < _MOST_STREAMS and all(_is_stream(each) for each in value):
        parts = [settle(each)[0] for each in value]
        return parts, "lists" if has(value[0], "__next__") else "collects"
    if isinstance(value, _LAZY) or (has(value, "__next__") and not isinstance(value, io.IOBase)):
        return list(itertools.islice(value, _MOST_ITEMS)), "list"
    return value, ""


def _is_stream(value: Any) -> bool:
    return has(value, "__anext__") or (has(value, "__next__") and not isinstance(value, io.IOBase))


async def _take(stream: Any) -> list[Any]:
    items = []
    async for item in stream:
        items.append(item)
        if len(items) >= _MOST_ITEMS:
            break
    return items
