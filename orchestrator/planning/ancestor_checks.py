"""The validations of the older layout as checkpoints that measure."""

from orchestrator.errors import Problem
from orchestrator.models.json import Json
from orchestrator.planning.nodes import AnyNode, Mapping
from orchestrator.planning.suggest import one_of
from orchestrator.planning.synthetic import empty_map, key_at, node_of, value_at

_JEST = ["npx", "jest", "--coverage", "--coverageReporters=json-summary", "--coverageThreshold={}"]
_COUNTING, _GATING = "expand_coverage_collection", "add_directory_thresholds"
_BASELINE = "coverage/baseline/coverage-summary.json"
_PYTEST = [
    "python3",
    "-m",
    "pytest",
    "python-services",
    "--cov=python-services",
    "--cov-report=json:python-services/coverage.json",
]
_CHECKS: dict[str, dict[str, Json]] = {
    "coverage_threshold": {
        "type": "coverage",
        "metric": "statements",
        "source": "coverage/coverage-summary.json",
        "command": _JEST,
    },
    "python_coverage": {
        "type": "coverage",
        "metric": "statements",
        "source": "python-services/coverage.json",
        "command": _PYTEST,
    },
    "ci_passing": {"type": "workflows_valid"},
    "deployment_working": {"type": "workflows_valid"},
    "all_critical_tested": {"type": "tasks_done", "priority": "critical"},
    # Specs that need a database pass only where there is one; Playwright loads every one of them and its config.
    "e2e_passing": {"type": "command", "command": ["npx", "playwright", "test", "--list"]},
}
_MEASURED = ("coverage_threshold", "python_coverage")
_KEYS = ("type", "target", "description")


def measured_first(task: dict[str, Json], document: Json) -> tuple[str, Json] | None:
    """Return the key by which gates are made of what Jest measures once the whole source counts; None = none to add."""
    if task.get("action") == _COUNTING and "verify" not in task:
        check: Json = {
            "type": "coverage",
            "name": "Jest counts the whole source",
            "metric": "statements",
            "min": 0,
            "source": _BASELINE,
            "command": [*_JEST, "--coverageDirectory=coverage/baseline"],
        }
        return "verify", [check]
    if task.get("action") == _GATING and "report" not in task and _COUNTING in _actions(document):
        return "report", _BASELINE
    return None


def _actions(value: Json) -> set[str]:
    """Return the actions of all tasks."""
    found = {value["action"]} if isinstance(value, dict) and isinstance(value.get("action"), str) else set()
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return found.union(*map(_actions, inner))


def validation_to_check(node: AnyNode, title: str) -> tuple[Mapping | None, Problem | None]:
    """Return the checkpoint for one validation, or what is wrong with it.

    `title` is the name of the checkpoint, shown when the validation has no description of its own.
    """
    if not isinstance(node, Mapping):
        return None, _problem("E104", "a validation is a map with `type`", node)
    for name, (key, _) in node.entries.items():
        if name not in _KEYS:
            return None, _problem(
                "E101", f"unknown key `{name[:60]}`", key, one_of(name, _KEYS, "keys of a validation")
            )
    kind = node.value.get("type")
    if not isinstance(kind, str) or kind not in _CHECKS:
        where = node.get("type") or node
        hint = one_of(kind if isinstance(kind, str) else "", list(_CHECKS), "validations")
        return None, _problem("E302", "no such validation" if kind is not None else "missing key `type`", where, hint)
    check = empty_map(node)
    for name, value in _CHECKS[kind].items():
        check.put(node.entries["type"][0], node_of(node.entries["type"][1], value), name)
    problem = _set_limit(check, node, kind)
    shown = node.value.get("description") or title
    if isinstance(shown, str) and shown:
        key = node.entries["description" if "description" in node.entries else "type"][0]
        check.put(key, key_at(key, shown), "name")
    return check, problem


def _set_limit(check: Mapping, node: Mapping, kind: str) -> Problem | None:
    """Take `target` over: the percentage that has to be reached."""
    target = node.entries.get("target")
    if kind not in _MEASURED:
        if target is not None:
            return _problem("E109", f"`target` means nothing for `{kind}`", target[0], "remove it")
        return None
    if target is None:
        return _problem("E103", "missing key `target`", node, "the percentage that has to be reached, like 80")
    key, value = target
    percent = value.value
    if isinstance(percent, str) and percent.endswith("%") and percent[:-1].strip().replace(".", "", 1).isdigit():
        percent = float(percent[:-1])
    if isinstance(percent, bool) or not isinstance(percent, int | float) or not 0 <= percent <= 100:
        return _problem("E104", "`target` must be a percentage between 0 and 100", value)
    check.put(key, value_at(value, percent), "min")
    return None


def _problem(code: str, message: str, node: AnyNode, hint: str | None = None) -> Problem:
    return Problem(code=code, message=message, place=node.place(), hint=hint)
