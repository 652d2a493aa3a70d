"""What a test could say about how a call went, as one text: equal texts are equal observations."""

import types
from collections.abc import Iterator

from .attributes import attribute, has
from .calling import Outcome
from .literals import Literals, is_stable_text


class Teller:
    """Put outcomes into words."""

    def __init__(self, literals: Literals) -> None:
        self._literals = literals

    def told(self, outcome: Outcome) -> str:
        """Return what a test could say about an outcome; empty when nothing."""
        if has(outcome.value, "exit_code"):
            return f"run {outcome.value.exit_code} {_stable(outcome.value.output)}"
        if outcome.kind == "ended":
            return f"ended {_stable(getattr(outcome.error, 'code', None))} {_stable(outcome.printed)}"
        if outcome.kind != "value":
            return f"{outcome.kind} {type(outcome.error).__name__} {_stable(outcome.error)}"
        if isinstance(outcome.value, types.ModuleType):
            return f"module {dict(shown(outcome.value, self._literals))}"
        text = self._literals.write(outcome.value) or self._parts(outcome.value)
        return f"{type(outcome.value).__name__} {text} {_stable(outcome.printed)}" if text else ""

    def _parts(self, value: object) -> str:
        try:
            parts = {name: self._literals.write(each) for name, each in vars(value).items()}
        except TypeError:  # it has no attributes of its own
            return _stable(value)
        return f"{parts} {_stable(value)}"


def _stable(value: object) -> str:
    try:
        text = str(value)
    except Exception:  # a foreign `__str__` may raise anything
        return ""
    return text if is_stable_text(text) else ""


def shown(value: object, literals: Literals) -> Iterator[tuple[str, str]]:
    """Yield the public attributes of a module or an object that can be written, with their text."""
    for name, part in list(attribute(value, "__dict__", {}).items()):
        if name.startswith("_") or isinstance(part, types.ModuleType | type) or callable(part):
            continue
        text = literals.write(part)
        if text is not None:
            yield name, text
