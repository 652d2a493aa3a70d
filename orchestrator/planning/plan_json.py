"""A plan as JSON and back, without loss: for the ledger, for saved plans, for the cache that `plan` and `status` read.

Values that are the default are left out, so that a plan of ten thousand tasks stays small. Needs no pydantic.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields
from operator import attrgetter
from typing import Any, Generic, NamedTuple, TypeVar

from orchestrator.errors import Unusable
from orchestrator.models.json import Json, JsonObject
from orchestrator.models.plan import (
    Limits,
    Notification,
    Plan,
    PlannedCheck,
    PlannedGroup,
    PlannedGuard,
    PlannedPhase,
    PlannedTask,
    RetryPolicy,
    Targets,
)
from orchestrator.models.status import Durability, Execution, FailureClass, Priority

FORMAT = 1
T = TypeVar("T")
_Turn = Callable[[Any], Any]


class _Field(NamedTuple):
    name: str
    default: Any
    encode: _Turn | None
    decode: _Turn | None


class _Codec(Generic[T]):
    """Turns one kind of dataclass into JSON and back; `turns` names the fields that are not JSON themselves."""

    def __init__(self, kind: type[T], **turns: tuple[_Turn, _Turn]) -> None:
        self._kind = kind
        nothing = (None, None)
        self._fields = [
            _Field(field.name, _default(field), *turns.get(field.name, nothing))
            for field in fields(kind)  # type: ignore[arg-type]  # T is always a dataclass
        ]
        self._decoders = {field.name: field.decode for field in self._fields}
        self._all = attrgetter(*(field.name for field in self._fields))

    def encode(self, value: T) -> dict[str, Json]:
        return {
            name: given if encode is None else encode(given)
            for given, (name, default, encode, _) in zip(self._all(value), self._fields, strict=True)
            if given is not default and given != default
        }

    def decode(self, data: JsonObject) -> T:
        decoders = self._decoders
        values = {}
        for name, given in data.items():
            decode = decoders[name]
            values[name] = given if decode is None else decode(given)
        return self._kind(**values)

    def many(self) -> tuple[_Turn, _Turn]:
        """Return how to turn a tuple of such values."""

        def encode(values: Iterable[T]) -> list[Json]:
            return [self.encode(value) for value in values]

        def decode(data: Iterable[JsonObject]) -> tuple[T, ...]:
            return tuple(self.decode(one) for one in data)

        return encode, decode

    def one(self) -> tuple[_Turn, _Turn]:
        """Return how to turn one such value."""
        return self.encode, self.decode


def _default(field: Any) -> Any:
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else MISSING


def _classes(words: Iterable[str]) -> frozenset[FailureClass]:
    return frozenset(map(FailureClass, words))


_TUPLE: tuple[_Turn, _Turn] = (list, tuple)
_MAP: tuple[_Turn, _Turn] = (dict, dict)
_CHECK = _Codec(PlannedCheck, params=_MAP, late=_TUPLE)
_GUARD = _Codec(PlannedGuard, params=_MAP, late=_TUPLE)
_TARGETS = _Codec(Targets, reads=_TUPLE, writes=_TUPLE)
_RETRY = _Codec(RetryPolicy, on=(sorted, _classes))
_TASK = _Codec(
    PlannedTask,
    params=_MAP,
    priority=(str, Priority),
    depends_on=_TUPLE,
    satisfied=_TUPLE,
    retry=_RETRY.one(),
    env=_MAP,
    secrets=_TUPLE,
    outputs=_MAP,
    verify=_CHECK.many(),
    tags=_TUPLE,
    targets=_TARGETS.one(),
    late=_TUPLE,
    values=_MAP,
)
_GROUP = _Codec(
    PlannedGroup,
    execution=(str, Execution),
    depends_on=_TUPLE,
    checkpoint=_CHECK.many(),
    guards=_GUARD.many(),
)
_PHASE = _Codec(PlannedPhase, after=_TUPLE, checkpoint=_CHECK.many(), guards=_GUARD.many())
_PLAN = _Codec(
    Plan,
    phases=_PHASE.many(),
    groups=_GROUP.many(),
    tasks=_TASK.many(),
    limits=_Codec(Limits).one(),
    durability=(str, Durability),
    params=_MAP,
    env=_MAP,
    guards=_GUARD.many(),
    notifications=_Codec(Notification, on=_TUPLE, to=_TUPLE).many(),
    template_folders=_TUPLE,
)


def plan_to_json(plan: Plan) -> dict[str, Json]:
    """Return a plan as JSON values."""
    return {"format": FORMAT, **_PLAN.encode(plan)}


def plan_from_json(data: JsonObject) -> Plan:
    """Return the plan that `plan_to_json` was given; Unusable when it was written by a version that we cannot read."""
    if not isinstance(data, Mapping) or data.get("format") != FORMAT:
        message = "this plan was written by another version of orchestrate"
        raise Unusable(message, hint="use the version that wrote it, or plan again")
    try:
        return _PLAN.decode({name: value for name, value in data.items() if name != "format"})
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        message = f"this plan cannot be read: {type(error).__name__}: {error}"
        raise Unusable(message, hint="plan again") from error
