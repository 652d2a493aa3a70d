"""Run attempts in this process, on its event loop."""

from collections.abc import Awaitable, Callable

from orchestrator.contracts import Outcome


class LocalRunner:
    """The place that is always there: the engine's own process."""

    async def run(self, job: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """Carry one attempt out; what it raises passes through, cancelling it cancels the attempt."""
        return await job()

    async def close(self) -> None:
        """Release nothing: an attempt holds only what it holds itself."""
