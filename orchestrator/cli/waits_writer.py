"""Write down why tasks wait while a run goes on, for other terminals."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from orchestrator.cli.places import STATE
from orchestrator.cli.waits import WAITS
from orchestrator.engine.decision import Wait
from orchestrator.engine.ports import Clock
from orchestrator.engine.scheduler import Scheduler
from orchestrator.models.status import WaitReason

NOBODY: Mapping[str, str] = MappingProxyType({})
_MOST = 500  # tasks; nobody reads more, and the run is not to be held up
_APART = timedelta(seconds=1)  # by more than that no two clocks are apart that are read one after the other


class WaitsFile:
    """Writes why the tasks of a run wait, when that has changed."""

    def __init__(self, root: Path, run: str, clock: Clock) -> None:
        self._path = root / STATE / WAITS
        self._run = run
        self._clock = clock
        self._written: Mapping[str, str] = {}
        self._times: dict[float, datetime] = {}  # that were told, by the moments that they stand for

    def update(self, scheduler: Scheduler, asked: Mapping[str, str] = NOBODY) -> None:
        """Write the reasons of now; a disk that refuses them must not end the run.

        `asked` are the questions that stand at the terminal of the run: to the scheduler those tasks run.
        """
        reasons = scheduler.reasons(_MOST)
        self._times = {wait.until: self._time(wait.until) for wait in reasons.values() if wait.until is not None}
        waits = {task: self._text(wait) for task, wait in reasons.items()}
        waits |= {task: f"{WaitReason.APPROVAL}: {question}" for task, question in asked.items()}
        if waits == self._written:
            return
        draft = self._path.with_suffix(".new")
        with suppress(OSError):
            draft.write_text(json.dumps({"run": self._run, "waits": waits}), encoding="utf-8")
            os.replace(draft, self._path)
            self._written = waits

    def close(self, scheduler: Scheduler) -> None:
        """Leave what tasks go on waiting for after the run: a person; remove the file when there is nothing."""
        self.update(scheduler)
        if not self._written:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)

    def _text(self, wait: Wait) -> str:
        if wait.until is None:
            return f"{wait.reason}: {wait.detail}"
        return f"{wait.reason} until {self._times[wait.until]:%H:%M:%S} UTC: {wait.detail}"

    def _time(self, until: float) -> datetime:
        """Return the time of a moment: the one that was told before, unless the clock was set or the machine slept."""
        time = self._clock.now() + timedelta(seconds=until - self._clock.monotonic())
        told = self._times.get(until, time)
        return told if abs(time - told) <= _APART else time
