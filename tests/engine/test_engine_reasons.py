"""Every wait has its reason."""

from engine_plans import CHECK, GUARD, group, phase, plan, task

from orchestrator.engine.decision import Wait
from orchestrator.engine.scheduler import Scheduler
from orchestrator.models.plan import Plan
from orchestrator.models.status import Execution, OutcomeKind, WaitReason


def begun(of: Plan) -> Scheduler:
    scheduler = Scheduler(of)
    scheduler.start(0)
    scheduler.next(0)
    return scheduler


def test_dependency() -> None:
    of = plan([task("1"), task("2", after=["1"])])
    assert begun(of).reason("2") == Wait(reason=WaitReason.DEPENDENCY, detail="1, which is running")


def test_dependency_within_a_sequence() -> None:
    of = plan([task("1"), task("2"), task("3")], [group(execution=Execution.SEQUENTIAL)])
    assert begun(of).reason("3") == Wait(reason=WaitReason.DEPENDENCY, detail="1, which comes first in group 1.a")


def test_dependency_on_a_group_and_on_a_phase() -> None:
    of = plan(
        [task("1"), task("2", "1.b"), task("3", "2.a")],
        [group(), group("1.b", after=["1.a"]), group("2.a")],
        [phase("1"), phase("2", after=["1"])],
    )
    scheduler = begun(of)
    assert scheduler.reason("2") == Wait(reason=WaitReason.DEPENDENCY, detail="group 1.a")
    assert scheduler.reason("3") == Wait(reason=WaitReason.DEPENDENCY, detail="phase 1")


def test_lock() -> None:
    of = plan([task("1", writes=["src/"]), task("2", writes=["src/a"])])
    assert begun(of).reason("2") == Wait(reason=WaitReason.LOCK, detail="1 writes src/")


def test_group_limit() -> None:
    of = plan([task("1"), task("2")], [group(max_parallel=1)])
    assert begun(of).reason("2") == Wait(reason=WaitReason.GROUP_LIMIT, detail="group 1.a runs 1 of 1")


def test_run_limit() -> None:
    of = plan([task("1"), task("2")], limit=1)
    assert begun(of).reason("2") == Wait(reason=WaitReason.RUN_LIMIT, detail="the run does 1 of 1 at a time")


def test_a_task_that_nothing_hinders_is_about_to_start() -> None:
    scheduler = Scheduler(plan([task("1")]))
    scheduler.start(0)
    assert scheduler.reason("1") == Wait(reason=WaitReason.RUN_LIMIT, detail="it is about to start")


def test_exclusive_waits_for_all_others() -> None:
    scheduler = begun(plan([task("1"), task("2", exclusive=True)]))
    assert scheduler.reason("2") == Wait(reason=WaitReason.EXCLUSIVE, detail="waits for all others, to run alone")


def test_others_wait_for_an_exclusive_task_that_comes_first_and_for_one_that_runs() -> None:
    scheduler = begun(plan([task("1"), task("2", exclusive=True), task("3")]))
    assert scheduler.reason("3") == Wait(reason=WaitReason.EXCLUSIVE, detail="2 is to run alone first")
    scheduler.finished("1", OutcomeKind.CHANGED, 0)
    scheduler.next(0)
    assert scheduler.reason("3") == Wait(reason=WaitReason.EXCLUSIVE, detail="2 runs alone")


def test_backoff() -> None:
    scheduler = begun(plan([task("1")]))
    scheduler.finished("1", OutcomeKind.FAILED, 0, retry_at=30.0)
    expected = Wait(reason=WaitReason.BACKOFF, detail="the next attempt follows after a pause", until=30.0)
    assert scheduler.reason("1") == expected


def test_approval() -> None:
    scheduler = begun(plan([task("1")]))
    scheduler.waiting("1", "may I deploy?")
    assert scheduler.reason("1") == Wait(reason=WaitReason.APPROVAL, detail="may I deploy?")


def test_checkpoint() -> None:
    scheduler = begun(plan([task("1"), task("2", "1.b")], [group(checkpoint=CHECK), group("1.b", after=["1.a"])]))
    scheduler.finished("1", OutcomeKind.CHANGED, 0)
    scheduler.next(0)
    assert scheduler.reason("2") == Wait(reason=WaitReason.CHECKPOINT, detail="the checkpoint of group 1.a")


def test_guard() -> None:
    scheduler = begun(plan([task("1")], [group(guards=GUARD)]))
    assert scheduler.reason("1") == Wait(reason=WaitReason.GUARD, detail="the guards of group 1.a are asked")


def test_all_reasons_at_once_name_only_what_waits() -> None:
    assert list(begun(plan([task("1"), task("2"), task("3")], limit=2)).reasons()) == ["3"]


def test_only_the_first_reasons_are_looked_for_when_more_are_not_wanted() -> None:
    scheduler = begun(plan([task(str(number)) for number in range(1, 7)], limit=2))
    assert list(scheduler.reasons(3)) == ["3", "4", "5"]


def test_a_person_is_waited_for_until_the_answer() -> None:
    scheduler = begun(plan([task("1"), task("2")]))
    scheduler.waiting("1", "may it?")
    assert scheduler.reason("1") == Wait(reason=WaitReason.APPROVAL, detail="may it?")
    scheduler.decided("1")
    assert scheduler.reason("1") != Wait(reason=WaitReason.APPROVAL, detail="may it?")
