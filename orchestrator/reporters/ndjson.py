"""The news as JSON, one event per line: for programs, and for looking at a run again later.

Schema 1, to which fields are only ever added: `v`, `seq`, `t` (RFC 3339, UTC), `run`, `type`, then `phase`, `group`,
`task` and `attempt` where they apply, then `data` with what the type says (`news` has the table). Everything beyond
ASCII is escaped, so that a line is harmless on a terminal as well.
"""

import json
import math
from collections.abc import Mapping
from datetime import UTC
from typing import TextIO

from orchestrator.models.events import Event
from orchestrator.models.json import Json
from orchestrator.models.plan import Plan
from orchestrator.reporters.sink import Sink

VERSION = 1


class NdjsonReporter:
    """Writes every event to a stream; `owned` streams (a file of `--events`) are closed at the end."""

    def __init__(self, stream: TextIO | None, *, owned: bool = False) -> None:
        self._stream = stream
        self._sink = Sink(stream)
        self._owned = owned

    def start(self, plan: Plan) -> None:
        """Need nothing of the plan: events say it all."""

    def handle(self, event: Event) -> None:
        """Write one line; it is on its way when this returns."""
        self._sink.write(event_line(event))

    def close(self) -> None:
        """Hand over what a slow reader has not taken yet."""
        self._sink.close()
        if self._owned and self._stream is not None:
            self._stream.close()


def event_line(event: Event) -> str:
    """Return an event as one line of JSON with its line end."""
    time = event.time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    value: dict[str, Json] = {"v": VERSION, "seq": event.seq, "t": time, "run": event.run, "type": event.type.value}
    scope = {"phase": event.phase, "group": event.group, "task": event.task, "attempt": event.attempt}
    value |= {name: found for name, found in scope.items() if found is not None}
    value["data"] = _json(event.data)
    return json.dumps(value, separators=(",", ":")) + "\n"


def _json(value: object) -> Json:
    """Return the value as JSON can hold it: no NaN, text keys, text for whatever else somebody put in."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _json(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_json(entry) for entry in value]
    return str(value)
