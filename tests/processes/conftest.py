import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orchestrator.processes.attempt import AttemptProcesses, ProcessFactory
from orchestrator.processes.redact import Redactor

_numbers = itertools.count()
ENVIRON = {"PATH": os.environ["PATH"], "HOME": "/home/nobody", "LANG": "C.UTF-8"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    return folder


@pytest.fixture
def make_factory(root: Path) -> Iterator[Callable[..., ProcessFactory]]:
    made: list[ProcessFactory] = []

    def make(secrets: dict[str, str] | None = None, **options: object) -> ProcessFactory:
        environ = {**ENVIRON, **(secrets or {})}
        options.setdefault("grace", 0.3)
        options.setdefault("environ", environ)
        made.append(ProcessFactory(str(root), str(root / ".orchestrate/logs"), Redactor(secrets or {}), **options))
        return made[-1]

    yield make
    for factory in made:
        assert factory.close() == 0, "a test left processes behind"


@pytest.fixture
def factory(make_factory: Callable[..., ProcessFactory]) -> ProcessFactory:
    return make_factory()


@pytest.fixture
def processes(factory: ProcessFactory) -> AttemptProcesses:
    return factory.for_attempt(f"run{os.getpid()}-{next(_numbers)}", "1.1", 1, {})


@pytest.fixture
def open_descriptors() -> Callable[[], int]:
    return lambda: len(os.listdir("/proc/self/fd"))
