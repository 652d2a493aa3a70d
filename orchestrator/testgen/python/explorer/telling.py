"""What a test could say about how a call went, as one text: equal texts are equal observations."""

from .calling import Outcome
from .literals import Literals, is_stable_text


class Teller:
    """Put outcomes into words."""

    def __init__(self, literals: Literals) -> None:
        self._literals = literals

    def told(self, outcome: Outcome) -> str:
        """Return what a test could say about an outcome; empty when nothing."""
        if hasattr(outcome.value, "exit_code"):
            return f"run {outcome.value.exit_code} {_stable(outcome.value.output)}"
        if outcome.kind == "ended":
            return f"ended {_stable(getattr(outcome.error, 'code', None))} {_stable(outcome.printed)}"
        if outcome.kind != "value":
            return f"{outcome.kind} {type(outcome.error).__name__} {_stable(outcome.error)}"
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
