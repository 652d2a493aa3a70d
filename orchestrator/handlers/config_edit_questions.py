"""What an action wants to know that no file says: asked of a program, within a few seconds, or left open."""

import asyncio
from collections.abc import Mapping, Sequence

from orchestrator.contracts import TaskContext

_SECONDS = 15.0


async def ask(questions: Mapping[str, Sequence[str]], context: TaskContext) -> dict[str, str]:
    """Return the answers by name; a program that is missing, slow or fails gives none."""
    answers: dict[str, str] = {}
    for name, argv in questions.items():
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
