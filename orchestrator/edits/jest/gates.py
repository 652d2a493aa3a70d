"""How a wanted threshold meets the one that is there, by mode."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from orchestrator.edits.jest.summary import METRICS
from orchestrator.edits.result import EditCode, Refusal

Mode = Literal["set", "raise_only", "ratchet", "add"]


@dataclass(frozen=True, slots=True)
class Gate:
    """The values that a key is to have. `is_measured` is False when a ratchet had nothing to go by."""

    values: Mapping[str, float]
    notes: Sequence[str]
    is_measured: bool = True


def gate_values(
    key: str,
    present: Mapping[str, float],
    wanted: Mapping[str, float],
    mode: Mode,
    measured: Mapping[str, int] | None,
) -> Gate:
    """Return the values of a key; Refusal E_CONFLICT in mode `add` when a lower one is there.

    A negative value is Jest's other meaning (at most so many uncovered): only `set` replaces it.
    """
    values: dict[str, float] = {metric: present[metric] for metric in METRICS if metric in present}
    values |= {metric: value for metric, value in present.items() if metric not in values}
    notes = []
    for metric in [one for one in METRICS if one in wanted]:
        now = present.get(metric)
        aim = wanted[metric] if mode != "ratchet" else (measured or {}).get(metric, 0)
        if now is None or mode == "set":
            values[metric] = aim
        elif now < 0:
            notes.append(f"{key} {metric}: {now:g} allows that many uncovered ones and stays")
        elif mode == "add" and now < aim:
            reason = f"{key} {metric} is {now:g}, {aim:g} was asked for"
            raise Refusal(EditCode.CONFLICT, reason, hint="mode raise_only raises it")
        else:
            values[metric] = max(now, aim)
    if mode == "ratchet":
        notes += _towards(key, wanted, values, measured)
    return Gate(_ordered(values), notes, mode != "ratchet" or measured is not None)


def _ordered(values: Mapping[str, float]) -> dict[str, float]:
    known = {metric: values[metric] for metric in METRICS if metric in values}
    return {**known, **{metric: value for metric, value in values.items() if metric not in known}}


def _towards(
    key: str, wanted: Mapping[str, float], values: Mapping[str, float], measured: Mapping[str, int] | None
) -> list[str]:
    """Say how far the gate is from where it is to lead."""
    if measured is None:
        return [f"{key}: nothing was measured"]
    low = [f"{metric} {values[metric]:g} of {aim:g}" for metric, aim in wanted.items() if values[metric] < aim]
    return [f"{key} is below its aim: {', '.join(low)}"] if low else []
