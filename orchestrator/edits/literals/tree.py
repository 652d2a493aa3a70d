"""Literals with their spans in the text: what JSON and JavaScript have in common.

A literal is static as far as it is written out; whatever is computed is a `source`, kept as its text. Members keep
their order and repetitions, because a later key wins over an earlier one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from orchestrator.edits.result import EditCode, Refusal
from orchestrator.models.json import Json

Step = str | int
Path = tuple[Step, ...]
DEEPEST = 100


class Kind(StrEnum):
    """What a literal is."""

    OBJECT = "object"
    ARRAY = "array"
    SCALAR = "scalar"
    SOURCE = "source"


class MemberKind(StrEnum):
    """What a member is: a `key: value`, an item of an array, `...other`, or a computed key."""

    PAIR = "pair"
    ITEM = "item"
    SPREAD = "spread"
    COMPUTED = "computed"


@dataclass(slots=True)
class Literal:
    """A value in the text. `start` and `end` are its own, without a wrapper such as `as const`.

    `address` leads to it from the literals of the file: the index of the outermost one, then of the member in each.
    `reference` is the name when the value is one.
    """

    kind: Kind
    start: int
    end: int
    address: tuple[int, ...]
    value: Json = None
    source: str = ""
    reference: str | None = None
    members: Sequence["Member"] = ()
    comments: Sequence[tuple[int, int]] = ()

    @property
    def is_collection(self) -> bool:
        """Say whether it has members."""
        return self.kind in (Kind.OBJECT, Kind.ARRAY)

    @property
    def is_static(self) -> bool:
        """Say whether everything below is written out."""
        if not self.is_collection:
            return self.kind is Kind.SCALAR
        plain = (MemberKind.PAIR, MemberKind.ITEM)
        return all(member.kind in plain and member.value.is_static for member in self.members)

    def index_of(self, step: Step) -> int | None:
        """Return the index of a member by its key or position; the last one of a repeated key counts."""
        if isinstance(step, int):
            at = step if step >= 0 else len(self.members) + step
            return at if self.kind is Kind.ARRAY and 0 <= at < len(self.members) else None
        if self.kind is not Kind.OBJECT:
            return None
        return next((at for at in range(len(self.members) - 1, -1, -1) if self.members[at].key == step), None)

    def plain(self) -> Json:
        """Return the value; Refusal E_DYNAMIC where a part of it is computed."""
        if self.kind is Kind.SCALAR:
            return self.value
        if self.kind is Kind.SOURCE:
            raise Refusal(EditCode.DYNAMIC, f"`{clipped(self.source)}` is computed")
        for member in self.members:
            if member.kind in (MemberKind.SPREAD, MemberKind.COMPUTED):
                raise Refusal(EditCode.DYNAMIC, f"`{clipped(member.source)}` is computed")
        if self.kind is Kind.ARRAY:
            return [member.value.plain() for member in self.members]
        return {str(member.key): member.value.plain() for member in self.members}

    def model(self) -> Json:
        """Return what it means, with order and repetitions, as JSON."""
        if self.kind is Kind.SCALAR:
            return {"value": self.value}
        if self.kind is Kind.SOURCE:
            return {"source": self.source}
        return {str(self.kind): [member.model() for member in self.members]}

    def walk(self) -> Iterator["Literal"]:
        """Yield it and everything below."""
        yield self
        for member in self.members:
            yield from member.value.walk()


@dataclass(slots=True)
class Member:
    """One entry of a collection; `comma` is where the comma behind it ends, or None when there is none.

    `start` and `end` span the whole entry. `key` is None for items and for keys that are computed.
    """

    kind: MemberKind
    start: int
    end: int
    value: Literal
    key: str | None = None
    key_end: int = 0
    is_quoted: bool = False
    comma: int | None = None
    source: str = ""

    @property
    def full_end(self) -> int:
        """Return where it ends with its comma."""
        return self.end if self.comma is None else self.comma

    def model(self) -> Json:
        """Return what it means: an item's value, else kind, key and value."""
        if self.kind is MemberKind.ITEM:
            return self.value.model()
        if self.kind is MemberKind.PAIR:
            return [self.key, self.value.model()]
        return {str(self.kind): self.source}


def model_of(value: Json) -> Json:
    """Return the model that a literal of this value has."""
    if isinstance(value, dict):
        return {"object": [[str(key), model_of(item)] for key, item in value.items()]}
    if isinstance(value, list | tuple):
        return {"array": [model_of(item) for item in value]}
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return {"value": int(value)}
    return {"value": value}


def plain_of(model: Json) -> Json:
    """Return the value of a model without computed parts."""
    if "object" in model:
        return {key: plain_of(item) for key, item in model["object"]}
    if "array" in model:
        return [plain_of(item) for item in model["array"]]
    return model["value"]


def clipped(text: str, size: int = 50) -> str:
    """Return a text on one line, shortened for a message."""
    line = " ".join(text.split())
    return line if len(line) <= size else f"{line[: size - 3]}..."
