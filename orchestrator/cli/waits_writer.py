"""Write down why tasks wait while a run goes on, for other terminals."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from orchestrator.cli.places import STATE
from orchestrator.cli.waits import WAITS
from orchestrator.engine.decision import Wait
from orchestrator.engine.scheduler import Scheduler
from orchestrator.models.status import WaitReason

NOBODY: Mapping[str, str] = MappingProxyType({})
_MOST = 500  # tasks; nobody reads more, and the run is not to be held up


class WaitsFile:
    """Writes why the tasks of a run wait, when that has changed."""

    def __init__(self, root: Path, run: str) -> None:
        self._path = root / STATE / WAITS
        self._run = run
        self._written: Mapping[str, str] = {}

    def update(self, scheduler: Scheduler, monotonic: float, asked: Mapping[str, str] = NOBODY) -> None:
        """Write the reasons of now; a disk that refuses them must not end the run.

        `asked` are the questions that stand at the terminal of the run: to the scheduler those tasks run.
        """
        waits = {task: _text(wait, monotonic) for task, wait in scheduler.reasons(_MOST).items()}
        waits |= {task: f"{WaitReason.APPROVAL}: {question}" for task, question in asked.items()}
        if waits == self._written:
            return
        draft = self._path.with_suffix(".new")
        with suppress(OSError):
            draft.write_text(json.dumps({"run": self._run, "waits": waits}), encoding="utf-8")
            os.replace(draft, self._path)
            self._written = waits

    def close(self, scheduler: Scheduler, monotonic: float) -> None:
        """Leave what tasks go on waiting for after the run: a person; remove the file when there is nothing."""
        self.update(scheduler, monotonic)
        if not self._written:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)


def _text(wait: Wait, monotonic: float) -> str:
    if wait.until is None:
        return f"{wait.reason}: {wait.detail}"
    moment = datetime.now(UTC) + timedelta(seconds=wait.until - monotonic)
    return f"{wait.reason} until {moment:%H:%M:%S} UTC: {wait.detail}"
