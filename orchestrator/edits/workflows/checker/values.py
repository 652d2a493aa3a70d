"""Rules value, version, number: values of the wrong kind, actions without a version, versions that YAML shortens.

From https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax. An expression may stand anywhere.
"""

from collections.abc import Callable, Iterator, Mapping

from orchestrator.edits.finding import Finding
from orchestrator.edits.workflows.checker.checked import Checked
from orchestrator.edits.workflows.shape import steps_of
from orchestrator.edits.yaml.tree import Path
from orchestrator.errors import Severity
from orchestrator.models.json import Json

_SHELLS = frozenset(("bash", "pwsh", "python", "sh", "cmd", "powershell"))


def check(checked: Checked) -> Iterator[Finding]:
    """Yield what is wrong with values."""
    model = checked.model
    yield from _level(checked, model, ())
    for name, job in checked.jobs.items():
        path = ("jobs", name)
        yield from _level(checked, job, path)
        yield from _each(checked, job.get("strategy"), (*path, "strategy"), _STRATEGY)
        yield from _reference(checked, job.get("uses"), (*path, "uses"))
        strategy = job.get("strategy")
        if isinstance(strategy, dict):
            yield from _numbers(checked, strategy.get("matrix"), (*path, "strategy", "matrix"))
        for at, step in enumerate(steps_of(job)):
            place = (*path, "steps", at)
            yield from _each(checked, step, place, _TIMED)
            yield from _reference(checked, step.get("uses"), (*place, "uses"))
            yield from _numbers(checked, step.get("with"), (*place, "with"))


def _level(checked: Checked, owner: Json, path: Path) -> Iterator[Finding]:
    """Check the keys that a workflow and a job have in common."""
    yield from _each(checked, owner, path, _TIMED if path else {})
    yield from _each(checked, owner.get("concurrency"), (*path, "concurrency"), _CONCURRENCY)
    defaults = owner.get("defaults")
    if isinstance(defaults, dict):
        yield from _each(checked, defaults.get("run"), (*path, "defaults", "run"), {"shell": _shell})


def _each(checked: Checked, owner: Json, path: Path, rules: Mapping[str, Callable[[Json], str]]) -> Iterator[Finding]:
    for key, judge in rules.items() if isinstance(owner, dict) else ():
        value = owner.get(key)
        problem = "" if value is None or _is_expression(value) else judge(value)
        if problem:
            yield checked.finding("value", problem, (*path, key))


def _minutes(value: Json) -> str:
    fits = isinstance(value, int | float) and not isinstance(value, bool) and value > 0
    return "" if fits else f"has to be a number of minutes, not {value!r}"


def _count(value: Json) -> str:
    fits = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    return "" if fits else f"has to be a number, not {value!r}"


def _switch(value: Json) -> str:
    return "" if isinstance(value, bool) else f"has to be true or false, not {value!r}"


def _shell(value: Json) -> str:
    if isinstance(value, str) and (value.lower() in _SHELLS or "{0}" in value):
        return ""
    return f"has to be one of {', '.join(sorted(_SHELLS))}, or a command with {{0}}, not {value!r}"


_TIMED = {"timeout-minutes": _minutes, "continue-on-error": _switch, "shell": _shell}
_STRATEGY = {"fail-fast": _switch, "max-parallel": _count}
_CONCURRENCY = {"cancel-in-progress": _switch}


def _reference(checked: Checked, uses: Json, path: Path) -> Iterator[Finding]:
    """Check that an action of another repository names its version."""
    if not isinstance(uses, str) or _is_expression(uses):
        return
    if not uses.startswith(("./", "$/", "docker://")) and "@" not in uses:
        yield checked.finding("version", f"`{uses}` names no version: GitHub wants one behind an `@`", path)


def _numbers(checked: Checked, owner: Json, path: Path) -> Iterator[Finding]:
    """Check for versions without quotes that end in 0: `3.10` is the number 3.1."""
    for key, value in owner.items() if isinstance(owner, dict) else ():
        values = enumerate(value) if isinstance(value, list) else [(None, value)]
        for at, each in values:
            place = (*path, str(key)) if at is None else (*path, str(key), at)
            if isinstance(each, float) and "version" in str(key).lower() and _written(checked, place).endswith("0"):
                message = f"{_written(checked, place)} is the number {each:g}: put the version in quotes"
                yield checked.finding("number", message, place, Severity.WARNING)


def _written(checked: Checked, path: Path) -> str:
    node = checked.tree.find(path)
    return checked.tree.text[node.start : node.end] if node is not None else ""


def _is_expression(value: Json) -> bool:
    return isinstance(value, str) and "${{" in value
