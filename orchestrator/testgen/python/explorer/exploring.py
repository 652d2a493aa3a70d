"""The pytest plug-in that explores a module in the one test that asks for it."""

from types import ModuleType
from typing import Any

from .fixtures import is_conftest
from .loading import ProbedModule
from .probes import Recorder
from .sandbox import Fence, limit_process
from .session import Job, Session
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
    return Exploring(Session(Job(**{**job, "parts": tuple(job["parts"]), "avoid": tuple(job["avoid"])}), probed, fence))


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

    def pytest_configure(self, config: Any) -> None:
        """Let the test reach us."""
        config.orchestrate_explore = lambda request: self._session.run(request, self._conftests)
