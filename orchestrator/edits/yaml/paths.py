"""Paths into trees and models, and values at them."""

from collections.abc import Sequence

from orchestrator.edits.result import EditCode, Refusal
from orchestrator.edits.yaml.scalars import resolve
from orchestrator.edits.yaml.tree import Node, Path, Step
from orchestrator.models.json import Json


def with_value(model: Json, path: Path, value: Json) -> Json:
    """Return a model with another value at a path; what is not on the path is shared."""
    if not path:
        return value
    if isinstance(model, dict):
        changing = model_key(model, path[0])
        return {key: with_value(item, path[1:], value) if key == changing else item for key, item in model.items()}
    items = list(model)
    items[path[0]] = with_value(items[path[0]], path[1:], value)  # type: ignore[index]  # a list's step
    return items


def peek_at(model: Json, path: Path) -> tuple[bool, Json]:
    """Return whether a model has something at a path, and its value."""
    found = model
    for step in path:
        if isinstance(found, dict) and model_key(found, step) in found:
            found = found[model_key(found, step)]
        elif isinstance(found, list) and isinstance(step, int) and -len(found) <= step < len(found):
            found = found[step]
        else:
            return False, None
    return True, found


def without_value(model: Json, path: Path) -> Json:
    """Return a model without the entry at a path."""
    found = peek_at(model, path[:-1])[1]
    if isinstance(found, dict):
        gone = model_key(found, path[-1])
        return with_value(model, path[:-1], {key: value for key, value in found.items() if key != gone})
    left = list(found)
    del left[path[-1]]  # type: ignore[arg-type]  # a list's step
    return with_value(model, path[:-1], left)


def model_key(model: Json, step: Step) -> Json:
    """Return the model's key for a written one: `3.10` may be a number there."""
    return step if step in model or not isinstance(step, str) else resolve(step)


def as_step(key: Json) -> Step:
    """Return the step of a path for a key of a model."""
    return key if isinstance(key, str) else str(key)


def index_of(owner: Node, step: Step) -> int:
    """Return the position of an entry in its collection; Refusal E_NOT_FOUND."""
    if isinstance(step, int):
        return step if step >= 0 else len(owner.values) + step
    found = owner.index_of(step)
    if found is None:
        raise Refusal(EditCode.NOT_FOUND, f"there is no {step}")
    return found


def same(left: Json, right: Json) -> bool:
    """Compare with types: 1, 1.0 and true differ."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(same(a, b) for a, b in zip(left, right, strict=True))
    return bool(left == right)


def shown(path: Path) -> str:
    """Return a path as a person writes it: `jobs.build.steps[2]`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else (f".{step}" if text else step)
    return text or "document"


def equal_ends(old: Sequence[Json], new: Sequence[Json]) -> tuple[int, int]:
    """Return with how many equal items two lists begin, and with how many further ones they end."""
    least = min(len(old), len(new))
    head = next((at for at in range(least) if not same(old[at], new[at])), least)
    tail = next((at for at in range(least - head) if not same(old[-1 - at], new[-1 - at])), least - head)
    return head, tail
