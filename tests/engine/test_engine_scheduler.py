"""Each rule of the scheduler by itself."""

import pytest
from engine_plans import CHECK, GUARD, group, phase, plan, task

from orchestrator.engine.decision import Closed, Decision, Ended, Verdict
from orchestrator.engine.scheduler import Scheduler
from orchestrator.errors import DocumentInvalid
from orchestrator.models.plan import Plan
from orchestrator.models.status import Execution, OutcomeKind, Priority, TaskState

CHANGED, FAILED, SKIPPED = OutcomeKind.CHANGED, OutcomeKind.FAILED, OutcomeKind.SKIPPED
SEQUENTIAL = Execution.SEQUENTIAL


def begin(of: Plan, **more: object) -> Scheduler:
    scheduler = Scheduler(of, **more)  # type: ignore[arg-type]
    scheduler.start(0)
    return scheduler


def after(scheduler: Scheduler, name: str, kind: OutcomeKind = CHANGED, now: float = 0, **more: float) -> Decision:
    scheduler.finished(name, kind, now, **more)
    return scheduler.next(now)


def states(scheduler: Scheduler) -> dict[str, str]:
    return {name: state.value for name, state in scheduler.states().items()}


# ---------------------------------------------------------------- order


def test_tasks_of_a_parallel_group_start_together() -> None:
    assert begin(plan([task("1"), task("2"), task("3")])).next(0).start == ("1", "2", "3")


def test_tasks_of_a_sequential_group_follow_each_other() -> None:
    scheduler = begin(plan([task("1"), task("2")], [group(execution=SEQUENTIAL)]))
    assert scheduler.next(0).start == ("1",)
    assert scheduler.next(0).verdict is Verdict.NOTHING_READY
    assert after(scheduler, "1").start == ("2",)


def test_a_task_waits_for_a_task_of_another_group() -> None:
    scheduler = begin(plan([task("1", "1.a"), task("2", "1.b", after=["1"])]))
    assert scheduler.next(0).start == ("1",)
    assert after(scheduler, "1").start == ("2",)


def test_independent_groups_overlap_and_dependent_ones_follow() -> None:
    of = plan(
        [task("1", "1.a"), task("2", "1.b"), task("3", "1.c")],
        [group("1.a"), group("1.b", after=["1.a"]), group("1.c")],
    )
    scheduler = begin(of)
    assert scheduler.next(0).start == ("1", "3")
    assert after(scheduler, "1").start == ("2",)


def test_a_phase_starts_when_the_one_that_it_names_has_ended_well() -> None:
    of = plan([task("1", "1.a"), task("2", "2.a")], phases=[phase("1"), phase("2", after=["1"])])
    scheduler = begin(of)
    assert scheduler.next(0).start == ("1",)
    decision = after(scheduler, "1")
    assert decision.start == ("2",)
    assert decision.closed == (Closed(scope="group 1.a", ok=True), Closed(scope="phase 1", ok=True))
    assert decision.opened == ("phase 2", "group 2.a")


def test_phases_that_name_nobody_overlap() -> None:
    assert begin(plan([task("1", "1.a"), task("2", "2.a")])).next(0).start == ("1", "2")


def test_what_a_selection_left_out_is_waited_for_by_nobody() -> None:
    of = plan([task("2", "2.b")], [group("2.b", after=["2.a"])], [phase("2", after=["1"])])
    assert begin(of).next(0).start == ("2",)


def test_priority_comes_before_the_longest_path_and_that_before_the_place_in_the_file() -> None:
    tasks = [
        task("low", priority=Priority.LOW),
        task("first"),
        task("long"),
        task("end", after=["long"]),
        task("critical", priority=Priority.CRITICAL),
        task("second"),
    ]
    scheduler = begin(plan(tasks, limit=1), durations={"long": 5.0, "end": 60.0})
    order = []
    while decision := scheduler.next(0).start:
        order += decision
        scheduler.finished(decision[0], CHANGED, 0)
    assert order == ["critical", "long", "end", "first", "second", "low"]


def test_a_cycle_is_refused_with_its_path() -> None:
    of = plan([task("1", after=["3"]), task("2", after=["1"]), task("3", after=["2"])])
    with pytest.raises(DocumentInvalid) as caught:
        Scheduler(of)
    assert caught.value.problems[0].message in (
        f"the order of the tasks is a cycle: {chain}" for chain in ("1 → 2 → 3 → 1", "2 → 3 → 1 → 2", "3 → 1 → 2 → 3")
    )


def test_a_cycle_through_a_sequence_is_refused() -> None:
    of = plan([task("1", after=["2"]), task("2")], [group(execution=SEQUENTIAL)])
    with pytest.raises(DocumentInvalid, match="1 problem"):
        Scheduler(of)


# ---------------------------------------------------------------- limits, locks, exclusive


def test_the_run_limit_bounds_all_groups() -> None:
    scheduler = begin(plan([task("1", "1.a"), task("2", "1.b"), task("3", "1.c")], limit=2))
    assert scheduler.next(0).start == ("1", "2")
    assert scheduler.next(0).verdict is Verdict.AT_CAPACITY
    assert after(scheduler, "2").start == ("3",)


def test_the_group_limit_lets_other_groups_pass() -> None:
    scheduler = begin(plan([task("1"), task("2"), task("3", "1.b")], [group(max_parallel=1), group("1.b")]))
    assert scheduler.next(0).start == ("1", "3")
    assert after(scheduler, "1").start == ("2",)


def test_two_tasks_with_a_common_target_never_run_at_the_same_time() -> None:
    scheduler = begin(plan([task("1", writes=["a"]), task("2", writes=["a", "b"]), task("3", writes=["c"])]))
    assert scheduler.next(0).start == ("1", "3")
    assert after(scheduler, "1").start == ("2",)


@pytest.mark.parametrize(
    ("held", "wanted"), [("src/", "src/a.ts"), ("src/a.ts", "src/"), ("src/", "src/deep/"), ("./", "x")]
)
def test_a_folder_lock_covers_everything_below(held: str, wanted: str) -> None:
    scheduler = begin(plan([task("1", writes=[held]), task("2", writes=[wanted])]))
    assert scheduler.next(0).start == ("1",)
    assert after(scheduler, "1").start == ("2",)


def test_neighbours_with_a_common_prefix_do_not_lock_each_other() -> None:
    assert begin(plan([task("1", writes=["src/"]), task("2", writes=["src-old/a"])])).next(0).start == ("1", "2")


def test_an_exclusive_task_waits_for_all_others_and_runs_alone() -> None:
    scheduler = begin(plan([task("1"), task("2", exclusive=True), task("3", priority=Priority.LOW)], limit=2))
    assert scheduler.next(0).start == ("1",)
    assert after(scheduler, "1").start == ("2",)
    assert scheduler.next(0).verdict is Verdict.AT_CAPACITY
    assert after(scheduler, "2").start == ("3",)


def test_at_most_so_many_tasks_start_at_once() -> None:
    scheduler = begin(plan([task(str(number)) for number in range(5)]))
    assert [len(scheduler.next(0, at_most=2).start) for _ in range(3)] == [2, 2, 1]


# ---------------------------------------------------------------- failures


def test_a_failure_blocks_what_depends_on_it_with_the_root_cause() -> None:
    scheduler = begin(plan([task("1"), task("2", after=["1"]), task("3", after=["2"]), task("4")]))
    scheduler.next(0)
    decision = after(scheduler, "1", FAILED)
    assert decision.ended == (
        Ended(task="1", state=TaskState.FAILED),
        Ended(task="2", state=TaskState.BLOCKED, reason="needs 1, which failed", cause="1"),
        Ended(task="3", state=TaskState.BLOCKED, reason="needs 2, which is blocked", cause="1"),
    )
    assert after(scheduler, "4").verdict is Verdict.ALL_BLOCKED


def test_a_failure_in_a_sequence_blocks_the_rest_of_it() -> None:
    scheduler = begin(plan([task("1"), task("2"), task("3")], [group(execution=SEQUENTIAL)]))
    scheduler.next(0)
    after(scheduler, "1", FAILED)
    assert states(scheduler) == {"1": "failed", "2": "blocked", "3": "blocked"}


def test_a_failure_that_is_not_critical_lets_the_sequence_go_on_and_still_fails_the_group() -> None:
    of = plan(
        [task("1", critical=False), task("2"), task("3", "1.b")],
        [group(execution=SEQUENTIAL), group("1.b", after=["1.a"])],
    )
    scheduler = begin(of)
    scheduler.next(0)
    decision = after(scheduler, "1", FAILED)
    assert decision.start == ("2",)
    assert states(scheduler)["3"] == "blocked"
    assert after(scheduler, "2").closed[0] == Closed(scope="group 1.a", ok=False, cause="1")


def test_a_failure_that_is_not_critical_still_blocks_who_names_it() -> None:
    scheduler = begin(plan([task("1", critical=False), task("2", after=["1"])]))
    scheduler.next(0)
    after(scheduler, "1", FAILED)
    assert states(scheduler)["2"] == "blocked"


def test_siblings_of_a_failed_task_go_on_without_fail_fast() -> None:
    scheduler = begin(plan([task("1"), task("2")], limit=1))
    scheduler.next(0)
    assert after(scheduler, "1", FAILED).start == ("2",)


def test_a_failed_phase_blocks_the_phases_after_it() -> None:
    of = plan([task("1", "1.a"), task("2", "2.a")], phases=[phase("1"), phase("2", after=["1"])])
    scheduler = begin(of)
    scheduler.next(0)
    decision = after(scheduler, "1", FAILED)
    assert decision.ended[1] == Ended(
        task="2", state=TaskState.BLOCKED, reason="needs phase 1: 1 went badly", cause="1"
    )
    assert decision.verdict is Verdict.ALL_BLOCKED


def test_a_skipped_task_satisfies_what_depends_on_it() -> None:
    scheduler = begin(plan([task("1"), task("2", after=["1"])]))
    scheduler.next(0)
    assert after(scheduler, "1", SKIPPED).start == ("2",)


def test_fail_fast_of_a_group_cancels_the_rest_of_it_alone() -> None:
    of = plan(
        [task("1"), task("2"), task("3"), task("4", "1.b")], [group(fail_fast=True, max_parallel=2), group("1.b")]
    )
    scheduler = begin(of)
    assert scheduler.next(0).start == ("1", "2", "4")
    decision = after(scheduler, "1", FAILED)
    assert decision.cancel == ("2",)
    assert decision.ended[1] == Ended(task="3", state=TaskState.CANCELLED, reason="fail_fast: 1 failed", cause="1")
    after(scheduler, "2", OutcomeKind.CANCELLED)
    after(scheduler, "4")
    assert states(scheduler) == {"1": "failed", "2": "cancelled", "3": "cancelled", "4": "changed"}


def test_fail_fast_of_the_run_cancels_everything() -> None:
    of = plan(
        [task("1"), task("2", "1.b"), task("3", "2.a")], phases=[phase("1"), phase("2", after=["1"])], fail_fast=True
    )
    scheduler = begin(of)
    scheduler.next(0)
    assert after(scheduler, "1", FAILED).cancel == ("2",)
    assert states(scheduler) == {"1": "failed", "2": "running", "3": "cancelled"}


def test_a_failure_that_is_not_critical_does_not_trigger_fail_fast() -> None:
    scheduler = begin(plan([task("1", critical=False), task("2")], [group(fail_fast=True)], limit=1))
    scheduler.next(0)
    assert after(scheduler, "1", FAILED).start == ("2",)


def test_keep_going_overrides_fail_fast_of_group_and_run() -> None:
    scheduler = begin(plan([task("1"), task("2")], [group(fail_fast=True)], limit=1, fail_fast=True), keep_going=True)
    scheduler.next(0)
    assert after(scheduler, "1", FAILED).start == ("2",)


def test_a_cancelled_task_is_not_retried() -> None:
    scheduler = begin(plan([task("1"), task("2")], [group(fail_fast=True)]))
    scheduler.next(0)
    after(scheduler, "1", FAILED)
    after(scheduler, "2", FAILED, retry_at=1.0)
    assert states(scheduler)["2"] == "failed"


def test_a_long_row_of_tasks_is_blocked_without_recursion() -> None:
    of = plan([task(str(number)) for number in range(20_000)], [group(execution=SEQUENTIAL)])
    scheduler = begin(of)
    scheduler.next(0)
    assert len(after(scheduler, "0", FAILED).ended) == 20_000


# ---------------------------------------------------------------- retries and approvals


def test_a_retry_waits_until_its_moment_and_leaves_its_place_to_others() -> None:
    scheduler = begin(plan([task("1", writes=["a"]), task("2", writes=["a"])], limit=1))
    scheduler.next(0)
    decision = after(scheduler, "1", FAILED, 0, retry_at=5.0)
    assert (decision.start, decision.until) == (("2",), 5.0)
    assert after(scheduler, "2", now=1).verdict is Verdict.NOTHING_READY
    assert scheduler.next(4.9).start == ()
    assert scheduler.next(5.0).start == ("1",)


def test_a_retry_without_a_pause_starts_again_at_once() -> None:
    scheduler = begin(plan([task("1")]))
    scheduler.next(0)
    assert after(scheduler, "1", FAILED, 0, retry_at=0.0).start == ("1",)


def test_what_waits_for_a_person_frees_its_place_and_its_locks() -> None:
    scheduler = begin(plan([task("1", writes=["a"]), task("2", writes=["a"]), task("3", after=["1"])], limit=1))
    scheduler.next(0)
    scheduler.waiting("1", "may I?")
    assert scheduler.next(0).start == ("2",)
    assert after(scheduler, "2").verdict is Verdict.WAITING
    assert states(scheduler) == {"1": "waiting", "2": "changed", "3": "pending"}
    scheduler.decided("1")
    assert scheduler.next(0).start == ("1",)
    assert after(scheduler, "1").start == ("3",)


def test_only_a_waiting_task_can_be_decided() -> None:
    scheduler = begin(plan([task("1")]))
    with pytest.raises(ValueError, match="1 does not wait for a person, it is ready"):
        scheduler.decided("1")


def test_only_a_running_task_can_finish() -> None:
    with pytest.raises(ValueError, match="1 does not run, it is ready"):
        begin(plan([task("1")])).finished("1", CHANGED, 0)


# ---------------------------------------------------------------- checkpoints and guards


def test_a_checkpoint_gates_what_follows() -> None:
    of = plan([task("1"), task("2", "1.b")], [group(checkpoint=CHECK), group("1.b", after=["1.a"])])
    scheduler = begin(of)
    scheduler.next(0)
    decision = after(scheduler, "1")
    assert (decision.measure, decision.start) == (("group 1.a",), ())
    scheduler.checkpoint_finished("group 1.a", True, 1)
    assert scheduler.next(1).start == ("2",)


def test_a_failed_checkpoint_fails_its_group_and_phase_and_blocks_what_follows() -> None:
    of = plan(
        [task("1"), task("2", "1.b"), task("3", "2.a")],
        [group(checkpoint=CHECK), group("1.b", after=["1.a"]), group("2.a")],
        [phase("1"), phase("2", after=["1"])],
    )
    scheduler = begin(of)
    scheduler.next(0)
    after(scheduler, "1")
    scheduler.checkpoint_finished("group 1.a", False, 1)
    decision = scheduler.next(1)
    assert [(ended.task, ended.reason, ended.cause) for ended in decision.ended] == [
        ("2", "needs group 1.a: its checkpoint did not pass", "group 1.a"),
        ("3", "needs phase 1: its checkpoint did not pass", "group 1.a"),
    ]
    assert decision.verdict is Verdict.ALL_BLOCKED


def test_a_checkpoint_of_a_group_with_a_failure_is_not_measured() -> None:
    scheduler = begin(plan([task("1"), task("2")], [group(checkpoint=CHECK)]))
    scheduler.next(0)
    after(scheduler, "1", FAILED)
    assert after(scheduler, "2").measure == ()


def test_a_checkpoint_takes_a_place_of_the_run() -> None:
    of = plan(
        [task("1"), task("2", "1.b"), task("3", "1.b")],
        [group(checkpoint=CHECK), group("1.b", max_parallel=1)],
        limit=1,
    )
    scheduler = begin(of)
    scheduler.next(0)
    decision = after(scheduler, "1")
    assert (decision.measure, decision.start) == (("group 1.a",), ())
    assert scheduler.next(0).verdict is Verdict.AT_CAPACITY


def test_a_checkpoint_that_passed_in_an_earlier_part_is_not_measured_again() -> None:
    of = plan([task("1"), task("2", "1.b")], [group(checkpoint=CHECK), group("1.b", after=["1.a"])])
    decision = begin(of, done={"1": TaskState.CHANGED}, passed={"group 1.a"}).next(0)
    assert (decision.measure, decision.start) == ((), ("2",))


def test_fail_fast_of_the_run_takes_a_failed_checkpoint_for_a_failure() -> None:
    scheduler = begin(plan([task("1"), task("2", "1.b")], [group(checkpoint=CHECK), group("1.b")], fail_fast=True))
    scheduler.next(0)
    after(scheduler, "1")
    scheduler.checkpoint_finished("group 1.a", False, 0)
    assert scheduler.next(0).cancel == ("2",)


@pytest.mark.parametrize("where", ["run", "phase 1", "group 1.a"])
def test_guards_are_asked_before_anything_of_their_scope_starts(where: str) -> None:
    guards = {"run": {"guards": GUARD}} if where == "run" else {}
    of = plan(
        [task("1")],
        [group(guards=GUARD if where == "group 1.a" else ())],
        [phase(guards=GUARD if where == "phase 1" else ())],
        **guards.get(where, {}),
    )
    scheduler = begin(of)
    decision = scheduler.next(0)
    assert (decision.ask, decision.start) == ((where,), ())
    scheduler.checkpoint_finished(where, True, 0)
    assert scheduler.next(0).start == ("1",)


def test_a_guard_that_says_no_blocks_its_scope_and_what_comes_after() -> None:
    of = plan(
        [task("1"), task("2", "1.b"), task("3", "1.c")],
        [group(guards=GUARD), group("1.b", after=["1.a"]), group("1.c")],
    )
    scheduler = begin(of)
    scheduler.next(0)
    scheduler.checkpoint_finished("group 1.a", False, 0)
    assert [(ended.task, ended.reason) for ended in scheduler.next(0).ended] == [
        ("1", "the guards of group 1.a said no"),
        ("2", "needs group 1.a: its guards said no"),
    ]


def test_guards_of_a_scope_with_nothing_left_to_do_are_not_asked() -> None:
    decision = begin(plan([task("1")], [group(guards=GUARD)]), done={"1": TaskState.CHANGED}).next(0)
    assert (decision.ask, decision.verdict) == ((), Verdict.COMPLETE)


# ---------------------------------------------------------------- resume and stop


def test_what_is_done_is_not_done_again() -> None:
    scheduler = begin(plan([task("1"), task("2", after=["1"])]), done=frozenset({"1"}))
    assert scheduler.next(0).start == ("2",)
    assert states(scheduler)["1"] == "unchanged"


def test_a_plan_of_which_everything_is_done_is_complete() -> None:
    assert begin(plan([task("1")]), done={"1": TaskState.CHANGED}).next(0).verdict is Verdict.COMPLETE


def test_an_empty_plan_is_complete() -> None:
    assert begin(plan([])).next(0).verdict is Verdict.COMPLETE


def test_stop_cancels_what_has_not_started_and_asks_for_the_end_of_what_runs() -> None:
    scheduler = begin(plan([task("1"), task("2")], limit=1))
    scheduler.next(0)
    scheduler.stop(0)
    decision = scheduler.next(0)
    assert decision.cancel == ("1",)
    assert decision.ended == (Ended(task="2", state=TaskState.CANCELLED, reason="the run was stopped"),)
    assert after(scheduler, "1", OutcomeKind.CANCELLED).verdict is Verdict.ALL_BLOCKED


def test_stop_gives_up_measuring_and_pauses() -> None:
    of = plan([task("1"), task("2", "1.b")], [group(checkpoint=CHECK), group("1.b")])
    scheduler = begin(of)
    scheduler.next(0)
    after(scheduler, "1")
    after(scheduler, "2", FAILED, retry_at=100.0)
    scheduler.stop(0)
    assert scheduler.next(0).cancel == ("group 1.a",)
    scheduler.checkpoint_finished("group 1.a", False, 0)
    decision = scheduler.next(0)
    assert (decision.verdict, decision.until) == (Verdict.ALL_BLOCKED, None)


def test_stop_drops_a_checkpoint_that_waits_for_room() -> None:
    scheduler = begin(plan([task("1"), task("2", "1.b")], [group(checkpoint=CHECK), group("1.b")], limit=2))
    scheduler.next(0)
    scheduler.finished("1", CHANGED, 0)
    scheduler.stop(0)
    decision = scheduler.next(0)
    assert (decision.measure, decision.cancel) == ((), ("2",))
    assert decision.closed == (Closed(scope="group 1.a", ok=False, cause="group 1.a"),)


def test_a_question_of_a_task_that_a_failure_cancels_is_not_kept() -> None:
    scheduler = begin(plan([task("1"), task("2")], [group(fail_fast=True)]))
    scheduler.next(0)
    scheduler.finished("2", FAILED, 0)
    scheduler.next(0)
    scheduler.waiting("1", "may I?")
    assert states(scheduler) == {"1": "cancelled", "2": "failed"}


def test_a_question_that_comes_up_while_the_run_is_stopped_is_kept() -> None:
    scheduler = begin(plan([task("1")]))
    scheduler.next(0)
    scheduler.stop(0)
    scheduler.waiting("1", "may I?")
    assert states(scheduler) == {"1": "waiting"}
    assert scheduler.next(0).verdict is Verdict.WAITING


def test_a_decision_after_the_stop_starts_nothing() -> None:
    scheduler = begin(plan([task("1")]))
    scheduler.next(0)
    scheduler.waiting("1")
    scheduler.stop(0)
    scheduler.decided("1")
    assert scheduler.next(0).start == ()


def test_stop_leaves_questions_open() -> None:
    scheduler = begin(plan([task("1")]))
    scheduler.next(0)
    scheduler.waiting("1")
    scheduler.stop(0)
    assert scheduler.next(0).verdict is Verdict.WAITING


def test_drain_lets_what_runs_come_to_its_end() -> None:
    scheduler = begin(plan([task("1"), task("2")], limit=1))
    scheduler.next(0)
    scheduler.drain()
    assert scheduler.next(0).cancel == ()
    after(scheduler, "1")
    assert states(scheduler) == {"1": "changed", "2": "cancelled"}


def test_stop_after_drain_ends_what_still_runs() -> None:
    scheduler = begin(plan([task("1")]))
    scheduler.next(0)
    scheduler.drain()
    scheduler.stop(0)
    assert scheduler.next(0).cancel == ("1",)
