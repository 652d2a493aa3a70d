"""A question comes after the news before it: once it has the terminal, nothing else is shown until it is answered."""

from orchestrator.contracts import Answer, Interaction
from orchestrator.engine.bus import Bus


class AskAfterNews:
    """Ask the person when the reporters have shown what was announced so far."""

    def __init__(self, inner: Interaction, bus: Bus) -> None:
        self._inner = inner
        self._bus = bus

    async def ask(self, task: str, title: str, instructions: str) -> Answer:
        """Return what was said."""
        await self._bus.catch_up()
        return await self._inner.ask(task, title, instructions)
