"""What reporters read of each event; whatever is missing or of another type counts as not said.

| event | keys of `data` |
|---|---|
| run.started | `tasks` (how many, or the ids), `kind` (run, undo) |
| run.stopping | `signal` |
| run.finished | `state`, `exit_code`, `seconds`, `counts` (state -> number) |
| phase.started, group.started | `name` |
| phase.finished, group.finished | `name`, `state` |
| task.started | `name`, `expected` (seconds) |
| task.output | `line` |
| task.progress | `text` |
| task.retry | `attempt` (the failed one), `of`, `wait` (seconds), `summary` |
| task.waiting | `question` |
| task.finished | `name`, `state`, `summary`, `seconds`, `attempt`, `of`, `detail`, `exit_code`, `log`, `cause` |
| checkpoint | `scope`, `title`, `ok`, `value`, `limit`, `unit`, `source`, `message` |
| guard | `title`, `ok`, `message` |
| warning | `message` |

`log` is a path below `.orchestrate/`. Who a task belongs to stands in the event itself (`phase`, `group`, `task`).
"""

import math

from orchestrator.models.events import Event
from orchestrator.models.json import JsonObject


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


def whole(event: Event, key: str) -> int | None:
    """Return a whole number of the event."""
    value = event.data.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def said_yes(event: Event, key: str = "ok") -> bool:
    """Say whether the event claims something; anything but a plain true is a no."""
    return event.data.get(key) is True
