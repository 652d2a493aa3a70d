"""What the executor knows of the attempts that it has started."""

from msgspec import Struct, field

from orchestrator.engine.ports import AttemptEnd


class Underway(Struct, eq=False):
    """By task: whether a start that is not durable yet still stands, how many there were, how the last one ended."""

    starting: dict[str, bool] = field(default_factory=dict)  # False = called off before its start was durable
    tries: dict[str, int] = field(default_factory=dict)
    ends: dict[str, AttemptEnd] = field(default_factory=dict)
