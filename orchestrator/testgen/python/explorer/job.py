"""What an exploration is asked for, and how much of its time is its own."""

import dataclasses

FOR_MUTANTS = 5.0  # seconds at least, whatever the search took
# Of the interpreter with the module, one after another: this one, those that prove, some in pairs.
_STARTS, _FEWEST_STARTS = 7, 6  # the fewest where nothing has to be run again
_LEAST, _VERY_LEAST = 0.25, 0.05  # of the time to explore that remains, where there is more than for the fewest starts


@dataclasses.dataclass(frozen=True, slots=True)
class Job:
    """What to explore: see `orchestrator.testgen.job`, which writes this as JSON."""

    module: str
    path: str
    project: str
    result: str
    journal: str
    seconds: float
    budget: float  # seconds, of which what is left when this has ended is for proving
    calls: int
    mutants: int
    seed: int
    parts: tuple[str, ...]
    avoid: tuple[str, ...] = ()


def leave_time_for_proving(job: Job, start: float) -> Job:
    """Return the job with less time to explore where a start takes long: each run that proves has one, too."""
    left = job.budget - _STARTS * start - FOR_MUTANTS
    least = min(job.seconds * _LEAST, job.budget - _FEWEST_STARTS * start)
    return dataclasses.replace(job, seconds=min(job.seconds, max(left, least, job.seconds * _VERY_LEAST)))
