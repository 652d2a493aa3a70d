"""What the ledger has, as JSON for programs: schema 1, to which fields are only ever added."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from orchestrator.models.json import Json
from orchestrator.models.record import RunRecord, RunSummary, TaskRecord

SCHEMA_VERSION = 1
NO_WAITS: Mapping[str, str] = MappingProxyType({})


def record_json(record: RunRecord, *, command: str, waits: Mapping[str, str] = NO_WAITS) -> str:
    """Return one run and why its tasks wait; the plan is left out, `plan --json` has it."""
    body = _builtins(replace(record, plan={}))
    del body["plan"]
    body["project"] = record.plan.get("project")
    return _document(command, {"run": body, "waits": dict(waits)})


def history_json(runs: Sequence[RunSummary]) -> str:
    """Return the runs, newest first."""
    return _document("history", {"runs": [_builtins(run) for run in runs]})


def task_history_json(lives: Sequence[tuple[str, TaskRecord]]) -> str:
    """Return what became of a task, by run, newest first."""
    return _document("history", {"runs": [{"run": run, "task": _builtins(task)} for run, task in lives]})


def _builtins(record: Struct) -> dict[str, Any]:
    return to_builtins(record, builtin_types=(datetime,), enc_hook=_container)  # type: ignore[no-any-return]  # a Struct becomes a dict


def _container(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else list(value) if isinstance(value, Sequence) else value


def _document(command: str, content: dict[str, Json]) -> str:
    whole = {"schema_version": SCHEMA_VERSION, "command": command, **content}
    return json.dumps(whole, indent=2, default=_plain) + "\n"


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    message = f"{type(value).__name__} has no JSON form here"
    raise TypeError(message)
