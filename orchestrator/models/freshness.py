"""Whether a task is up to date: nothing that its last success depended on has changed."""

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from orchestrator.models.fingerprint import Step, carried_on, differences, steps_of
from orchestrator.models.plan import PlannedTask
from orchestrator.models.record import LastSuccess


class Freshness(Struct, frozen=True, kw_only=True):
    """Whether a task is up to date, and why it is or is not; `run` is the run of its last success."""

    up_to_date: bool
    reasons: tuple[str, ...]
    run: str | None = None

    @property
    def reason(self) -> str:
        """Return the reasons as one sentence."""
        return "; ".join(self.reasons)


def up_to_date(
    task: PlannedTask,
    last: LastSuccess | None,
    fingerprint_now: str | None,
    *,
    overtaken: tuple[str, ...] = (),
    force: bool = False,
) -> Freshness:
    """Decide whether a task has to run; `fingerprint_now` is what its fingerprint would be if nothing changed again.

    `overtaken` says what was changed since by those that it follows, where its result is about that.
    """
    run = last.run if last is not None else None
    if force:
        return Freshness(up_to_date=False, reasons=("it is forced",), run=run)
    if last is None:
        return Freshness(up_to_date=False, reasons=("it has not been done yet",))
    if last.definition != task.definition:
        return Freshness(up_to_date=False, reasons=("its definition has changed",), run=run)
    if last.fingerprint is None or fingerprint_now is None:
        return Freshness(up_to_date=False, reasons=("nothing tells whether it is up to date",), run=run)
    changed = (*differences(last.fingerprint, fingerprint_now), *overtaken)
    if changed:
        return Freshness(up_to_date=False, reasons=changed, run=run)
    return Freshness(up_to_date=True, reasons=(f"up to date since run {last.run}",), run=run)


def as_left(task: PlannedTask, last: LastSuccess, steps: Mapping[str, Sequence[Step]]) -> LastSuccess:
    """Return the success with the task's files as later tasks left them: what the roadmap made of them is no change.

    `steps` are those of all last successes (`steps_between`).
    """
    if last.fingerprint is None:
        return last
    return replace(last, fingerprint=carried_on(last.fingerprint, task.id, steps, task.targets.writes))


def steps_between(successes: Mapping[str, LastSuccess]) -> Mapping[str, Sequence[Step]]:
    """Return what the last successes have changed, for each path; made once, since there may be thousands."""
    return steps_of({task: each.fingerprint for task, each in successes.items()})
