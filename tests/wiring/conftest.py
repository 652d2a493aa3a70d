from pathlib import Path

import pytest
from wiring_world import Make, Repository


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "wires(*claims): what the test observes; see wiring_registry")


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Make a repository with a document, as often as a test needs one."""
    made: list[Repository] = []

    def new(whole=None, **files: str) -> Repository:
        root = tmp_path / f"repository-{len(made)}"
        root.mkdir()
        repository = Repository(root)
        made.append(repository)
        for path, text in files.items():
            repository.write(path, text)
        if whole is not None:
            repository.plant(whole)
        return repository

    return new
