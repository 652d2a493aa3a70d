"""What reporters read of each event; whatever is missing or of another type counts as not said.

| event | keys of `data` |
|---|---|
| run.started | `dry_run`, `done` (task to state, of an earlier part of the run) |
| run.stopping | `reason`, `at_once` |
| run.finished | `state`, `seconds`, `error` |
| phase.started, group.started | `name` (else the plan's) |
| phase.finished, group.finished | `ok`, `cause` |
| task.started | `name` (else the plan's), `expected` (seconds, else from earlier runs) |
| task.output, task.progress | `text`: one or more lines |
| task.retry | `summary`, `pause` (seconds) |
| task.waiting | `question` |
| task.finished | `name`, `state`, `summary`, `detail`, `cause`, `seconds`, `exit_code`, `log`, `failure` |
| checkpoint | `scope`, `type`, `title`, `ok`, `value`, `limit`, `unit`, `source`, `message`, `details`; |
| | `listed` (titles, in a dry run) |
| guard | `title`, `ok`, `message` |
| warning | `text` |

`log` is a path below `.orchestrate/`. Whom news is about stands in the event: `phase`, `group`, `task`, `attempt`.
"""

import math
from collections.abc import Container, Mapping

from orchestrator.models.events import Event
from orchestrator.models.json import JsonObject
from orchestrator.models.plan_text import PlanText
from orchestrator.models.status import TaskState

_STATES = frozenset(state.value for state in TaskState)


def text(event: Event, key: str, default: str = "") -> str:
    """Return a text of the event."""
    return text_of(event.data, key, default)


def text_of(data: JsonObject, key: str, default: str = "") -> str:
    """Return a text of a JSON object."""
    value = data.get(key)
    return value if isinstance(value, str) else default


def number(event: Event, key: str) -> float | None:
    """Return a finite number of the event."""
    return number_of(event.data, key)


def number_of(data: JsonObject, key: str) -> float | None:
    """Return a finite number of a JSON object."""
    value = data.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return value


def objects_of(data: JsonObject, key: str) -> list[JsonObject]:
    """Return the JSON objects of a list; empty when there is none. Of plain dicts, as they come out of JSON text."""
    value = data.get(key)
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list | tuple) else []


def texts_by_id(data: JsonObject, key: str, name: str, of: Container[str] | None = None) -> dict[str, str]:
    """Return one text (of `PlanPart`) of each phase, group or task of a plan under its id; `of` = only of these ids."""
    parts = data.parts(key) if isinstance(data, PlanText) else None
    if parts is not None:
        return {part.id: getattr(part, name) for part in parts if of is None or part.id in of}
    entries = objects_of(data, key)
    if of is not None:
        entries = [entry for entry in entries if entry.get("id") in of]
    return {str(entry.get("id", "")): str(entry.get(name, "")) for entry in entries}


def texts(event: Event, key: str) -> tuple[str, ...]:
    """Return the texts of a list; empty when there is none."""
    value = event.data.get(key)
    return tuple(entry for entry in value if isinstance(entry, str)) if isinstance(value, list | tuple) else ()


def map_of(event: Event, key: str) -> JsonObject:
    """Return a JSON object of the event; empty when there is none."""
    value = event.data.get(key)
    return value if isinstance(value, Mapping) else {}


def says_yes(event: Event, key: str) -> bool:
    """Say whether the event claims something; anything but a plain true is a no."""
    return event.data.get(key) is True


def says_no(event: Event, key: str) -> bool:
    """Say whether the event denies something plainly."""
    return event.data.get(key) is False


def states(event: Event, key: str) -> dict[str, TaskState]:
    """Return a map of tasks to states; what is no state is left out."""
    value = event.data.get(key)
    if not isinstance(value, Mapping):
        return {}
    return {str(task): TaskState(word) for task, word in value.items() if word in _STATES}
