"""The plan of a run for the ledger, as text until somebody looks into it, and no further than he looks.

A view of 10,000 tasks asks for names and groups: to read these alone takes an eighth of the time that the whole takes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property

from msgspec import DecodeError, Raw, Struct
from msgspec.json import Decoder

from orchestrator.models.json import Json, JsonObject


class PlanPart(Struct, frozen=True, kw_only=True, gc=False):
    """What names a phase, group or task, and where it belongs."""

    id: str = ""
    name: str = ""
    phase: str = ""
    group: str = ""


class _Parts(Struct, frozen=True, kw_only=True):
    phases: tuple[PlanPart, ...] = ()
    groups: tuple[PlanPart, ...] = ()
    tasks: tuple[PlanPart, ...] = ()


class PlanText(Mapping[str, Json]):
    """A plan's JSON; `read` returns its text, without surrogates, `parse` makes the values of it."""

    def __init__(self, read: Callable[[], str], parse: Callable[[str], Json]) -> None:
        self._read = read
        self._parse = parse
        self._known: dict[str, Json] = {}

    def parts(self, key: str) -> Sequence[PlanPart] | None:
        """Return the `phases`, `groups` or `tasks`; None when only the whole can be read."""
        found: Sequence[PlanPart] | None = getattr(self._parts, key, None)
        return found

    def __getitem__(self, key: str) -> Json:
        if key not in self._known:
            value = self._values[key]
            self._known[key] = self._parse(bytes(value).decode()) if isinstance(value, Raw) else value
        return self._known[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return "PlanText()"

    @cached_property
    def text(self) -> str:
        """The JSON text."""
        return self._read()

    @cached_property
    def _values(self) -> JsonObject:
        """The values, those that nobody has looked at yet as text."""
        try:
            return Decoder(dict[str, Raw]).decode(self.text)
        except DecodeError:  # a name with half a surrogate pair (a file that is no UTF-8), or something unexpected
            whole: JsonObject = self._parse(self.text)
            return whole

    @cached_property
    def _parts(self) -> _Parts | None:
        try:
            return Decoder(_Parts).decode(self.text)
        except DecodeError:  # as above
            return None
