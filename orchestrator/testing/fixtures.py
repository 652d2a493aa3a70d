"""The pytest fixture `bench`: `pytest_plugins = ["orchestrator.testing.fixtures"]`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.testing.bench import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Make an empty repository to try plug-ins on."""
    with Bench(tmp_path / "repository") as made:
        yield made
