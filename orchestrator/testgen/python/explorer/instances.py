"""Expressions that make an instance of a class, ordered so that different ones come first."""

from collections.abc import Iterator, Mapping
from typing import Any

from .attributes import has

_PER_ODDNESS = 25  # characters
_MOST = 60  # kept of one class
_MOST_LOOKS = 120  # of those that look different


class Instances:
    """What was seen to make instances, by class."""

    def __init__(self) -> None:
        self._made: dict[type, dict[str, object]] = {}
        self._ordered: dict[type, list[str]] = {}
        self._oddness: dict[str, float] = {}  # of expressions

    @property
    def count(self) -> int:
        """Return how many are known."""
        return sum(map(len, self._made.values()))

    def note(self, expression: str, value: object, oddness: float = 0.0) -> None:
        """Remember an expression and the instance that it gave; `oddness` is how strange it looks to a reader."""
        self._oddness[expression] = oddness
        known = self._made.setdefault(type(value), {})
        if expression not in known and len(known) < _MOST_LOOKS:
            look = _signature(value)
            if len(known) < _MOST or look not in known.values():
                known[expression] = look
                self._ordered.clear()

    def note_for(self, owner: type, expression: str, look: object) -> None:
        """Remember an expression for what stands for a class; `look` tells different ones apart."""
        known = self._made.setdefault(owner, {})
        if len(known) < _MOST or (len(known) < _MOST_LOOKS and look not in known.values()):
            known.setdefault(expression, look)
            self._ordered.clear()

    def kinds_within(self, owner: type) -> list[str]:
        """Return the names of the types of what instances of a class hold."""
        looks = [look for look in self._made.get(owner, {}).values() if isinstance(look, tuple)]
        return list(dict.fromkeys(each[1] for look in looks for each in look if isinstance(each, tuple)))

    def of(self, owner: type) -> list[str]:
        """Return the expressions for a class, else for those below it: one of each look first, the plainest first."""
        if owner not in self._ordered:
            self._ordered[owner] = self._order(owner)
        return self._ordered[owner]

    def _hard_to_read(self, text: str) -> float:
        return len(text) + _PER_ODDNESS * self._oddness.get(text, 0.0)

    def _order(self, owner: type) -> list[str]:
        own = self._made.get(owner, {})
        known = own
        if not own or owner.__name__.startswith("_"):  # what is internal may work below it only
            below = [texts for kind, texts in self._made.items() if owner in kind.__mro__]
            known = {text: look for texts in below for text, look in texts.items()} | own
        plain = sorted(known, key=lambda text: (text.count("None"), self._hard_to_read(text), text))
        first: dict[object, str] = {}
        for text in plain:
            first.setdefault(known[text], text)
        # The one in which most is set tells most, so it stands beside the plainest.
        looks = sorted(first.values(), key=lambda text: (text.count("None"), -_fullness(known[text])))
        different = list(dict.fromkeys(each for pair in zip(first.values(), looks, strict=True) for each in pair))
        ordered = [*_each_part_once(different, known), *different]
        return list(dict.fromkeys([*ordered, *plain]))


def _each_part_once(texts: list[str], known: Mapping[str, object]) -> Iterator[str]:
    """Yield the expressions that show a part in a way that those before did not."""
    seen: set[object] = set()
    for text in texts:
        look = known[text]
        parts = set(look) if isinstance(look, tuple) else {look}
        if not parts <= seen:
            seen |= parts
            yield text


def _signature(value: object) -> tuple[object, ...]:
    """Return how an instance looks: which parts of it are there, of which kind, and whether they are empty."""
    return (type(value).__qualname__, *((name, _kind(part), _is_full(part)) for name, part in _parts(value)))


def _parts(value: object) -> list[tuple[str, Any]]:
    try:
        if hasattr(value, "__dict__"):
            return sorted(vars(value).items())[:12]
        names = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
        return [(str(name), getattr(value, name, None)) for name in names][:12]
    except Exception:  # a foreign `__getattr__` may raise anything
        return []


def _kind(part: object) -> str:
    """Return the name of the part's type; of a list also that of its first item's, of an object those of its parts."""
    if has(part, "__dict__") and not isinstance(part, type) and not callable(part):
        return ", ".join([type(part).__name__, *(f"{name}: {type(each).__name__}" for name, each in _parts(part))])
    inner = f"[{type(part[0]).__name__}]" if type(part) in (list, tuple) and part else ""  # type: ignore[index]
    return type(part).__name__ + inner


def _is_full(part: object) -> bool:
    try:
        return bool(part)
    except Exception:  # as above
        return True


def _fullness(look: object) -> int:
    assert isinstance(look, tuple)
    return sum(isinstance(each, tuple) and bool(each[2]) for each in look)
