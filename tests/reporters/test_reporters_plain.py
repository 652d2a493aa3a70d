import io
import re
from pathlib import Path

import pytest
import yaml
from msgspec.structs import replace

from orchestrator.models.plan import Plan, PlannedGroup, PlannedPhase, PlannedTask
from orchestrator.reporters.plain import PlainReporter
from orchestrator.reporters.style import Look

PHASES = Path(__file__).parents[2] / "config" / "phases.yaml"


@pytest.fixture
def play(plan, stream, clock, ticker, news):
    """Play (seconds to wait, event arguments) to a plain reporter and return what it wrote."""

    def playing(*steps, look=None, plan=plan, **options):
        reporter = PlainReporter(stream, look or Look(width=0), now=clock, ticker=ticker, **options)
        reporter.start(plan)
        for step in steps:
            if isinstance(step, (int, float)):
                clock.forward(step)
                ticker.tick()
            else:
                args, data = step
                reporter.handle(news(*args, **data))
        reporter.close()
        return stream.getvalue()

    return playing


def event(*args, **data):
    return args, data


WHOLE_RUN = (
    event("run.started", project="x", tasks=4, dry_run=False),
    event("phase.started", phase="1"),
    event("group.started", phase="1", group="1.a"),
    event("task.started", "1.1", name="Collect coverage", attempt=1, expected=40),
    2,
    event("task.output", "1.1", text="editing"),
    event("task.finished", "1.1", state="changed", seconds=2.04, summary="wrote jest.config.js", attempt=1),
    event("task.started", "1.2", name="Fixtures", attempt=1),
    70,
    event("task.retry", "1.2", attempt=1, pause=5, summary="exit 1"),
    5,
    event("task.started", "1.2", name="Fixtures", attempt=2),
    10,
    event(
        "task.finished",
        "1.2",
        state="failed",
        seconds=10,
        summary="tests failed",
        detail="one\ntwo \x1b[31mred\x1b[0m\n",
        exit_code=1,
        log="logs/r7f3a/1.2.2.log",
        attempt=2,
    ),
    event(
        "checkpoint",
        group="1.a",
        scope="group 1.a",
        title="statements covered, at least 30 %",
        ok=False,
        value=25.004,
        limit=30.0,
        unit="%",
        source="coverage/coverage-summary.json",
        message="25 % of statements covered",
    ),
    event("group.finished", phase="1", group="1.a", ok=False, cause="1.2"),
    event("phase.finished", phase="1", ok=False, cause=None),
    event("task.waiting", "2.10", question="Create the environments.\nThen …"),
    event("task.finished", "2.9", state="blocked", cause="1.2", summary="1.2 failed"),
    event("warning", text="a reporter was dropped"),
    event("run.finished", state="failed", exit_code=1, seconds=87.0, counts={}),
)


def test_a_run_reads_from_top_to_bottom_with_failures_and_next_commands_last(play):
    assert play(*WHOLE_RUN) == (
        "[   0:00] run r7f3a: 4 tasks, learning-platform\n"
        "[   0:00] phase 1: Foundation\n"
        "[   0:00] start     1.1   Collect coverage  expected ~40s\n"
        "[   0:02] changed   1.1   Collect coverage  2.0s  wrote jest.config.js\n"
        "[   0:02] start     1.2   Fixtures\n"
        "[   1:12] running 1: 1.2 1:10; 1/4 ended\n"
        "[   1:12] retry     1.2   Fixtures  attempt 1 of 2 failed: exit 1, again in 5.0s\n"
        "[   1:17] start     1.2   Fixtures  attempt 2 of 2\n"
        "[   1:27] FAILED    1.2   Fixtures  exit 1 after 0:10, attempt 2 of 2  tests failed\n"
        "    | one\n"
        "    | two red\n"
        "    log: .orchestrate/logs/r7f3a/1.2.2.log\n"
        "[   1:27] checkpoint group 1.a: statements covered, at least 30 %: NOT MET, "
        "measured 25 %, limit 30 %, coverage/coverage-summary.json\n"
        "[   1:27] group 1.a did not end well, because of 1.2\n"
        "[   1:27] phase 1 did not end well\n"
        "[   1:27] waiting   2.10  Path filters  Create the environments.  (orchestrate approve 2.10)\n"
        "[   1:27] blocked   2.9   Parallel builds  needs 1.2, which did not end well\n"
        "[   1:27] warning: a reporter was dropped\n"
        "\n"
        "FAILED 1 done (1 changed), 1 failed, 1 blocked, 1 waiting of 4 in 1:27\n"
        "  checkpoint group 1.a: statements covered, at least 30 %: NOT MET, "
        "measured 25 %, limit 30 %, coverage/coverage-summary.json\n"
        "  ⏸ 2.10  Path filters  waiting: Create the environments.\n"
        "  - 2.9   Parallel builds  blocked: needs 1.2\n"
        "  ✗ 1.2   Fixtures  failed: tests failed\n"
        "  next: orchestrate logs 1.2\n"
        "        orchestrate approve 2.10\n"
        "        orchestrate resume\n"
    )


def test_quiet_shows_only_what_went_wrong(play):
    text = play(*WHOLE_RUN, quiet=True)
    assert "start" not in text
    assert "changed   1.1" not in text
    assert "retry" not in text
    assert text.startswith("[   1:12] running 1: 1.2 1:10; 1/4 ended\n[   1:27] FAILED    1.2")


def test_quiet_says_nothing_about_a_run_that_went_well(play):
    steps = (
        event("run.started"),
        event("task.started", "1.1"),
        event("task.finished", "1.1", state="changed"),
        event("run.finished", state="succeeded", exit_code=0, seconds=1),
    )
    assert play(*steps, quiet=True) == ""


def test_verbose_streams_output_with_the_id_of_its_task(play):
    text = play(
        event("task.started", "1.1"),
        event("task.output", "1.1", text="10%\r100%\nsecond line"),
        event("task.output", "1.1", text="\x1b[31mred\x1b[2J"),
        event("task.progress", "1.1", text="formatting"),
        verbose=True,
    )
    assert text.splitlines()[1:] == ["[1.1] 100%", "[1.1] second line", "[1.1] red", "[1.1] formatting"]


def test_output_cannot_become_a_workflow_command(play):
    failing = event("task.finished", "1.1", state="failed", detail="::error::x\n::add-mask::y", summary="::warning::z")
    text = play(event("task.output", "1.1", text="ok\n::set-output name=a::b"), failing, verbose=True)
    assert not [row for row in text.splitlines() if row.strip().startswith("::")]


def test_a_heartbeat_comes_after_a_minute_of_silence_and_names_what_runs(play):
    text = play(event("task.started", "1.1"), 30, 29, 1, 30, 30)
    assert text.splitlines()[1:] == [
        "[   1:00] running 1: 1.1 1:00; 0/4 ended",
        "[   2:00] running 1: 1.1 2:00; 0/4 ended",
    ]


def test_an_eta_is_shown_only_when_every_task_was_timed_before(play):
    known = {"1.1": 100.0, "1.2": 50.0, "2.9": 200.0, "2.10": 10.0}
    text = play(event("task.started", "1.1"), 60, expected=known)
    assert text.splitlines()[-1] == "[   1:00] running 1: 1.1 1:00; 0/4 ended, ETA ~3m"


def test_colour_off_means_no_escape_at_all_and_colour_on_changes_no_word(play, plan, clock, ticker, news):
    bare = play(*WHOLE_RUN)
    assert "\x1b" not in bare
    painted = io.StringIO()
    reporter = PlainReporter(painted, Look(width=0, colour=True), now=clock)
    reporter.start(plan)
    for args, data in (step for step in WHOLE_RUN if isinstance(step, tuple)):
        reporter.handle(news(*args, **data))
    reporter.close()
    assert "\x1b[1;31mFAILED   \x1b[0m" in painted.getvalue()
    plain = [row.split("] ", 1)[-1] for row in re.sub(r"\x1b\[[0-9;]*m", "", painted.getvalue()).splitlines()]
    expected = [row.split("] ", 1)[-1] for row in bare.splitlines()]
    assert [row for row in expected if "running 1" not in row] == plain


def test_ascii_output_is_pure_ascii(play):
    steps = [step for step in WHOLE_RUN if not (isinstance(step, tuple) and step[0][0] == "task.waiting")]
    assert play(*steps, look=Look(width=0, ascii=True)).isascii()


def test_hostile_names_and_messages_cannot_steer_the_terminal(play, news):
    bad = "\x1b[2J\x1b]0;x\x07\u202e\r\n[/foo]\ud800"
    names = ("name", "summary", "detail", "log", "cause", "question", "text", "message", "title", "source")
    data = dict.fromkeys(names, bad) | {"scope": bad, "unit": bad, "reason": bad, "kind": bad, "value": 1.0}
    kinds = [step[0][0] for step in WHOLE_RUN if isinstance(step, tuple)] + ["guard", "run.stopping"]
    steps = [
        event(kind, "1.1", phase=bad, group=bad, state="failed", ok=False, **data) for kind in dict.fromkeys(kinds)
    ]
    text = play(*steps, verbose=True)
    assert not set(text) & {"\x1b", "\x07", "\u202e", "\r", "\ud800"}


@pytest.mark.parametrize(
    "data",
    [
        {},
        {
            "state": 5,
            "seconds": "x",
            "ok": "y",
            "pause": True,
            "detail": None,
            "listed": [5, {}],
            "text": 3,
            "expected": [],
        },
    ],
)
def test_missing_and_wrong_keys_never_break_the_display(play, data):
    kinds = [step[0][0] for step in WHOLE_RUN if isinstance(step, tuple)] + ["guard", "run.stopping", "task.progress"]
    play(*(event(kind, "1.1", **data) for kind in kinds), *(event(kind, **data) for kind in kinds))


def test_lines_are_held_back_while_somebody_is_asked(plan, stream, clock, news):
    reporter = PlainReporter(stream, Look(width=0), now=clock)
    reporter.start(plan)
    with reporter.hold():
        reporter.handle(news("task.started", "1.1"))
        assert stream.getvalue() == ""
    assert stream.getvalue() == "[   0:00] start     1.1   Collect coverage\n"


def test_a_checkpoint_that_does_not_hold_shows_what_its_program_said_last(play):
    lines = play(
        event(
            "checkpoint",
            group="1.a",
            scope="group 1.a",
            title="pytest",
            ok=False,
            message="ended with exit code 4",
            details={"output": "first\nno module named x\n"},
        ),
        event("group.finished", phase="1", group="1.a", ok=False, cause="group 1.a"),
        event("phase.finished", phase="1", ok=False, cause="group 1.a"),
    )
    assert lines == (
        "[   0:00] checkpoint group 1.a: pytest: NOT MET, ended with exit code 4\n"
        "    | first\n"
        "    | no module named x\n"
        "[   0:00] group 1.a did not end well, because of its checkpoint\n"
        "[   0:00] phase 1 did not end well, because of group 1.a\n"
    )


def test_a_dry_run_lists_its_checkpoints_and_says_that_it_is_one(play):
    text = play(
        event("run.started", dry_run=True),
        event(
            "checkpoint", phase="1", scope="phase 1", listed=["statements covered, at least 30 %", "workflows_valid"]
        ),
        event("task.finished", "1.1", state="unchanged", seconds=None, summary="up to date"),
        event("run.finished", state="succeeded", seconds=1.0),
    )
    assert text == (
        "[   0:00] dry run r7f3a: 4 tasks, learning-platform\n"
        "[   0:00] checkpoint phase 1: not measured in a dry run: statements covered, at least 30 %; workflows_valid\n"
        "[   0:00] unchanged 1.1   Collect coverage  up to date\n"
        "\n"
        "DONE dry run: 1 done (1 unchanged), 3 pending of 4 in 1.0s\n"
    )


def test_an_undo_is_called_one(play, plan):
    undone = replace(plan, document="")
    text = play(event("run.started"), event("run.finished", state="succeeded", seconds=1.0), plan=undone)
    assert text.splitlines()[0] == "[   0:00] undo r7f3a: 4 tasks, learning-platform"
    assert text.splitlines()[2] == "DONE undo: 0 done, 4 pending of 4 in 1.0s"


def test_news_of_an_orderly_stop(play):
    text = play(
        event("task.started", "1.1"), event("run.stopping", reason="SIGINT"), event("run.stopping", at_once=True)
    )
    expected = "[   0:00] stopping (SIGINT): nothing new starts, ending 1.1; once more stops at once"
    assert text.splitlines()[-2:] == [expected, "[   0:00] stopping at once"]


def test_a_group_that_was_stopped_names_no_task_that_never_began(play):
    text = play(
        event("task.started", "1.1", attempt=1),
        event("run.stopping", reason="SIGINT"),
        event("task.finished", "1.2", state="cancelled", summary="the run was stopped"),
        event("task.finished", "1.1", state="failed", attempt=1, summary="tests failed"),
        event("group.finished", phase="1", group="1.a", ok=False, cause="1.1"),
        event("phase.finished", phase="1", ok=False, cause="1.2"),
    )
    assert text.splitlines()[-2:] == [
        "[   0:00] group 1.a did not end well, because of 1.1",
        "[   0:00] phase 1 was stopped",
    ]


def test_what_did_not_begin_when_a_run_is_stopped_is_told_once_at_the_end(play):
    text = play(
        event("task.started", "1.1", attempt=1),
        event("run.stopping", reason="SIGINT"),
        event("task.finished", "1.2", state="cancelled", summary="the run was stopped"),
        event("task.finished", "1.1", state="cancelled", summary="was cancelled", attempt=1),
        event("run.finished", state="cancelled"),
    )
    assert text.count(" 1.1 ") == 3  # it started, was ended, and stands at the end
    assert [row for row in text.splitlines() if " 1.2 " in row] == [
        "  - 1.2  Fixtures  cancelled: the run was stopped",
    ]
    ending = text[text.index("STOPPED") :]
    assert ending.index(" 1.1 ") < ending.index(" 1.2 ")  # as in the plan, although it ended later


def test_an_attempt_beyond_those_of_retry_does_not_count_to_them(play):
    text = play(*(event("task.started", "1.2", attempt=number) for number in (1, 2, 3)))  # it waited for a person
    assert text.splitlines()[-1].endswith("start     1.2   Fixtures  attempt 3")


def test_the_shipped_roadmap_takes_at_most_160_lines(play):
    document = yaml.safe_load(PHASES.read_text())
    phases, groups, tasks = [], [], []
    for phase in document["phases"]:
        phases.append(PlannedPhase(id=phase["id"], name=phase["name"]))
        for group in phase["groups"]:
            name = f"{phase['id']}.{group['id']}"
            groups.append(PlannedGroup(id=name, letter=group["id"], name=group["name"], phase=phase["id"]))
            tasks += [
                PlannedTask(id=task["id"], name=task["name"], handler=task["type"], phase=phase["id"], group=name)
                for task in group["tasks"]
            ]
    plan = Plan(
        project="demo",
        root="/",
        document="phases.yaml",
        document_hash="",
        phases=tuple(phases),
        groups=tuple(groups),
        tasks=tuple(tasks),
    )
    steps = [event("run.started")]
    for phase in plan.phases:
        steps.append(event("phase.started", phase=phase.id, name=phase.name))
        for task in (task for task in plan.tasks if task.phase == phase.id):
            done = event("task.finished", task.id, state="changed", seconds=31, summary="wrote one file")
            steps += [event("task.started", task.id), 31, done]
        steps += [event("checkpoint", scope=f"phase {phase.id}", title="coverage", ok=True, value=80.0, limit=70.0)]
        steps += [event("phase.finished", phase=phase.id, ok=True)]
    steps.append(event("run.finished", state="succeeded", seconds=61 * 31))
    assert len(plan.tasks) == 61
    assert len(play(*steps, plan=plan).splitlines()) <= 160


def test_attempts_are_counted_anew_after_a_resume_as_retry_counts_them(play):
    told = play(
        event("task.started", "1.2", name="Fixtures", attempt=3),
        event("task.retry", "1.2", attempt=3, pause=5, summary="exit 1"),
        event("task.started", "1.2", name="Fixtures", attempt=4),
        event("task.finished", "1.2", state="failed", seconds=10, summary="tests failed", attempt=4),
    )
    assert told == (
        "[   0:00] start     1.2   Fixtures\n"
        "[   0:00] retry     1.2   Fixtures  attempt 1 of 2 since the resume failed: exit 1, again in 5.0s\n"
        "[   0:00] start     1.2   Fixtures  attempt 2 of 2 since the resume\n"
        "[   0:00] FAILED    1.2   Fixtures  0:10, attempt 2 of 2 since the resume  tests failed\n"
    )


@pytest.mark.parametrize(
    ("failure", "said"), [("failed", ", not repeated: `retry.on` has no `failed`"), ("timeout", ""), (None, "")]
)
def test_a_failure_that_is_not_repeated_says_why(play, failure, said):
    told = play(
        event("task.started", "1.2", name="Fixtures", attempt=1),
        event("task.finished", "1.2", state="failed", seconds=10, summary="exit 7", attempt=1, failure=failure),
    )
    assert told.splitlines()[1:] == [f"[   0:00] FAILED    1.2   Fixtures  0:10, attempt 1 of 2{said}  exit 7"]


def test_a_task_that_is_never_repeated_says_nothing_of_it(play):
    told = play(
        event("task.started", "1.1", name="Collect", attempt=1),
        event("task.finished", "1.1", state="failed", seconds=10, summary="exit 7", attempt=1, failure="failed"),
    )
    assert told.splitlines()[1:] == ["[   0:00] FAILED    1.1   Collect  0:10  exit 7"]
