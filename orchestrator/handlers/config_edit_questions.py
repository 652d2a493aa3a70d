"""What an action wants to know that no file says: asked of a program, within a few seconds, or left open."""

import asyncio
from typing import Any

from orchestrator.contracts import Params, TaskContext
from orchestrator.edits.action import Action

_SECONDS = 15.0


async def ask(action: Action[Any], params: Params, context: TaskContext) -> dict[str, str]:
    """Return the answers by name; a program that is missing, slow or fails gives none, a dry run asks nothing."""
    answers: dict[str, str] = {}
    if context.dry_run:
        return answers
    for name, argv in action.asks(params).items():
        if context.processes.find(argv[0]) is None:
            continue
        try:
            async with asyncio.timeout(_SECONDS) as limit:
                done = await context.processes.run(argv)
        except TimeoutError:
            if not limit.expired():
                raise
            continue
        if done.exit_code == 0:
            answers[name] = done.tail.strip()
    return answers
