"""Rules expression, context, matrix-key, step-output, needs-output: what `${{ … }}` and `if` refer to.

Which context is available at which key is the table of
https://docs.github.com/actions/reference/workflows-and-actions/contexts#context-availability.
"""

from collections.abc import Iterator

from orchestrator.edits.finding import Finding
from orchestrator.edits.workflows.checker.checked import Checked
from orchestrator.edits.workflows.checker.references import Scope, references
from orchestrator.edits.workflows.expressions import (
    FUNCTIONS,
    STATUS_FUNCTIONS,
    Call,
    Context,
    Expression,
    ExpressionError,
    condition_source,
    parse,
    spans,
    walk,
)
from orchestrator.edits.workflows.shape import steps_of, texts_of
from orchestrator.edits.yaml.tree import Path
from orchestrator.models.json import Json

_TOP = frozenset(("github", "inputs", "vars"))
_JOB = _TOP.union(("needs", "strategy", "matrix"))
_STEP = _JOB.union(("job", "runner", "env", "secrets", "steps"))
_WORKFLOW_KEYS = {"run-name": _TOP, "concurrency": _TOP, "env": _TOP.union(("secrets",))}
_JOB_KEYS = {
    "if": _TOP.union(("needs",)),
    "strategy": _TOP.union(("needs",)),
    "env": _JOB.union(("secrets",)),
    "outputs": _STEP,
    "defaults": _JOB.union(("env",)),
    "secrets": _JOB.union(("secrets",)),
    "container": _STEP.difference(("steps",)),
    "services": _STEP.difference(("steps",)),
    "environment": _STEP.difference(("secrets",)),
}
_KNOWN = _STEP.union(("jobs",))


def check(checked: Checked) -> Iterator[Finding]:
    """Yield what is wrong with expressions."""
    for key, allowed in _WORKFLOW_KEYS.items():
        yield from _texts(checked, checked.model.get(key), (key,), Scope(allowed))
    for name, job in checked.jobs.items():
        for key, value in job.items():
            if key == "steps":
                continue
            scope = Scope(_JOB_KEYS.get(str(key), _JOB), name, steps_before=len(steps_of(job)))
            yield from _texts(checked, value, ("jobs", name, str(key)), scope)
        for at, step in enumerate(steps_of(job)):
            for key, value in step.items():
                allowed = _STEP.difference(("secrets",)) if key == "if" else _STEP
                scope = Scope(allowed, name, steps_before=at, in_step=True)
                yield from _texts(checked, value, ("jobs", name, "steps", at, str(key)), scope)


def _texts(checked: Checked, value: Json, path: Path, scope: Scope) -> Iterator[Finding]:
    if path[-1] == "if" and value is not None:
        yield from _condition(checked, value, path, scope)
        return
    for place, text in texts_of(value, path):
        if "${{" not in text:
            continue
        try:
            sources = list(spans(text))
        except ExpressionError as error:
            yield checked.finding("expression", str(error), place)
            continue
        for source in sources:
            yield from _expression(checked, source, place, scope)


def _condition(checked: Checked, value: Json, path: Path, scope: Scope) -> Iterator[Finding]:
    source = condition_source(value)
    if source is not None:
        yield from _expression(checked, source, path, scope, is_condition=True)
        return
    yield from _texts(checked, [value], path[:-1], scope)


def _expression(
    checked: Checked, source: str, path: Path, scope: Scope, *, is_condition: bool = False
) -> Iterator[Finding]:
    try:
        tree = parse(source)
    except ExpressionError as error:
        yield checked.finding("expression", f"`{source.strip()}`: {error}", path)
        return
    for item in walk(tree):
        yield from _part(checked, item, path, scope, is_condition=is_condition)


def _part(checked: Checked, item: Expression, path: Path, scope: Scope, *, is_condition: bool) -> Iterator[Finding]:
    if isinstance(item, Call) and item.name not in FUNCTIONS:
        yield checked.finding("expression", f"there is no function `{item.name}`", path)
    elif isinstance(item, Call) and item.name in STATUS_FUNCTIONS and not is_condition:
        yield checked.finding("expression", f"`{item.name}()` can stand in an `if` only", path)
    elif isinstance(item, Context):
        if item.name not in _KNOWN:
            yield checked.finding("context", f"there is no context `{item.name}`", path)
        elif item.name not in scope.allowed:
            yield checked.finding("context", f"the context `{item.name}` is not available here", path)
        else:
            yield from references(checked, item, path, scope)
