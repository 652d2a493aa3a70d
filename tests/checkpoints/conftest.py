"""A small repository in which checkpoints measure, with real processes and a real tree."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestrator.contracts import CheckContext, Checkpoint, Measurement
from orchestrator.ledger.memory import MemoryLedger
from orchestrator.models.facts import RunStarted
from orchestrator.models.plan import PlannedTask
from orchestrator.models.status import Durability
from orchestrator.processes.attempt import ProcessFactory
from orchestrator.processes.redact import Redactor
from orchestrator.workspace.workspace import TreeWorkspace


class Gauge:
    """One repository; `measure` carries one checkpoint out."""

    def __init__(self, root: Path, logs: Path) -> None:
        self.root = root
        ledger = MemoryLedger()
        begun = RunStarted(run="r1", kind="run", time=datetime.now(UTC), command=(), plan={}, tasks=())
        ledger.append([begun]).result()
        self.workspaces = TreeWorkspace(root, ledger=ledger, run="r1", durability=Durability.NORMAL)
        self.processes = ProcessFactory(str(root), str(logs), Redactor({}), grace=0.2)
        self.tasks: tuple[PlannedTask, ...] = ()
        self.states: dict[str, str] = {}
        self.number = 0

    def close(self) -> None:
        self.workspaces.close()
        self.processes.close()

    def measure(self, checkpoint: Checkpoint, params: dict) -> Measurement:
        self.number += 1
        context = CheckContext(
            run="r1",
            scope="phase 1",
            workspace=self.workspaces.open_attempt("checkpoint", self.number),
            processes=self.processes.for_attempt("r1", "checkpoint", self.number, {}),
            values={},
            states=self.states,
            tasks=self.tasks,
        )
        return asyncio.run(checkpoint.measure(checkpoint.params_model.model_validate(params), context))

    def write(self, path: str, text: str | bytes) -> None:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode() if isinstance(text, str) else text)


@pytest.fixture
def gauge(tmp_path: Path) -> Iterator[Gauge]:
    root = tmp_path / "project"
    root.mkdir()
    gauge = Gauge(root, tmp_path / "logs")
    yield gauge
    gauge.close()
