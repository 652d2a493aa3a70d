"""For authors of plug-ins: try a handler or a checkpoint alone, on a repository of its own, without a document.

Workspace, processes and templates are the ones that a run uses. With pytest, the fixture `bench` comes with
`pytest_plugins = ["orchestrator.testing.fixtures"]` in the test or in the topmost `conftest.py`.
"""

from orchestrator.testing.bench import Bench
from orchestrator.testing.somebody import Somebody
from orchestrator.testing.trial import Trial

__all__ = ["Bench", "Somebody", "Trial"]
