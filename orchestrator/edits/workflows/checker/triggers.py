"""Rules event, event-filter, cron: what stands under `on`."""

import re
from collections.abc import Iterator

from orchestrator.edits.finding import Finding
from orchestrator.edits.workflows.checker.checked import Checked
from orchestrator.edits.workflows.shape import events_of
from orchestrator.models.json import Json

EVENTS = frozenset(
    [
        "branch_protection_rule",
        "check_run",
        "check_suite",
        "create",
        "delete",
        "deployment",
        "deployment_status",
        "discussion",
        "discussion_comment",
        "fork",
        "gollum",
        "image_version",
        "issue_comment",
        "issues",
        "label",
        "merge_group",
        "milestone",
        "page_build",
        "project",
        "project_card",
        "project_column",
        "public",
        "pull_request",
        "pull_request_comment",
        "pull_request_review",
        "pull_request_review_comment",
        "pull_request_target",
        "push",
        "registry_package",
        "release",
        "repository_dispatch",
        "schedule",
        "status",
        "watch",
        "workflow_call",
        "workflow_dispatch",
        "workflow_run",
    ]
)
_PAIRS = ("branches", "tags", "paths")
_FILTERS = {
    "branches": frozenset(("push", "pull_request", "pull_request_target", "workflow_run", "merge_group")),
    "tags": frozenset(("push",)),
    "paths": frozenset(("push", "pull_request", "pull_request_target")),
}
_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_NAMES = {
    3: ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    4: ("sun", "mon", "tue", "wed", "thu", "fri", "sat"),
}
_FIELD = re.compile(r"(?:\*|(?P<low>\w+)(?:-(?P<high>\w+))?)(?:/(?P<step>\d+))?\Z", re.ASCII)


def check(checked: Checked) -> Iterator[Finding]:
    """Yield what is wrong with triggers."""
    for event, settings in events_of(checked.model).items():
        if event not in EVENTS:
            yield checked.finding("event", f"there is no event `{event}`", ("on", event))
        if event == "schedule":
            yield from _schedule(checked, settings)
        elif isinstance(settings, dict):
            yield from _filters(checked, event, settings)


def _filters(checked: Checked, event: str, settings: dict[str, Json]) -> Iterator[Finding]:
    for name in _PAIRS:
        present = [key for key in (name, f"{name}-ignore") if key in settings]
        if len(present) == 2:
            message = f"`{name}` and `{name}-ignore` cannot both stand on one event"
            yield checked.finding("event-filter", message, ("on", event, present[1]))
        for key in present:
            if event in EVENTS and event not in _FILTERS[name]:
                yield checked.finding("event-filter", f"`{event}` has no `{key}`", ("on", event, key))
            value = settings[key]
            if (
                key == "paths"
                and isinstance(value, list)
                and value
                and all(str(item).startswith("!") for item in value)
            ):
                message = f"`{key}` has only `!` patterns, so nothing matches"
                yield checked.finding("event-filter", message, ("on", event, key))


def _schedule(checked: Checked, settings: Json) -> Iterator[Finding]:
    for at, entry in enumerate(settings if isinstance(settings, list) else ()):
        cron = entry.get("cron") if isinstance(entry, dict) else None
        reason = cron_problem(str(cron)) if cron is not None else "`cron` is missing"
        if reason:
            yield checked.finding("cron", reason, ("on", "schedule", at, "cron"))


def cron_problem(cron: str) -> str | None:
    """Return what is wrong with a cron text of five fields, or None."""
    fields = cron.split()
    if len(fields) != 5:
        return f"`{cron}` has {len(fields)} fields instead of 5"
    for position, field in enumerate(fields):
        for part in field.split(","):
            if not _is_cron_part(part, position):
                return f"`{part}` cannot stand as field {position + 1} of `{cron}`"
    return None


def _is_cron_part(part: str, position: int) -> bool:
    found = _FIELD.match(part)
    if found is None or (found["step"] is not None and int(found["step"]) == 0):
        return False
    low, high = _BOUNDS[position]
    numbers = [_number(text, position) for text in (found["low"], found["high"]) if text is not None]
    if any(number is None or not low <= number <= high for number in numbers):
        return False
    return len(numbers) < 2 or (numbers[0] or 0) <= (numbers[1] or 0)


def _number(text: str, position: int) -> int | None:
    if text.isdigit():
        return int(text)
    names = _NAMES.get(position, ())
    return names.index(text.lower()) + _BOUNDS[position][0] if text.lower() in names else None
