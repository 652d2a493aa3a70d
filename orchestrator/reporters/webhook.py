"""Tell a webhook (Slack and everything that takes `{"text": …}`) how a run stands.

Posting happens in a thread of its own with a bounded queue: a slow or missing receiver never holds the run up, and what
could not be delivered is said once at the end.
"""

import json
import queue
import threading
import urllib.request
from collections.abc import Sequence

from orchestrator.models.events import Event, EventType
from orchestrator.models.plan import Plan
from orchestrator.models.status import TaskState

_SECONDS = 10.0  # for one delivery
_MOST_WAITING = 100
_LAST_DELIVERIES = 30.0  # seconds that `close` gives to what is still in the queue


class WebhookReporter:
    """Post the news that `notifications.on` names to one URL."""

    def __init__(self, url: str, on: Sequence[str]) -> None:
        if not url.startswith(("https://", "http://")):
            message = "a notification target is an http(s) URL"
            raise ValueError(message)
        self._url = url
        self._on = frozenset(on)
        self._project = ""
        self._waiting: queue.Queue[str | None] = queue.Queue(_MOST_WAITING)
        self._failures: list[str] = []
        self._thread = threading.Thread(target=self._deliver, name="webhook", daemon=True)

    def start(self, plan: Plan) -> None:
        """Begin delivering."""
        self._project = plan.project
        self._thread.start()

    def handle(self, event: Event) -> None:
        """Queue one message when the event is one of those asked for; a full queue drops it and counts it."""
        text = self._text(event)
        if text is None:
            return
        try:
            self._waiting.put_nowait(f"{self._project}: {text}")
        except queue.Full:
            self._failures.append("the receiver is too slow")

    def close(self) -> None:
        """Deliver what is waiting, for a bounded time; RuntimeError says what could not be delivered."""
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join(_LAST_DELIVERIES)
        if self._failures:
            message = f"{len(self._failures)} notification(s) could not be delivered: {self._failures[0]}"
            raise RuntimeError(message)

    def _text(self, event: Event) -> str | None:
        data = event.data
        if event.type is EventType.PHASE_FINISHED and "phase_end" in self._on:
            cause = data.get("cause")
            return f"phase {event.phase} is done" if data.get("ok") else f"phase {event.phase} failed: {cause}"
        if event.type is EventType.TASK_WAITING and "approval" in self._on:
            return f"task {event.task} waits for approval: {data.get('question', '')}".rstrip(": ")
        if event.type is EventType.RUN_FINISHED and "run_end" in self._on:
            return f"run {event.run} {data.get('state', 'ended')}, exit code {data.get('exit_code')}"
        failed = event.type is EventType.TASK_FINISHED and data.get("state") == TaskState.FAILED
        if failed and "failure" in self._on:
            return f"task {event.task} failed: {data.get('summary', '')}".rstrip(": ")
        return None

    def _deliver(self) -> None:
        while (text := self._waiting.get()) is not None:
            try:
                self._post(text)
            except (OSError, ValueError) as error:
                self._failures.append(str(error))

    def _post(self, text: str) -> None:
        request = urllib.request.Request(  # noqa: S310 - the scheme is checked in __init__
            self._url,
            data=json.dumps({"text": text}).encode(),
            headers={"Content-Type": "application/json"},
            method="POST",
        )
        with urllib.request.urlopen(request, timeout=_SECONDS):  # noqa: S310 - as above
            pass
