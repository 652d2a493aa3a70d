"""The attempts of a task, read back when somebody looks at them."""

from collections.abc import Mapping, Sequence
from typing import Any

from orchestrator.ledger.rows import Row, to_time
from orchestrator.models.record import AttemptRecord
from orchestrator.models.status import FailureClass, OutcomeKind

# Looking a word up costs a fifth of calling the enum.
_OUTCOMES: Mapping[str, OutcomeKind] = {kind.value: kind for kind in OutcomeKind}


class Attempts(Sequence[AttemptRecord]):
    """Records made of starts and ends when they are looked at: of most tasks of a big run nobody does."""

    __slots__ = ("_found", "_made")

    def __init__(self, found: Mapping[int, tuple[int, Row | None]]) -> None:
        self._found = found
        self._made: tuple[AttemptRecord, ...] | None = None

    def __len__(self) -> int:
        return len(self._found)

    def __getitem__(self, place: Any) -> Any:
        return self._all()[place]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._all() == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # as the records of tasks that hold them

    def __repr__(self) -> str:
        return repr(self._all())

    def _all(self) -> tuple[AttemptRecord, ...]:
        if self._made is None:
            self._made = tuple([_attempt(*attempt) for attempt in self._found.items()])
        return self._made


def _attempt(number: int, found: tuple[int, Row | None]) -> AttemptRecord:
    started, end = found
    if end is None:
        return AttemptRecord(number=number, started=to_time(started))
    body = end[6] or {}
    said = body.get
    return AttemptRecord(
        number=number,
        started=to_time(started),
        ended=to_time(end[5] or 0),
        kind=_OUTCOMES[end[4] or ""],
        seconds=said("seconds"),
        summary=said("summary", ""),
        detail=said("detail", ""),
        failure=FailureClass(body["failure"]) if "failure" in body else None,
        exit_code=said("exit_code"),
        log=said("log"),
    )
