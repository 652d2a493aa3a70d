"""What every ledger promises, in memory or in a file, to the one who writes and to those who read."""

from collections.abc import Callable

import pytest
from ledger_facts import (
    Ledgers,
    approval,
    at,
    attempt,
    attempt_end,
    change,
    done,
    ended,
    everything,
    intended,
    measured,
    resumed,
    rolled_back,
    started,
    task_end,
    undone,
    waits,
)
from msgspec.structs import replace

from orchestrator.errors import DecisionRefused, UsageError
from orchestrator.ledger.memory import MemoryLedger
from orchestrator.ledger.rows import FactRefused
from orchestrator.ledger.sqlite import SqliteLedger
from orchestrator.models.facts import AttemptStarted, DecisionHeard, Fact, RunEnded, RunResumed
from orchestrator.models.record import ApprovalRecord, AttemptRecord, Break, LastSuccess, TaskRecord
from orchestrator.models.status import FailureClass, OutcomeKind, RunState, TaskState

DEFINITIONS = {"1.1": "def 1.1", "1.2": "def 1.2"}


def states(ledgers: Ledgers, run: str = "r1") -> dict[str, TaskState]:
    return {task.id: task.state for task in ledgers.read.read_run(run).tasks}


# ---------------------------------------------------------------- one run


def test_a_new_run_has_all_its_tasks_pending(ledgers: Ledgers) -> None:
    ledgers.append(started())
    record = ledgers.read.read_run("r1")
    assert record.tasks == (
        TaskRecord(id="1.1", definition="def 1.1", state=TaskState.PENDING),
        TaskRecord(id="1.2", definition="def 1.2", state=TaskState.PENDING),
    )
    assert (record.kind, record.started, record.state, record.command, record.plan, record.ended, record.undoes) == (
        "run",
        at(0),
        RunState.RUNNING,
        ("orchestrate", "run"),
        {"tasks": ["1.1", "1.2"]},
        None,
        None,
    )


def test_a_task_is_read_back_with_its_attempts(ledgers: Ledgers) -> None:
    ledgers.append(started())
    ledgers.append(attempt("1.1"))
    ledgers.append(attempt_end("1.1", OutcomeKind.TIMED_OUT, failure=FailureClass.TIMEOUT, detail="last line"))
    ledgers.append(attempt("1.1", 2))
    fields = {"summary": "edited", "log": "logs/1.1.2.log", "outputs": {"lines": 81.5}, "exit_code": 0}
    ledgers.append(attempt_end("1.1", number=2, **fields), task_end("1.1", reason="edited"))
    assert ledgers.read.read_run("r1").tasks[0] == TaskRecord(
        id="1.1",
        definition="def 1.1",
        state=TaskState.CHANGED,
        reason="edited",
        attempts=(
            AttemptRecord(
                number=1,
                started=at(1),
                ended=at(3),
                kind=OutcomeKind.TIMED_OUT,
                seconds=2.5,
                failure=FailureClass.TIMEOUT,
                detail="last line",
            ),
            AttemptRecord(
                number=2,
                started=at(1),
                ended=at(3),
                kind=OutcomeKind.CHANGED,
                seconds=2.5,
                summary="edited",
                log="logs/1.1.2.log",
                exit_code=0,
            ),
        ),
        outputs={"lines": 81.5},
    )


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ((attempt(),), TaskState.RUNNING),
        ((attempt(), attempt_end(kind=OutcomeKind.FAILED)), TaskState.READY),
        ((attempt(), attempt_end(kind=OutcomeKind.WAITING), waits()), TaskState.WAITING),
        ((waits(), approval()), TaskState.WAITING),
        ((waits(), approval(), resumed(again=("1.1",))), TaskState.PENDING),
        ((attempt(), attempt_end(), task_end(state=TaskState.FAILED, reason="verify")), TaskState.FAILED),
        ((task_end(state=TaskState.BLOCKED, cause="0.9"),), TaskState.BLOCKED),
        (done(state=TaskState.UNCHANGED), TaskState.UNCHANGED),
        ((*done(), resumed(again=("1.1",))), TaskState.PENDING),
    ],
)
def test_the_newest_fact_of_a_task_says_how_it_stands(
    ledgers: Ledgers, facts: tuple[object, ...], expected: TaskState
) -> None:
    ledgers.append(started(), *facts)  # type: ignore[arg-type]
    assert states(ledgers) == {"1.1": expected, "1.2": TaskState.PENDING}


def test_a_blocked_task_names_the_one_that_failed_first(ledgers: Ledgers) -> None:
    ledgers.append(started(), task_end("1.2", TaskState.BLOCKED, reason="1.1 failed", cause="1.1"))
    task = ledgers.read.read_run("r1").tasks[1]
    assert (task.reason, task.cause) == ("1.1 failed", "1.1")


def test_the_end_of_a_run_is_read_back(ledgers: Ledgers) -> None:
    ledgers.append(started(), ended(state=RunState.FAILED, exit_code=1))
    record = ledgers.read.read_run("r1")
    assert (record.state, record.exit_code, record.seconds, record.ended) == (RunState.FAILED, 1, 60.5, at(60))


def test_the_seconds_of_a_resumed_run_are_those_of_its_parts(ledgers: Ledgers) -> None:
    again = RunEnded(run="r1", time=at(107), state=RunState.SUCCEEDED, exit_code=0, seconds=7.0)
    ledgers.append(started(), ended(state=RunState.WAITING, exit_code=7), resumed(), again)
    record = ledgers.read.read_run("r1")
    assert (record.seconds, record.breaks) == (67.5, (Break(since=at(60), until=at(100)),))
    assert ledgers.read.runs()[0].seconds == 67.5


def test_a_part_that_was_killed_counts_until_its_last_word(ledgers: Ledgers) -> None:
    again = RunEnded(run="r1", time=at(107), state=RunState.SUCCEEDED, exit_code=0, seconds=7.0)
    ledgers.append(started(), *done("1.1"), waits("1.2"), approval("1.2"), resumed(), again)
    record = ledgers.read.read_run("r1")
    assert (record.seconds, record.breaks) == (10.0, (Break(since=at(3), until=at(100)),))
    assert ledgers.read.runs()[0].seconds == 10.0


def test_each_part_that_was_killed_counts_until_its_own_last_word(ledgers: Ledgers) -> None:
    later = RunResumed(run="r1", time=at(200), again=(), tasks=())
    again = RunEnded(run="r1", time=at(207), state=RunState.SUCCEEDED, exit_code=0, seconds=7.0)
    second = AttemptStarted(run="r1", task="1.2", attempt=1, time=at(110))
    ledgers.append(started(), *done("1.1"), resumed(), second, later, again, started("r2"), ended("r2"))
    record = ledgers.read.read_run("r1")
    assert record.seconds == 3 + 10 + 7
    assert [summary.seconds for summary in ledgers.read.runs()] == [60.5, record.seconds]


def test_a_resumed_run_runs_again_with_its_definitions_of_now(ledgers: Ledgers) -> None:
    ledgers.append(started(), *done("1.1"), ended(state=RunState.CANCELLED, exit_code=130))
    ledgers.append(resumed(tasks=(("1.2", "newer"), ("1.3", "added"))))
    record = ledgers.read.read_run("r1")
    assert (record.state, record.ended, record.exit_code) == (RunState.RUNNING, None, None)
    assert [(task.id, task.definition, task.state) for task in record.tasks] == [
        ("1.1", "def 1.1", TaskState.CHANGED),
        ("1.2", "newer", TaskState.PENDING),
        ("1.3", "added", TaskState.PENDING),
    ]


def test_nothing_runs_in_a_run_that_has_ended(ledgers: Ledgers) -> None:
    ledgers.append(started(), attempt("1.1"), attempt("1.2"), attempt_end("1.2", OutcomeKind.FAILED), ended())
    assert states(ledgers) == {"1.1": TaskState.INTERRUPTED, "1.2": TaskState.PENDING}


def test_changes_come_in_the_order_in_which_they_were_made(ledgers: Ledgers) -> None:
    first, second = change("a"), change("b/c", "1" * 64, None, mode_before=0o755, folders=("b",))
    third = change("d", kind="link")
    ledgers.append(started(), intended(first, second))
    ledgers.append(intended(third, task="1.2", external=True))
    changes = ledgers.read.read_run("r1").changes
    assert [(each.change, each.task, each.external, each.state) for each in changes] == [
        (first, "1.1", False, "made"),
        (second, "1.1", False, "made"),
        (third, "1.2", True, "made"),
    ]
    assert [each.seq for each in changes] == [2, 3, 4]


def test_changes_that_were_rolled_back_say_so_and_later_ones_do_not(ledgers: Ledgers) -> None:
    ledgers.append(started(), intended(change("a")), rolled_back(), intended(change("a")))
    ledgers.append(intended(change("b"), number=2))
    assert [each.state for each in ledgers.read.read_run("r1").changes] == ["rolled_back", "made", "made"]


def test_changes_that_were_undone_say_so_until_the_undo_is_undone(ledgers: Ledgers) -> None:
    ledgers.append(started(), intended(change("a")), *done(), ended())
    ledgers.append(started("u1", ("1.1",), kind="undo", undoes="r1"), undone("1.1", "r1", "u1"), ended("u1"))
    assert [each.state for each in ledgers.read.read_run("r1").changes] == ["undone"]
    ledgers.append(started("u2", ("1.1",), kind="undo", undoes="u1"), undone("1.1", "u1", "u2"), ended("u2"))
    assert [each.state for each in ledgers.read.read_run("r1").changes] == ["made"]


def test_measurements_are_read_back_whole(ledgers: Ledgers) -> None:
    first = measured(value=81.5, limit=80.0, unit="%", source="cov.json", message="fine", details={"files": [1, 2]})
    second = measured(ok=False, scope="group 1.b")
    ledgers.append(started(), first, second)
    assert ledgers.read.read_run("r1").measurements == (first, second)


def test_a_question_is_asked_and_answered(ledgers: Ledgers) -> None:
    ledgers.append(started(), waits("1.1", "deployed?"), waits("1.2", "reviewed?"))
    open_ = ApprovalRecord(task="1.2", asked=at(4), question="reviewed?")
    ledgers.append(approval("1.1", "rejected", note="not yet", evidence="log.txt"))
    answered = ApprovalRecord(
        task="1.1", asked=at(4), question="deployed?", decision="rejected", by="ada", note="not yet", evidence="log.txt"
    )
    assert ledgers.read.read_run("r1").approvals == (answered, open_)
    assert ledgers.read.approvals("r1") == (answered, open_)


def test_a_question_asked_again_after_a_resume_is_one_question(ledgers: Ledgers) -> None:
    ledgers.append(started(), waits(), resumed(again=("1.1",)), waits())
    assert len(ledgers.read.read_run("r1").approvals) == 1


def test_an_approval_may_come_before_the_question(ledgers: Ledgers) -> None:
    ledgers.append(started(), attempt("1.1"), approval("1.1", heard=True))
    given = ledgers.read.read_run("r1").approvals
    assert given == (ApprovalRecord(task="1.1", asked=at(50), question="", decision="approved", by="ada"),)


UNANSWERED = (started(), attempt(), waits())
HEARD = DecisionHeard(run="r1", task="1.1", time=at(51), state=TaskState.RUNNING)
PUT_OFF = (*UNANSWERED, attempt_end(kind=OutcomeKind.WAITING))


@pytest.mark.parametrize(
    ("before", "decision"),
    [
        ((started(),), approval()),  # nobody was asked
        ((*UNANSWERED, approval(), HEARD), approval(decision="rejected")),  # it is being carried out
        ((*UNANSWERED, approval(heard=True)), approval(decision="rejected")),
        ((*UNANSWERED, approval(), HEARD, *done()[1:]), approval()),  # the task has ended
        ((*UNANSWERED, approval()), approval(decision="rejected", heard=True)),  # somebody was first
        ((*UNANSWERED, approval(), HEARD), approval(decision="rejected", heard=True)),
        ((*UNANSWERED, approval(), resumed(again=("1.1",))), approval()),
    ],
)
def test_a_decision_that_cannot_be_taken_any_more_is_refused(
    ledgers: Ledgers, before: tuple[Fact, ...], decision: Fact
) -> None:
    ledgers.append(*before)
    with pytest.raises(DecisionRefused, match=r"task 1\.1 does not wait for a decision"):
        ledgers.append(decision)
    assert ledgers.read.read_run("r1").state is RunState.RUNNING


@pytest.mark.parametrize(
    ("before", "decisions"),
    [
        (UNANSWERED, ["rejected"]),
        ((*UNANSWERED, approval()), ["rejected"]),  # somebody thought better of it
        (PUT_OFF, ["rejected"]),
        ((*UNANSWERED, approval(), HEARD, waits()), ["approved", "rejected"]),
    ],
)
def test_a_decision_is_taken_as_long_as_the_task_waits(
    ledgers: Ledgers, before: tuple[Fact, ...], decisions: list[str]
) -> None:
    ledgers.append(*before)
    [task] = ledgers.read.read_run("r1").tasks[:1]
    assert task.state is TaskState.WAITING
    ledgers.append(approval(decision="rejected"))
    given = ledgers.read.approvals("r1")
    assert [each.decision for each in given][-1] == "rejected"


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ((approval(heard=True),), TaskState.RUNNING),
        ((approval(), HEARD), TaskState.RUNNING),
        ((approval(), replace(HEARD, state=TaskState.READY)), TaskState.READY),
    ],
)
def test_what_was_heard_waits_no_more(ledgers: Ledgers, facts: tuple[Fact, ...], state: TaskState) -> None:
    ledgers.append(*UNANSWERED, *facts)
    assert ledgers.read.read_run("r1").tasks[0].state is state
    assert ledgers.read.runs()[0].counts[state] == 1


# ---------------------------------------------------------------- finding runs


def test_a_run_is_found_by_the_beginning_of_its_id(ledgers: Ledgers) -> None:
    ledgers.append(started("20261120-a"), started("20261120-b"))
    assert ledgers.read.find_run("20261120-b") == "20261120-b"
    assert ledgers.read.read_run("20261120-a").id == "20261120-a"


@pytest.mark.parametrize(
    ("prefix", "message", "hint"),
    [
        ("2026", '"2026" stands for 2 runs: 20261120-a, 20261120-b', "type more of the id"),
        ("20261121-a", 'there is no run "20261121-a"', 'did you mean "20261120-a"?'),
        ("x", 'there is no run "x"', "`orchestrate history` lists the runs"),
        ("", 'there is no run ""', "`orchestrate history` lists the runs"),
    ],
)
def test_an_unknown_run_is_told_with_the_nearest(ledgers: Ledgers, prefix: str, message: str, hint: str) -> None:
    ledgers.append(started("20261120-a"), started("20261120-b"))
    with pytest.raises(UsageError) as refused:
        ledgers.read.read_run(prefix)
    assert (refused.value.message, refused.value.hint) == (message, hint)


def test_an_exact_id_is_that_run_though_others_begin_with_it(ledgers: Ledgers) -> None:
    ledgers.append(started("r1"), started("r10"))
    assert ledgers.read.find_run("r1") == "r1"


def test_there_are_no_runs_at_first(ledgers: Ledgers) -> None:
    read = ledgers.read
    assert read.runs() == ()
    assert read.run_kinds() == ()
    assert read.last_successes() == read.durations(DEFINITIONS) == {}
    assert read.unfinished_changes() == ()


# ---------------------------------------------------------------- all runs


def test_runs_come_newest_first_with_their_counts(ledgers: Ledgers) -> None:
    ledgers.append(started("r1", ("1.1", "1.2", "1.3")), *done("1.1", "r1"), attempt("1.2", run="r1"), ended("r1"))
    ledgers.append(started("r2", kind="undo", undoes="r1"), attempt("1.1", run="r2"))
    newest, oldest = ledgers.read.runs()
    assert ledgers.read.run_kinds() == ((newest.id, newest.kind), (oldest.id, oldest.kind))
    assert (newest.id, newest.kind, newest.state, newest.counts) == (
        "r2",
        "undo",
        RunState.RUNNING,
        {TaskState.PENDING: 1, TaskState.RUNNING: 1},
    )
    assert (oldest.id, oldest.exit_code, oldest.seconds, oldest.counts) == (
        "r1",
        0,
        60.5,
        {TaskState.PENDING: 1, TaskState.CHANGED: 1, TaskState.INTERRUPTED: 1},
    )
    assert [run.id for run in ledgers.read.runs(1)] == ["r2"]


def test_a_run_is_undone_when_none_of_its_changes_is_left(ledgers: Ledgers) -> None:
    ledgers.append(started("r1"), *done("1.1"), *done("1.2"), ended("r1"))
    ledgers.append(started("u1", kind="undo", undoes="r1"), undone("1.2", "r1", "u1"))
    assert not ledgers.read.runs()[1].undone
    ledgers.append(undone("1.1", "r1", "u1"))
    assert ledgers.read.runs()[1].undone


def test_the_newest_success_of_each_task_counts(ledgers: Ledgers) -> None:
    ledgers.append(started("r1"), *done("1.1", "r1", fingerprint="old"), *done("1.2", "r1", seconds=7.0))
    ledgers.append(started("r2"), *done("1.1", "r2", fingerprint="new", outputs={"n": 1}))
    assert ledgers.read.last_successes() == {
        "1.1": LastSuccess(
            task="1.1", run="r2", definition="def 1.1", fingerprint="new", seconds=2.5, outputs={"n": 1}, seq=8
        ),
        "1.2": LastSuccess(task="1.2", run="r1", definition="def 1.2", fingerprint=None, seconds=7.0, seq=5),
    }


def test_a_failure_does_not_take_an_older_success_away(ledgers: Ledgers) -> None:
    ledgers.append(started("r1"), *done("1.1", "r1"), started("r2"), *done("1.1", "r2", TaskState.FAILED))
    assert ledgers.read.last_successes()["1.1"].run == "r1"


def test_a_task_that_was_up_to_date_keeps_the_success_that_it_rests_on(ledgers: Ledgers) -> None:
    ledgers.append(started("r1"), *done("1.1", "r1", fingerprint="f"), ended("r1"))
    ledgers.append(started("r2"), task_end("1.1", TaskState.UNCHANGED, run="r2", reason="up to date"), ended("r2"))
    last = ledgers.read.last_successes()["1.1"]
    assert (last.run, last.fingerprint) == ("r1", "f")


def test_an_undo_run_is_no_success(ledgers: Ledgers) -> None:
    ledgers.append(started("u1", kind="undo", undoes="r0"), *done("1.1", "u1"))
    assert ledgers.read.last_successes() == {}
    assert ledgers.read.durations(DEFINITIONS) == {}


def test_an_undone_success_gives_way_to_the_one_before(ledgers: Ledgers) -> None:
    ledgers.append(started("r1"), *done("1.1", "r1"), started("r2"), *done("1.1", "r2"))
    ledgers.append(started("u1", kind="undo"), undone("1.1", "r2", "u1"))
    assert ledgers.read.last_successes()["1.1"].run == "r1"


def test_what_was_found_unchanged_falls_with_the_change_that_it_found(ledgers: Ledgers) -> None:
    ledgers.append(started("r1"), *done("1.1", "r1"), started("r2"), *done("1.1", "r2", TaskState.UNCHANGED))
    ledgers.append(started("u1", kind="undo"), undone("1.1", "r1", "u1"))
    assert ledgers.read.last_successes() == {}
    ledgers.append(started("r3"), *done("1.1", "r3", TaskState.UNCHANGED))
    assert ledgers.read.last_successes()["1.1"].run == "r3"


def test_a_later_change_outlives_the_undo_of_an_earlier_one(ledgers: Ledgers) -> None:
    ledgers.append(started("r1"), *done("1.1", "r1"), started("r2"), *done("1.1", "r2"))
    ledgers.append(started("u1", kind="undo"), undone("1.1", "r1", "u1"))
    assert ledgers.read.last_successes()["1.1"].run == "r2"


def test_a_success_is_back_when_its_undo_was_undone(ledgers: Ledgers) -> None:
    ledgers.append(started("r1"), *done("1.1", "r1"))
    ledgers.append(started("u1", kind="undo"), undone("1.1", "r1", "u1"))
    ledgers.append(started("u2", kind="undo"), undone("1.1", "u1", "u2"))
    assert ledgers.read.last_successes()["1.1"].run == "r1"


def test_a_success_has_the_definition_under_which_it_ran(ledgers: Ledgers) -> None:
    ledgers.append(started("r1"), *done("1.1", "r1"))
    ledgers.append(resumed("r1", tasks=(("1.1", "newer"), ("1.2", "newer"))), *done("1.2", "r1"))
    last = ledgers.read.last_successes()
    assert (last["1.1"].definition, last["1.2"].definition) == ("def 1.1", "newer")


def test_the_expected_time_is_the_median_of_the_last_five_good_attempts(ledgers: Ledgers) -> None:
    for number, seconds in enumerate((100.0, 1.0, 2.0, 3.0, 4.0, 50.0)):
        run = f"r{number}"
        ledgers.append(started(run), *done("1.1", run, seconds=seconds))
    ledgers.append(started("bad"), *done("1.1", "bad", TaskState.FAILED, seconds=900.0))
    assert ledgers.read.durations(DEFINITIONS) == {"1.1": 3.0}


def test_the_expected_time_of_a_checkpoint_is_the_median_of_its_whole_over_the_last_five_runs(ledgers: Ledgers) -> None:
    for number, seconds in enumerate((100.0, 1.0, 2.0, 3.0, 4.0, 50.0)):
        run = f"r{number}"
        ledgers.append(started(run), measured(run, seconds=900.0))  # measured again after a resume: counts once
        ledgers.append(measured(run, seconds=seconds), measured(run, title="branches", seconds=0.5))
    ledgers.append(measured("r5", scope="group 1.a"))  # of an older version: it did not say
    checks = frozenset({("coverage", "lines"), ("coverage", "branches")})
    assert ledgers.read.checkpoint_durations({"phase 1": checks}) == {"phase 1": 3.5}
    assert ledgers.read.checkpoint_durations({"phase 1": frozenset({("coverage", "lines")})}) == {}, "other checks"
    assert ledgers.read.checkpoint_durations({"phase 2": checks}) == {}


def test_the_newest_measurement_of_each_check_of_a_group_or_phase_is_known(ledgers: Ledgers) -> None:
    ledgers.append(started("r1"), measured("r1", value=1.0), measured("r1", title="branches", inputs="i"))
    newer = measured("r2", value=2.0, inputs="j", since="r1")
    ledgers.append(started("r2"), newer, measured("r2", scope="task 1.1"))
    assert ledgers.read.last_measurements() == (newer, measured("r1", title="branches", inputs="i"))


def test_the_expected_time_is_that_of_the_same_work(ledgers: Ledgers) -> None:
    ledgers.append(started("r1"), *done("1.1", "r1", seconds=1.0), *done("1.2", "r1", seconds=7.0))
    ledgers.append(resumed("r1", tasks=(("1.1", "newer"),)), attempt("1.1", 2, "r1"))
    ledgers.append(attempt_end("1.1", OutcomeKind.CHANGED, number=2, run="r1", seconds=50.0))
    assert ledgers.read.durations({"1.1": "newer"}) == {"1.1": 50.0}
    assert ledgers.read.durations({"1.1": "def 1.1", "1.2": "def 1.2"}) == {"1.1": 1.0, "1.2": 7.0}
    assert ledgers.read.durations({"1.1": "of another document"}) == {}


def test_an_attempt_that_never_started_says_nothing_about_the_time(ledgers: Ledgers) -> None:
    ledgers.append(started(), attempt_end("1.1", OutcomeKind.UNCHANGED, seconds=0.0))
    assert ledgers.read.durations(DEFINITIONS) == {}


def test_attempts_with_changes_and_no_end_are_unfinished(ledgers: Ledgers) -> None:
    ledgers.append(started("r1"), attempt("1.1"), intended(change()), attempt("1.2"))
    ledgers.append(started("r2"), attempt("1.1", run="r2"), intended(change(), run="r2"), attempt_end("1.1", run="r2"))
    ledgers.append(attempt("1.2", run="r2"), intended(change(), task="1.2", run="r2"), rolled_back("1.2", run="r2"))
    assert ledgers.read.unfinished_changes() == (("r1", "1.1", 1),)


# ---------------------------------------------------------------- all or none


@pytest.mark.parametrize(
    "facts",
    [
        (attempt("1.1"),),
        (attempt("1.2"), attempt("1.2")),
        (task_end("1.2"), attempt("1.1")),
        (attempt_end("1.1", number=2), attempt_end("1.1", OutcomeKind.FAILED, number=2)),
        (attempt_end("1.1", number=2), task_end("1.1"), attempt_end("1.1", number=2)),
        (task_end("1.2"), task_end("1.1", run="nowhere")),
        (task_end("1.2"), started("r1")),
    ],
)
def test_facts_that_contradict_what_is_recorded_are_refused_all_together(
    ledgers: Ledgers, facts: tuple[object, ...]
) -> None:
    ledgers.append(started(), attempt("1.1"))
    before = ledgers.read.read_run("r1")
    with pytest.raises(FactRefused):
        ledgers.append(*facts)  # type: ignore[arg-type]
    assert ledgers.read.read_run("r1") == before
    ledgers.append(*done("1.2"))
    assert states(ledgers)["1.2"] is TaskState.CHANGED


def test_no_facts_are_no_trouble(ledgers: Ledgers) -> None:
    ledgers.append()
    assert ledgers.read.runs() == ()


def test_a_history_with_everything_reads_the_same_from_both(ledgers: Ledgers) -> None:
    expected = MemoryLedger()
    expected.append(everything())
    ledgers.append(*everything())
    assert ledgers.read.read_run("r1") == expected.read_run("r1")
    assert ledgers.read.runs() == expected.runs()
    assert ledgers.read.last_successes() == expected.last_successes()


# ---------------------------------------------------------------- who is alive


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_a_run_without_an_end_and_without_a_living_owner_is_interrupted(
    kind: str, open_sqlite: Callable[..., SqliteLedger]
) -> None:
    alive = {"r1", "r2"}
    ledger = MemoryLedger(alive.__contains__) if kind == "memory" else open_sqlite(is_alive=alive.__contains__)
    both = Ledgers(write=ledger, read=ledger)
    both.append(started("r1"), attempt("1.1"), ended("r1"), started("r2"), attempt("1.1", run="r2"))
    assert [run.state for run in ledger.runs()] == [RunState.RUNNING, RunState.SUCCEEDED]
    assert states(both, "r2")["1.1"] is TaskState.RUNNING
    alive.clear()
    assert [run.state for run in ledger.runs()] == [RunState.INTERRUPTED, RunState.SUCCEEDED]
    assert ledger.runs()[0].counts == {TaskState.PENDING: 1, TaskState.INTERRUPTED: 1}
    assert ledger.read_run("r2").state is RunState.INTERRUPTED
    assert states(both, "r2")["1.1"] is TaskState.INTERRUPTED
