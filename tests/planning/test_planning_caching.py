"""Whether a task is up to date, and why a task runs or does not."""

import pytest
from msgspec.structs import replace
from planning_samples import group, one_task, phase, plan_of, task

from orchestrator.models.fingerprint import MOST_FILES, differences, fingerprint_of, read_fingerprint
from orchestrator.models.freshness import as_left, steps_between, up_to_date
from orchestrator.models.plan import Targets
from orchestrator.models.record import LastSuccess
from orchestrator.planning.explain import Reason, ReasonKind, Verdict, explain_task


def print_of(definition="d", handler="h", reads=None, writes=None, late=""):
    return fingerprint_of(definition, handler, reads=reads or {"in": "1"}, writes=writes or {"out": "2"}, late=late)


def last_of(only, fingerprint):
    return LastSuccess(task=only.id, run="r1", definition=only.definition, fingerprint=fingerprint, seconds=1.0)


def test_a_task_that_nothing_changed_for_is_up_to_date():
    only = one_task()
    fresh = up_to_date(only, last_of(only, print_of()), print_of())
    assert (fresh.up_to_date, fresh.reason, fresh.run) == (True, "up to date since run r1", "r1")


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (print_of(handler="other"), "what its handler reads beside the files (a template) has changed"),
        (print_of(reads={"in": "9"}), "in has changed"),
        (print_of(reads={"in": None}), "in is gone"),
        (print_of(reads={"in": "1", "more": "1"}), "more is new among its files"),
        (print_of(writes={"out": "8"}, reads={"in": "7"}), "in has changed; out has changed"),
        (print_of(late="x"), "the values that its params are made from have changed"),
        (None, "nothing tells whether it is up to date"),
    ],
)
def test_what_has_changed_is_named(now, reason):
    only = one_task()
    fresh = up_to_date(only, last_of(only, print_of()), now)
    assert (fresh.up_to_date, fresh.reason) == (False, reason)


def test_what_later_tasks_made_of_a_file_is_no_change():
    first, second, third = plan_of(phase("1", group("a", task("1.1"), task("1.2"), task("1.3")))).tasks

    def done(only, before, after):
        files = {"reads": {}, "writes": {"out": after}, "found": {"out": before}}
        return LastSuccess(
            task=only.id, run="r1", definition="d", fingerprint=fingerprint_of("d", "h", **files), seconds=1.0
        )

    first = replace(first, targets=Targets(writes=("out",)))
    reader = replace(first, targets=Targets(reads=("out",)))
    ours = {first.id: done(first, None, "a"), second.id: done(second, "a", "b"), third.id: done(third, "b", "c")}
    now = fingerprint_of("d", "h", reads={}, writes={"out": "c"})
    edited = {**ours, third.id: done(third, "b, edited by a person", "c")}
    assert differences(as_left(first, ours[first.id], steps_between(ours)).fingerprint, now) == ()
    assert differences(as_left(first, edited[first.id], steps_between(edited)).fingerprint, now) == ("out has changed",)
    assert differences(as_left(reader, ours[first.id], steps_between(ours)).fingerprint, now) == ("out has changed",)


def test_a_file_that_comes_back_is_a_change():
    only = one_task()
    assert up_to_date(only, last_of(only, print_of(reads={"in": None})), print_of()).reason == "in is there now"


def test_never_done_forced_and_redefined():
    only = one_task()
    done = last_of(only, print_of())
    assert up_to_date(only, None, print_of()).reason == "it has not been done yet"
    assert up_to_date(only, done, print_of(), force=True).reason == "it is forced"
    assert up_to_date(replace(only, definition="new"), done, print_of()).reason == "its definition has changed"


def test_a_handler_that_cannot_say_is_never_up_to_date():
    assert fingerprint_of("d", None, reads={}, writes={}) is None


def test_a_file_that_is_read_and_written_counts_as_it_is_afterwards():
    text = fingerprint_of("d", "h", reads={"f": "before"}, writes={"f": "after"})
    assert text is not None
    found = read_fingerprint(text)
    assert found is not None
    assert found.files == {"f": "after"}


def test_many_files_are_kept_as_one_hash():
    files = {f"f{number}": "x" for number in range(MOST_FILES + 1)}
    first = fingerprint_of("d", "h", reads=files, writes={})
    second = fingerprint_of("d", "h", reads={**files, "f0": "y"}, writes={})
    assert first is not None
    assert len(first) < 200
    only = one_task()
    assert up_to_date(only, last_of(only, first), second).reason == "its files have changed"


def test_a_fingerprint_without_parts_is_compared_as_a_whole():
    only = one_task()
    assert up_to_date(only, last_of(only, "abc"), "abc").up_to_date
    assert up_to_date(only, last_of(only, "abc"), "abd").reason == "its files or templates have changed"


# ---------------------------------------------------------------- explain


@pytest.fixture
def plan():
    return plan_of(
        phase("1", group("a", task("x", target="f"), task("y", depends_on=["x"], target="g/"))),
        phase("2", group("b", task("z", depends_on=["y"], target="g/h", exclusive=True), depends_on=["a"])),
    )


def test_what_a_task_waits_for_is_told_with_evidence(plan):
    assert explain_task(plan, "z").waits == (
        Reason(kind=ReasonKind.DEPENDENCY, text="it depends on", evidence=("y",)),
        Reason(kind=ReasonKind.DEPENDENCY, text="its group 2.b depends on", evidence=("1.a",)),
        Reason(kind=ReasonKind.ORDER, text="its phase 2 follows", evidence=("1",)),
        Reason(kind=ReasonKind.LOCK, text="one file, one writer: g/h is also written by", evidence=("y",)),
        Reason(kind=ReasonKind.ALONE, text="it is exclusive: it waits until nothing else runs"),
    )
    assert explain_task(plan, "y").waits[1] == Reason(
        kind=ReasonKind.ORDER, text="its group 1.a is sequential; it follows", evidence=("x",)
    )


def test_a_task_that_never_ran_runs(plan):
    found = explain_task(plan, "x")
    assert (found.verdict, found.reasons[0].kind) == (Verdict.RUNS, ReasonKind.NEVER_RAN)


def test_a_changed_definition_names_the_params():
    before = one_task({"target": "old", "times": 2, "env": {"A": "1"}})
    plan = plan_of(phase("1", group("a", task("1.1", target="new", words=["w"], env={"A": "2"}))))
    found = explain_task(plan, "1.1", last=last_of(before, "f"), before=before, fingerprint_now="f")
    assert found.reasons == (
        Reason(
            kind=ReasonKind.DEFINITION,
            text="its definition has changed since run r1",
            evidence=("target: 'old' → 'new'", "times: 2 → nothing", "words: nothing → ['w']", "env"),
        ),
    )


def test_changed_files_are_the_evidence():
    plan = plan_of(phase("1", group("a", "1.1")))
    last = last_of(plan.tasks[0], print_of())
    found = explain_task(plan, "1.1", last=last, fingerprint_now=print_of(reads={"in": "9"}))
    assert found.reasons == (Reason(kind=ReasonKind.INPUTS, text="since run r1", evidence=("in has changed",)),)


def test_up_to_date_forced_skipped_and_conditional():
    plan = plan_of(
        phase(
            "1",
            group("a", "x", task("no", when="1 > 2"), task("late", when="tasks['x'].outputs.n"), execution="parallel"),
        )
    )
    last = last_of(plan.task("x"), "f")
    assert explain_task(plan, "x", last=last, fingerprint_now="f").verdict is Verdict.UP_TO_DATE
    assert explain_task(plan, "x", last=last, fingerprint_now="f", force=True).reasons[0].kind is ReasonKind.FORCED
    assert explain_task(plan, "no").reasons == (Reason(kind=ReasonKind.CONDITION, text="`when` is false: 1 > 2"),)
    late = explain_task(plan, "late")
    assert late.verdict is Verdict.MAY_RUN
    assert late.reasons[0].text == "if `tasks['x'].outputs.n` is true; that is decided during the run"


def test_what_never_says_what_it_depends_on_is_told_in_a_sentence():
    plan = plan_of(phase("1", group("a", task("1.1"))))
    found = explain_task(plan, "1.1", last=last_of(plan.tasks[0], None))
    assert [reason.text for reason in found.reasons] == ["nothing tells what its result depends on; run r1 did it last"]
    assert found.reasons[0].evidence == ()
