"""Why tasks wait: handed from the run, which knows it, to `status` and `explain` through a file of the state folder.

It is news and not a fact: at most a second old, and worth nothing once the run goes on. Only reading stands here, so
that commands which look load nothing of the engine; `waits_writer` writes.
"""

import json
from pathlib import Path

from orchestrator.cli.places import STATE
from orchestrator.models.record import RunRecord
from orchestrator.models.status import RunState

WAITS = "waits.json"
_LIVE = (RunState.RUNNING, RunState.WAITING)


def read_waits(root: Path, record: RunRecord) -> dict[str, str]:
    """Return why each task of a run waits; nothing for a run that has ended."""
    if record.state not in _LIVE:
        return {}
    try:
        content = json.loads((root / STATE / WAITS).read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(content, dict) or content.get("run") != record.id or not isinstance(content.get("waits"), dict):
        return {}
    waits = {str(task): str(why) for task, why in content["waits"].items()}
    pending = {task.id for task in record.tasks if task.id in waits and not task.state.is_final}
    return {task: why for task, why in waits.items() if task in pending}
