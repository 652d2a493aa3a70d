"""The pytest plug-in that explores a module in the one test that asks for it."""

from collections.abc import Generator
from types import ModuleType
from typing import Any

import pytest

from .fixtures import is_conftest, is_for_every_test, nothing, stand_in
from .job import Job
from .limits import limit_process
from .loading import ProbedModule
from .probes import Recorder
from .read_variables import ReadVariables
from .sandbox import Blocked, Fence
from .session import Session
from .stopwatch import Stopwatch


def make(order: dict[str, Any]) -> object:
    """Return the plug-in for an order of the parent."""
    limit_process(int(order["cpu_seconds"]))
    fence = Fence(order["scratch"], Stopwatch(order["waited"]))
    probed = ProbedModule(order["probe"]["module"], order["probe"]["path"], Recorder(), fence)
    probed.install()
    fence.install()
    fence.refuse_sleep()
    job = order["job"]
    job = Job(**{**job, "parts": tuple(job["parts"]), "avoid": tuple(job["avoid"])})
    reads = ReadVariables(job.project)
    reads.install()
    return Exploring(Session(job, probed, fence, reads))


class Exploring:
    """Offer the exploration to the one test that starts it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._conftests: list[ModuleType] = []

    def pytest_plugin_registered(self, plugin: object) -> None:
        """Remember the project's conftest files."""
        if is_conftest(plugin):
            assert isinstance(plugin, ModuleType)
            self._conftests.append(plugin)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Generator[None, Any, Any]:
        """Go on without what the project sets up for every test and what cannot be had here, as a database."""
        is_for_every = is_for_every_test(fixturedef, request)
        if is_for_every and not self._session.replaced.keys().isdisjoint(fixturedef.argnames):
            self._session.replaced[fixturedef.argname] = stand_in(fixturedef)  # it builds on what is not there
            fixturedef.func, fixturedef.argnames = nothing, ()
        try:
            return (yield)
        except (Exception, Blocked):
            if not is_for_every:
                raise
        fixturedef.cached_result = (None, fixturedef.cache_key(request), None)
        self._session.replaced[fixturedef.argname] = stand_in(fixturedef)
        return None

    def pytest_configure(self, config: Any) -> None:
        """Let the test reach us."""
        config.orchestrate_explore = lambda request: self._session.run(request, self._conftests)
