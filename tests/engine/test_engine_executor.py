"""Whole runs: facts, news, ends and exit codes."""

import asyncio
import contextlib
import signal
from typing import Any

import pytest
from engine_plans import CHECK, GUARD, group, phase, plan, task
from engine_stage import EPOCH, RUN, Recorder, RecordingLedger, Stage, never
from msgspec.structs import replace

from orchestrator.contracts import (
    Measurement,
    Outcome,
    TaskContext,
    changed,
    failed,
    skipped,
    unchanged,
    waiting,
)
from orchestrator.engine.attempt import TaskAttempts
from orchestrator.engine.ports import AttemptEnd, Ready
from orchestrator.errors import Drift, ExitCode, MissingTool, Unusable
from orchestrator.models.events import EventType
from orchestrator.models.facts import (
    ApprovalGiven,
    AttemptEnded,
    AttemptStarted,
    RunEnded,
    RunStarted,
    TaskEnded,
    TaskWaiting,
)
from orchestrator.models.plan import PlannedCheck, PlannedGuard, RetryPolicy
from orchestrator.models.record import Measured
from orchestrator.models.status import Execution, FailureClass, OutcomeKind, RunState, TaskState

SEQUENCE = [group(execution=Execution.SEQUENTIAL)]


# ---------------------------------------------------------------- facts


def test_a_run_writes_its_facts_in_order_with_one_transaction_per_step() -> None:
    opening = RunStarted(run=RUN, kind="run", time=EPOCH, command=("run",), plan={}, tasks=(("1", ""), ("2", "")))
    stage = Stage(plan([task("1"), task("2")], SEQUENCE), opening=(opening,))
    result = stage.play()
    assert [[type(fact) for fact in facts] for facts in stage.ledger.transactions] == [
        [RunStarted, AttemptStarted],
        [AttemptEnded, TaskEnded, AttemptStarted],
        [AttemptEnded, TaskEnded],
        [RunEnded],
    ]
    assert (result.state, result.exit_code) == (RunState.SUCCEEDED, ExitCode.OK)
    assert stage.ledger.run_ended() == RunEnded(run=RUN, time=EPOCH, state=RunState.SUCCEEDED, exit_code=0, seconds=0.0)


@pytest.mark.parametrize("threaded", [False, True])
def test_an_attempt_begins_only_when_its_start_is_durable(threaded: bool) -> None:
    ledger = RecordingLedger(threaded=threaded)
    seen: list[bool] = []

    async def look(context: TaskContext) -> Outcome:
        seen.append(any(isinstance(fact, AttemptStarted) and fact.task == context.task.id for fact in ledger.committed))
        return changed("looked")

    names = [str(number) for number in range(20)]
    stage = Stage(plan([task(name) for name in names], limit=3), dict.fromkeys(names, look), ledger)
    assert stage.play().exit_code == 0
    assert seen == [True] * 20
    assert ledger.ended() == dict.fromkeys(names, "changed")


def test_an_attempt_is_recorded_with_all_that_it_said() -> None:
    outcome = Outcome(
        kind=OutcomeKind.FAILED,
        summary="two tests failed",
        detail="last lines",
        failure=FailureClass.FAILED,
        exit_code=1,
        outputs={"tests": 2},
    )
    stage = Stage(plan([task("1")]), {"1": outcome}, before={"1": 2})
    assert stage.play().exit_code == ExitCode.FAILED
    assert stage.ledger.last_attempt("1") == AttemptEnded(
        run=RUN,
        task="1",
        attempt=3,
        time=EPOCH,
        kind=OutcomeKind.FAILED,
        seconds=0.0,
        summary="two tests failed",
        detail="last lines",
        failure=FailureClass.FAILED,
        exit_code=1,
        outputs={"tests": 2},
    )


def test_a_blocked_task_ends_without_an_attempt_and_names_the_root() -> None:
    stage = Stage(plan([task("1"), task("2", after=["1"])]), {"1": failed("no")})
    assert stage.play().exit_code == ExitCode.FAILED
    assert stage.ledger.started() == ["1"]
    assert stage.ledger.committed[-2] == TaskEnded(
        run=RUN, task="2", state=TaskState.BLOCKED, time=EPOCH, reason="needs 1, which failed", cause="1"
    )


# ---------------------------------------------------------------- news


def test_news_tells_the_run_in_order() -> None:
    stage = Stage(
        plan([task("1"), task("2", "2.a")], phases=[phase("1"), phase("2", after=["1"])]), {"2": unchanged("was so")}
    )
    stage.play()
    recorder = stage.reporters[0]
    assert recorder.told() == [
        "run.started",
        "phase.started 1",
        "group.started 1.a",
        "task.started 1",
        "task.finished 1",
        "group.finished 1.a",
        "phase.finished 1",
        "phase.started 2",
        "group.started 2.a",
        "task.started 2",
        "task.finished 2",
        "group.finished 2.a",
        "phase.finished 2",
        "run.finished",
    ]
    assert [event.seq for event in recorder.events] == list(range(1, 15))
    assert recorder.started
    assert recorder.closed
    finished = recorder.of(EventType.TASK_FINISHED)[1]
    assert (finished.phase, finished.group, finished.attempt) == ("2", "2.a", 1)
    assert (finished.data["state"], finished.data["summary"]) == ("unchanged", "was so")
    assert recorder.events[-1].data["counts"] == {"changed": 1, "unchanged": 1}


def test_an_end_is_announced_only_when_it_is_durable() -> None:
    class Watching(Recorder):
        def handle(self, event: Any) -> None:
            super().handle(event)
            if event.type is EventType.TASK_FINISHED:
                assert event.task in stage.ledger.ended()

    stage = Stage(plan([task("1"), task("2")], SEQUENCE), ledger=RecordingLedger(threaded=True), reporters=[Watching()])
    stage.play()
    assert stage.reporters[0].told()[-1] == "run.finished"  # it would have been dropped


def test_progress_goes_over_the_bus_without_secrets() -> None:
    async def talk(context: TaskContext) -> Outcome:
        context.say("token is s3cret")
        return changed("done with s3cret", token="s3cret")

    stage = Stage(plan([task("1", outputs={"token": "token"})]), {"1": talk})
    stage.tools = replace(stage.tools, redact=hide)
    stage.play()
    assert stage.reporters[0].of(EventType.TASK_PROGRESS)[0].data == {"text": "token is ***"}
    ended = stage.ledger.last_attempt("1")
    assert (ended.summary, ended.outputs) == ("done with ***", {"token": "***"})


def hide(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: hide(entry) for key, entry in value.items()}
    return value.replace("s3cret", "***")


def test_a_broken_reporter_changes_nothing() -> None:
    class Broken(Recorder):
        def handle(self, event: Any) -> None:
            raise RuntimeError("no screen")

    stage = Stage(plan([task("1"), task("2", after=["1"])]), reporters=[Broken(), Recorder()])
    assert stage.play().exit_code == 0
    assert stage.ledger.ended() == {"1": "changed", "2": "changed"}


# ---------------------------------------------------------------- retries


def test_a_transient_failure_is_repeated_after_a_pause() -> None:
    policy = RetryPolicy(attempts=3, delay=5.0, backoff=2.0)
    no = failed("busy", failure=FailureClass.TRANSIENT)
    stage = Stage(plan([task("1", retry=policy)]), {"1": [no, no, changed("did it")]})
    assert stage.play().exit_code == 0
    assert stage.ledger.attempts("1") == ["failed", "failed", "changed"]
    assert stage.clock.moment == 15.0
    assert [event.data["pause"] for event in stage.reporters[0].of(EventType.TASK_RETRY)] == [5.0, 10.0]


def test_other_tasks_run_during_a_pause() -> None:
    policy = RetryPolicy(attempts=2, delay=60.0)
    script = {"1": [failed("busy", failure=FailureClass.TRANSIENT), changed("did it")]}
    stage = Stage(plan([task("1", retry=policy), task("2")], limit=1), script)
    stage.play()
    assert stage.ledger.started() == ["1", "2", "1"]


def test_a_failure_of_another_class_is_not_repeated() -> None:
    stage = Stage(plan([task("1", retry=RetryPolicy(attempts=3))]), {"1": [failed("the tests fail")]})
    assert stage.play().exit_code == ExitCode.FAILED
    assert stage.ledger.attempts("1") == ["failed"]


def test_attempts_of_an_earlier_part_of_the_run_do_not_use_up_the_policy() -> None:
    no = failed("busy", failure=FailureClass.TRANSIENT)
    stage = Stage(plan([task("1", retry=RetryPolicy(attempts=2))]), {"1": [no, changed("did it")]}, before={"1": 7})
    assert stage.play().exit_code == 0
    assert [fact.attempt for fact in stage.ledger.committed if isinstance(fact, AttemptStarted)] == [8, 9]


# ---------------------------------------------------------------- what needs no attempt


def test_a_task_that_the_plan_skips_is_skipped_without_an_attempt() -> None:
    stage = Stage(plan([task("1", skip_reason="`when` is false: false"), task("2", after=["1"])]))
    assert stage.play().exit_code == 0
    assert stage.ledger.started() == ["2"]
    assert stage.ledger.ended() == {"1": "skipped", "2": "changed"}
    assert stage.ledger.reasons()["1"] == "`when` is false: false"


def test_a_late_when_is_decided_with_the_outputs_of_earlier_tasks() -> None:
    tasks = [
        task("1", outputs={"yes": "found"}),
        task("2", after=["1"], when="1"),
        task("3", "1.b", when="1", after=["1"]),
    ]
    stage = Stage(plan(tasks), {"1": changed("looked", found=False)})
    assert stage.play().exit_code == 0
    assert stage.ledger.ended() == {"1": "changed", "2": "skipped", "3": "skipped"}
    assert stage.ledger.reasons()["2"] == "`when` is false: 1"


def test_a_when_that_cannot_be_evaluated_fails_the_task_without_an_attempt() -> None:
    stage = Stage(plan([task("1", when="unknown")]))
    assert stage.play().exit_code == ExitCode.FAILED
    assert stage.ledger.started() == []
    assert stage.ledger.ended() == {"1": "failed"}


def test_late_params_and_environment_are_rendered_just_before() -> None:
    stage = Stage(plan([task("1"), task("2", after=["1"], params={"x": "{{ }}"}, late=("x",))]))
    assert stage.play().exit_code == 0
    assert stage.handler.contexts["2"].task.env == {"BOUND": "['1']"}


def test_many_skipped_tasks_do_not_keep_the_loop_from_others() -> None:
    names = [str(number) for number in range(500)]
    stage = Stage(plan([task(name, skip_reason="no") for name in names], limit=4))
    assert stage.play().exit_code == 0
    assert len(stage.ledger.ended()) == 500


# ---------------------------------------------------------------- checkpoints and guards


def test_a_checkpoint_is_measured_recorded_and_announced() -> None:
    of = plan([task("1"), task("2", "1.b")], [group(checkpoint=CHECK), group("1.b", after=["1.a"])])
    stage = Stage(
        of, measurements={"group 1.a": Measurement(ok=True, message="81 %", value=81.0, limit=80.0, unit="%")}
    )
    assert stage.play().exit_code == 0
    (fact,) = [fact for fact in stage.ledger.committed if isinstance(fact, Measured)]
    assert fact == Measured(
        run=RUN,
        scope="group 1.a",
        time=EPOCH,
        type="probe",
        title="",
        ok=True,
        value=81.0,
        limit=80.0,
        unit="%",
        message="81 %",
        seconds=0.0,
    )
    assert stage.reporters[0].of(EventType.CHECKPOINT)[0].data["value"] == 81.0
    assert stage.ledger.started() == ["1", "2"]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (False, "measured"),
        (RuntimeError("no report"), "cannot be measured: RuntimeError: no report"),
        (SystemExit(3), "cannot be measured: the handler called sys.exit(3)"),
        (asyncio.CancelledError(), "cannot be measured: it cancelled itself"),
        ("81 %", "cannot be measured: got str instead of a measurement"),
    ],
)
def test_what_does_not_hold_or_cannot_be_measured_ends_with_8(answer: Any, message: str) -> None:
    of = plan([task("1"), task("2", "1.b")], [group(checkpoint=CHECK), group("1.b", after=["1.a"])])
    stage = Stage(of, measurements={"group 1.a": answer})
    assert stage.play().exit_code == ExitCode.REFUSED
    assert stage.ledger.ended() == {"1": "changed", "2": "blocked"}
    assert [fact.message for fact in stage.ledger.committed if isinstance(fact, Measured)] == [message]


def test_a_failed_task_outranks_a_failed_checkpoint() -> None:
    of = plan([task("1"), task("2", "1.b")], [group(checkpoint=CHECK), group("1.b")])
    assert Stage(of, {"2": failed("no")}, measurements={"group 1.a": False}).play().exit_code == ExitCode.FAILED


def test_checkpoints_see_the_states_of_their_scope() -> None:
    seen: list[Any] = []

    class Curious(Stage):
        async def measure(self, check: Any, scope: str, states: Any, tasks: Any, context: Any) -> Measurement:
            seen.append((scope, dict(states), [item.id for item in tasks], context))
            return Measurement(ok=True, message="")

    Curious(plan([task("1"), task("2", "1.b")], [group(), group("1.b")], [phase(checkpoint=CHECK)])).play()
    assert seen == [("phase 1", {"1": "changed", "2": "changed"}, ["1", "2"], None)]


@pytest.mark.parametrize(("commands", "at_once"), [(("pytest", "pytest"), 1), (("pytest", "jest"), 2), (("", ""), 2)])
def test_checkpoints_that_run_the_same_command_take_turns(commands: tuple[str, str], at_once: int) -> None:
    running, most = 0, 0

    class Busy(Stage):
        async def measure(self, check: Any, scope: str, states: Any, tasks: Any, context: Any) -> Measurement:
            nonlocal running, most
            running += 1
            most = max(most, running)
            for _ in range(20):
                await asyncio.sleep(0)
            running -= 1
            return Measurement(ok=True, message="")

    checks = [PlannedCheck(type="probe", params={"command": [each]} if each else {}) for each in commands]
    groups = [group("1.a", checkpoint=(checks[0],)), group("1.b", checkpoint=(checks[1],))]
    Busy(plan([task("1"), task("2", "1.b")], groups)).play()
    assert most == at_once


def test_a_guard_that_says_no_blocks_its_scope_and_ends_with_8() -> None:
    stage = Stage(plan([task("1"), task("2", "1.b")], [group(guards=GUARD), group("1.b")]), guards={"group 1.a": False})
    assert stage.play().exit_code == ExitCode.REFUSED
    assert stage.ledger.ended() == {"1": "blocked", "2": "changed"}
    assert [fact.scope for fact in stage.ledger.committed if isinstance(fact, Measured)] == ["guard of group 1.a"]


def test_a_guard_that_only_warns_lets_the_work_go_on() -> None:
    guards = (PlannedGuard(type="probe", on_fail="warn"),)
    stage = Stage(plan([task("1")], [group(guards=guards)]), guards={"group 1.a": False})
    assert stage.play().exit_code == 0
    assert stage.reporters[0].of(EventType.GUARD)[0].data["ok"] is False


def test_a_guard_that_stops_ends_the_run() -> None:
    guards = (PlannedGuard(type="probe", on_fail="stop"),)
    of = plan(
        [task("1"), task("2", "1.b", after=["3"]), task("3", "1.b")], [group(guards=guards), group("1.b")], limit=1
    )
    stage = Stage(of, guards={"group 1.a": False})
    assert stage.play().exit_code == ExitCode.REFUSED
    assert set(stage.ledger.ended().values()) == {"cancelled"}


def test_a_guard_without_anybody_to_answer_it_says_no() -> None:
    stage = Stage(plan([task("1")], guards=GUARD))
    stage.ask = None  # type: ignore[assignment, method-assign]
    assert stage.play().exit_code == ExitCode.REFUSED


def test_a_dry_run_lists_checkpoints_and_asks_no_guards() -> None:
    of = plan([task("1"), task("2", "1.b")], [group(checkpoint=CHECK, guards=GUARD), group("1.b", after=["1.a"])])
    stage = Stage(of, dry_run=True)
    assert stage.play().exit_code == 0
    assert stage.measured == []
    assert stage.reporters[0].of(EventType.CHECKPOINT)[0].data["listed"] == ["probe"]
    assert stage.handler.contexts["1"].dry_run is True
    assert stage.ledger.ended() == {"1": "changed", "2": "changed"}


# ---------------------------------------------------------------- waiting for a person


def test_a_run_goes_on_around_a_question_and_ends_with_7() -> None:
    stage = Stage(plan([task("1"), task("2", after=["1"]), task("3")]), {"1": waiting("may I?")})
    result = stage.play()
    assert (result.exit_code, result.state) == (ExitCode.WAITING, RunState.WAITING)
    assert {name: state.value for name, state in result.states.items()} == {
        "1": "waiting",
        "2": "pending",
        "3": "changed",
    }
    assert TaskWaiting(run=RUN, task="1", time=EPOCH, question="may I?") in stage.ledger.committed
    assert stage.reporters[0].of(EventType.TASK_WAITING)[0].data == {"question": "may I?"}


def test_a_failure_beside_a_question_ends_with_1() -> None:
    result = Stage(plan([task("1"), task("2")]), {"1": waiting("?"), "2": failed("no")}).play()
    assert (result.exit_code, result.state) == (ExitCode.FAILED, RunState.FAILED)


APPROVED = ApprovalGiven(run=RUN, task="1", time=EPOCH, decision="approved", by="ada")


def test_a_decision_that_arrives_during_the_run_is_handed_to_another_attempt() -> None:
    async def ask(context: TaskContext) -> Outcome:
        if context.decision is None:
            return waiting("may I?")
        return changed(f"{context.decision.decision} by {context.decision.by}")

    async def decide(context: TaskContext) -> Outcome:
        await stage.ledger.appended(TaskWaiting)
        stage.ledger.append([APPROVED])
        assert await stage.executor.hear()
        return changed("decided")

    stage = Stage(plan([task("1"), task("2"), task("3", after=["1"])]), {"1": ask, "2": decide})
    assert stage.play().exit_code == 0
    assert stage.ledger.attempts("1") == ["waiting", "changed"]
    assert stage.ledger.last_attempt("1").summary == "approved by ada"
    assert stage.ledger.ended()["3"] == "changed"


def test_a_skip_by_a_person_satisfies_what_follows() -> None:
    stage = Stage(plan([task("1"), task("2", after=["1"])]), {"1": skipped("not needed")})
    assert stage.play().exit_code == 0
    assert stage.ledger.ended() == {"1": "skipped", "2": "changed"}


# ---------------------------------------------------------------- fail_fast, keep_going, resume


def test_fail_fast_cancels_what_runs_and_records_its_end() -> None:
    stage = Stage(
        plan([task("1"), task("2"), task("3")], [group(fail_fast=True, max_parallel=2)]),
        {"1": failed("no"), "2": never()},
    )
    assert stage.play().exit_code == ExitCode.FAILED
    assert stage.ledger.ended() == {"1": "failed", "2": "cancelled", "3": "cancelled"}
    assert stage.ledger.attempts("2") == ["cancelled"]


def test_keep_going_overrides_fail_fast() -> None:
    stage = Stage(
        plan([task("1"), task("2")], [group(fail_fast=True, max_parallel=1)]), {"1": failed("no")}, keep_going=True
    )
    stage.play()
    assert stage.ledger.ended() == {"1": "failed", "2": "changed"}


def test_an_exclusive_task_has_the_machine_for_itself() -> None:
    together: list[int] = []
    running = 0

    async def count(context: TaskContext) -> Outcome:
        nonlocal running
        running += 1
        for _ in range(5):
            await asyncio.sleep(0)
            if context.task.exclusive:
                together.append(running)
        running -= 1
        return changed("counted")

    names = [str(number) for number in range(8)]
    tasks = [task(name, exclusive=name in "36") for name in names]
    assert Stage(plan(tasks, limit=4), dict.fromkeys(names, count)).play().exit_code == 0
    assert together == [1] * 10


def test_what_is_done_is_not_done_again() -> None:
    stage = Stage(plan([task("1"), task("2", after=["1"])]), done={"1": TaskState.CHANGED})
    result = stage.play()
    assert stage.ledger.started() == ["2"]
    assert result.states["1"] is TaskState.CHANGED


def test_an_empty_plan_ends_well() -> None:
    assert Stage(plan([])).play().exit_code == 0


# ---------------------------------------------------------------- exit codes of expected errors


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Drift("a.txt was changed", detail="three versions"), ExitCode.DRIFT),
        (MissingTool("no npx", hint="install node"), ExitCode.MISSING_TOOL),
        (Unusable("the disk is full"), ExitCode.UNUSABLE),
    ],
)
def test_an_expected_error_decides_the_exit_code_and_is_not_retried(error: Exception, code: ExitCode) -> None:
    policy = RetryPolicy(attempts=3, on=tuple(FailureClass))
    stage = Stage(plan([task("1", retry=policy)]), {"1": error})
    assert stage.play().exit_code == code
    assert stage.ledger.attempts("1") == ["failed"]


def test_an_unusable_workspace_stops_the_run() -> None:
    error = Unusable("the disk is full", hint="free some space")
    stage = Stage(plan([task("1"), task("2"), task("3")], limit=2), {"1": error, "2": never()})
    result = stage.play()
    assert (result.error, result.state) == (error, RunState.FAILED)
    assert stage.ledger.ended() == {"1": "failed", "2": "cancelled", "3": "cancelled"}


def test_a_task_that_says_it_was_cancelled_is_not_a_success() -> None:
    result = Stage(plan([task("1")]), {"1": Outcome(kind=OutcomeKind.CANCELLED)}).play()
    assert (result.exit_code, result.states["1"]) == (ExitCode.FAILED, TaskState.CANCELLED)


def test_a_bug_of_ours_ends_the_run_in_order_and_is_raised() -> None:
    class Buggy(TaskAttempts):
        async def carry_out(self, ready: Ready) -> AttemptEnd:
            raise ZeroDivisionError("our own")

    stage = Stage(plan([task("1"), task("2")], SEQUENCE), attempts_class=Buggy)
    with pytest.raises(ZeroDivisionError, match="our own"):
        stage.play()
    assert stage.ledger.run_ended().exit_code == ExitCode.INTERNAL
    assert stage.ledger.ended() == {"1": "cancelled", "2": "blocked"}


def test_a_bug_in_the_loop_itself_is_raised_without_a_group_around_it() -> None:
    class Buggy(TaskAttempts):
        def prepare(self, *arguments: Any) -> Any:
            raise ZeroDivisionError("our own")

    stage = Stage(plan([task("1")]), attempts_class=Buggy)
    with pytest.raises(ZeroDivisionError, match="our own"):
        stage.play()


@pytest.mark.parametrize("where", ["checkpoint", "guards", "verify"])
def test_an_unusable_workspace_found_while_measuring_stops_the_run(where: str) -> None:
    error = Unusable("the log cannot be written")
    checks = {"checkpoint": {"checkpoint": CHECK}, "guards": {"guards": GUARD}}.get(where, {})
    of = plan([task("1", verify=CHECK if where == "verify" else ()), task("2", "1.b")], [group(**checks), group("1.b")])
    answers = {"group 1.a": error, "task 1": error}
    stage = Stage(of, {"2": never()}, measurements=answers, guards=answers)
    result = stage.play()
    assert (result.exit_code, result.error) == (ExitCode.UNUSABLE, error)
    assert stage.ledger.ended()["2"] == "cancelled"


# ---------------------------------------------------------------- stopping


def stopping_after_start(stage: Stage, *signals: int) -> Any:
    async def act(context: TaskContext) -> Outcome:
        for number in signals:
            stage.executor.request_stop(number)
        await asyncio.Event().wait()
        raise AssertionError

    return act


@pytest.mark.parametrize(
    ("number", "code", "reason"),
    [
        (signal.SIGINT, ExitCode.SIGINT, "stopped by Ctrl-C"),
        (signal.SIGTERM, ExitCode.SIGTERM, "asked by `orchestrate cancel` or SIGTERM"),
        (signal.SIGHUP, ExitCode.SIGHUP, "the terminal is gone"),
    ],
)
def test_a_signal_ends_what_runs_records_it_and_decides_the_exit_code(number: int, code: ExitCode, reason: str) -> None:
    stage = Stage(plan([task("1"), task("2"), task("3")], limit=2), {"2": never()})
    stage.handler.script["1"] = stopping_after_start(stage, number)
    result = stage.play()
    assert (result.exit_code, result.state) == (code, RunState.CANCELLED)
    assert stage.ledger.ended() == {"1": "cancelled", "2": "cancelled", "3": "cancelled"}
    assert stage.ledger.attempts("1") == ["cancelled"]
    assert stage.hurried == []
    assert stage.reporters[0].of(EventType.RUN_STOPPING)[0].data == {"reason": reason, "at_once": False}


def test_a_second_signal_hurries_and_the_first_decides_the_exit_code() -> None:
    stage = Stage(plan([task("1")]))
    stage.handler.script["1"] = stopping_after_start(stage, signal.SIGINT, signal.SIGTERM)
    assert stage.play().exit_code == ExitCode.SIGINT
    assert stage.hurried == [True]


def test_a_signal_before_the_start_is_durable_calls_the_task_off() -> None:
    class Held(RecordingLedger):
        def _finish(self, *transaction: Any) -> None:
            self.release = lambda: RecordingLedger._finish(self, *transaction)
            if self.calls > 1:
                self.release()

    stage = Stage(plan([task("1")]), ledger=Held())

    async def go() -> Any:
        executor = stage.make()
        appended = stage.ledger.appended(AttemptStarted)
        run = asyncio.ensure_future(executor.run())
        await appended
        executor.request_stop(signal.SIGINT)
        stage.ledger.release()  # type: ignore[attr-defined]
        return await run

    result = asyncio.run(go())
    assert result.exit_code == ExitCode.SIGINT
    assert stage.handler.ran == []
    assert stage.ledger.attempts("1") == ["cancelled"]
    assert stage.ledger.last_attempt("1").summary == "was cancelled before it began"


def test_a_stop_during_a_measuring_gives_it_up_without_a_verdict() -> None:
    stage = Stage(plan([task("1")], [group(checkpoint=CHECK)]))

    async def measure_for_ever() -> bool:
        stage.executor.request_stop(signal.SIGINT)
        await asyncio.Event().wait()
        return True

    stage.measurements["group 1.a"] = measure_for_ever
    assert stage.play().exit_code == ExitCode.SIGINT
    assert not [fact for fact in stage.ledger.committed if isinstance(fact, Measured)]


def test_a_stop_during_a_pause_does_not_wait_for_its_end() -> None:
    stage = Stage(plan([task("1", retry=RetryPolicy(attempts=2, delay=1e6)), task("2")]))
    stage.clock.call_at = lambda moment, callback: lambda: None  # type: ignore[method-assign]

    async def stop(context: TaskContext) -> Outcome:
        await stage.ledger.appended(AttemptEnded)
        stage.executor.request_stop(signal.SIGTERM)
        return changed("stopped it")

    stage.handler.script.update({"1": failed("busy", failure=FailureClass.TRANSIENT), "2": stop})
    assert stage.play().exit_code == ExitCode.SIGTERM
    assert stage.ledger.ended()["1"] == "cancelled"


def test_a_stop_while_guards_are_asked_gives_them_up() -> None:
    stage = Stage(plan([task("1")], [group(guards=GUARD)]))

    async def answer_never() -> bool:
        stage.executor.request_stop(signal.SIGINT)
        await asyncio.Event().wait()
        return True

    stage.guards["group 1.a"] = answer_never
    assert stage.play().exit_code == ExitCode.SIGINT
    assert stage.ledger.ended() == {"1": "cancelled"}


def test_a_question_asked_while_the_group_is_being_cancelled_is_cancelled() -> None:
    async def ask(context: TaskContext) -> Outcome:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return waiting("may I?")

    stage = Stage(plan([task("1"), task("2")], [group(fail_fast=True)]), {"1": failed("no"), "2": ask})
    stage.play()
    assert stage.ledger.ended() == {"1": "failed", "2": "cancelled"}


def test_drain_lets_what_runs_end_well() -> None:
    async def drain(context: TaskContext) -> Outcome:
        stage.executor.drain()
        await asyncio.sleep(0)
        return changed("ended well")

    stage = Stage(plan([task("1"), task("2")], limit=1), {"1": drain})
    stage.play()
    assert stage.ledger.ended() == {"1": "changed", "2": "cancelled"}


def test_a_cancelled_caller_gets_an_orderly_end() -> None:
    stage = Stage(plan([task("1"), task("2")], limit=1))
    begun = asyncio.Event()

    async def begin(context: TaskContext) -> Outcome:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    stage.handler.script["1"] = begin

    async def go() -> None:
        run = asyncio.ensure_future(stage.make().run())
        await begun.wait()
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run

    asyncio.run(go())
    assert stage.ledger.ended() == {"1": "cancelled", "2": "cancelled"}
    assert stage.ledger.run_ended().exit_code == ExitCode.SIGTERM


# ---------------------------------------------------------------- a ledger that fails


@pytest.mark.parametrize("threaded", [False, True])
@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_a_ledger_that_fails_at_any_append_stops_the_run_with_10(number: int, threaded: bool) -> None:
    error = Unusable("the disk is full")
    ledger = RecordingLedger(refuse_from=number, error=error, threaded=threaded)
    stage = Stage(plan([task("1"), task("2"), task("3")], SEQUENCE), ledger=ledger)
    result = stage.play()
    assert (result.exit_code, result.error) == (ExitCode.UNUSABLE, error)
    assert stage.handler.ran == ["1", "2", "3"][: max(0, number - 1)][:3]


def test_a_ledger_that_fails_ends_what_runs() -> None:
    ledger = RecordingLedger(refuse_from=2, error=Unusable("the disk is full"))
    stage = Stage(plan([task("1"), task("2")]), {"2": never()}, ledger)
    assert stage.play().exit_code == ExitCode.UNUSABLE
    assert stage.handler.ran == ["1", "2"]


def test_a_ledger_that_raises_at_once_is_no_different() -> None:
    class Raising(RecordingLedger):
        def append(self, facts: Any) -> Any:
            raise Unusable("it is closed")

    assert Stage(plan([task("1")]), ledger=Raising()).play().exit_code == ExitCode.UNUSABLE


def test_a_bug_in_the_ledger_is_raised_after_an_orderly_end() -> None:
    ledger = RecordingLedger(refuse_from=2, error=TypeError("not JSON"))
    with pytest.raises(TypeError, match="not JSON"):
        Stage(plan([task("1")]), ledger=ledger).play()
