"""Facts first: what depends on a fact happens when the ledger has committed it, and not at all when it could not."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial

from orchestrator.contracts import Ledger
from orchestrator.models.facts import Fact


class Commits:
    """Append facts and call back, on the event loop, when they are durable.

    The first failure is kept and told once to `on_failure`; from then on nothing is appended. `ring` is called
    when something that was not durable at once has become so.
    """

    def __init__(
        self,
        ledger: Ledger,
        loop: asyncio.AbstractEventLoop,
        *,
        ring: Callable[[], None],
        on_failure: Callable[[], None],
    ) -> None:
        self._ledger = ledger
        self._loop = loop
        self._ring = ring
        self._on_failure = on_failure
        self.pending = 0
        self.failure: BaseException | None = None

    def append(self, facts: Sequence[Fact], then: Callable[[bool], None]) -> None:
        """Commit facts in this order in one transaction; `then` learns whether they are durable.

        A future that is done already (memory, `durability: normal`) costs no turn of the loop.
        """
        if self.failure is not None:
            then(False)
            return
        try:
            future = self._ledger.append(facts)
        except Exception as error:
            self._fail(error, then)
            return
        if future.done():
            self._settle(future, then)
            return
        self.pending += 1
        future.add_done_callback(partial(self._from_thread, then))

    def _from_thread(self, then: Callable[[bool], None], future: "Future[None]") -> None:
        self._loop.call_soon_threadsafe(self._arrived, future, then)

    def _arrived(self, future: "Future[None]", then: Callable[[bool], None]) -> None:
        self.pending -= 1
        self._settle(future, then)
        self._ring()

    def _settle(self, future: "Future[None]", then: Callable[[bool], None]) -> None:
        error = future.exception()
        if error is not None:
            self._fail(error, then)
        else:
            then(self.failure is None)

    def _fail(self, error: BaseException, then: Callable[[bool], None]) -> None:
        first = self.failure is None
        if first:
            self.failure = error
        then(False)
        if first:
            self._on_failure()
