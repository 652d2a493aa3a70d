"""What commands say of an earlier run: why it failed, which checkpoint did not hold, what was taken back."""

import json

import pytest
from wiring_world import Make, document, group, phase, task, tasks


def test_explain_tells_what_the_last_run_made_of_a_task(make: Make) -> None:
    repository = make(
        tasks(task("1.1"), task("1.2", "exit 3"), task("1.3", depends_on=["1.2"]), task("1.4"), execution="parallel")
    )
    repository.run()
    run = repository.record()["id"]
    told = repository.orchestrate("explain", "1.2").out
    assert told == (
        f"1.2: runs\n  because: failed in run {run} (sh -c 'exit 3' ended with exit code 3); a run would try it again\n"
    )
    blocked = repository.orchestrate("explain", "1.3").out
    assert f"1.3: runs\n  because: was blocked by 1.2 in run {run}\n" in blocked
    assert f"because: nothing tells what its result depends on; run {run} did it last" in (
        repository.orchestrate("explain", "1.1").out
    )


def test_logs_of_a_task_that_was_up_to_date_are_those_of_the_run_that_did_it(make: Make) -> None:
    kept = task("1.1", "echo said > one.txt; echo said", inputs=["phases.yaml"], produces=["one.txt"])
    repository = make(tasks(kept, task("1.2", "echo other")))
    repository.run()
    first = repository.record()["id"]
    repository.run("--task", "1.2")
    repository.run()
    shown = repository.orchestrate("logs", "1.1")
    assert shown.out == "said\n"
    assert shown.err == f"the last run did not attempt 1.1; this is of run {first}\n"
    assert "was not attempted" in repository.orchestrate("logs", "1.1", "--run", "last").err


def test_explain_forgets_a_failure_that_was_made_good(make: Make) -> None:
    repository = make(tasks(task("1.1", "test -e there", inputs=["there"])))
    repository.run()
    repository.write("there", "")
    repository.run()
    assert repository.orchestrate("explain", "1.1").out.startswith("1.1: up to date\n")
    repository.write("there", "otherwise")
    assert "failed" not in repository.orchestrate("explain", "1.1").out


def test_explain_tells_of_an_undo(make: Make) -> None:
    repository = make(tasks(task("1.1", "echo one > one.txt", produces=["one.txt"])))
    repository.run()
    run = repository.record()["id"]
    assert repository.orchestrate("undo", "--yes").code == 0
    undo = repository.record()["id"]
    told = repository.orchestrate("explain", "1.1").out
    assert told == f"1.1: runs\n  because: was done in run {run}, and taken back in run {undo}\n"


def test_a_checkpoint_that_did_not_hold_is_told_afterwards(make: Make) -> None:
    held = {"type": "command", "command": ["sh", "-c", "echo all well"]}
    broken = {"type": "command", "command": ["sh", "-c", "echo two tests are red; exit 1"]}
    repository = make(document(phase(group(task("1.1"), checkpoint=[held]), checkpoint=[broken])))
    assert repository.run().code == 8
    logs = repository.orchestrate("logs").out
    title = "sh -c 'echo two tests are red; exit 1'"
    assert logs == f"== checkpoint phase 1: {title}: NOT MET, ended with exit code 1\ntwo tests are red\n"
    status = repository.orchestrate("status").out
    assert "NOT MET, ended with exit code 1\n    | two tests are red\n" in status
    assert "next: orchestrate logs\n" in status
    assert "printed:\n\n    two tests are red\n" in repository.orchestrate("report").out
    assert "<pre>two tests are red</pre>" in repository.orchestrate("report", "--format", "html").out
    assert ">two tests are red</failure>" in repository.orchestrate("report", "--format", "junit").out
    assert "all well" not in logs
    assert "| all well" not in status


def test_what_an_undo_took_back_is_still_shown_as_the_run_had_made_it(make: Make) -> None:
    repository = make(
        tasks(
            task("1.1", "echo one > one.txt", produces=["one.txt"]),
            task("1.2", "echo two > two.txt; exit 1", produces=["two.txt"]),
            task("1.3", "echo three > three.txt", produces=["three.txt"]),
            execution="parallel",
        )
    )
    repository.run()
    run = repository.record()["id"]
    before = repository.orchestrate("diff", run).out
    assert "+one\n" in before
    assert repository.orchestrate("undo", "--yes", "--task", "1.1").code == 0
    first = repository.record()["id"]
    assert repository.orchestrate("diff", run).out == f"# taken back by run {first}: one.txt\n{before}"
    assert repository.orchestrate("undo", "--yes", run).code == 0
    second = repository.record()["id"]
    after = repository.orchestrate("diff", run).out
    assert after == f"# taken back by run {first}: one.txt\n# taken back by run {second}: three.txt\n{before}"
    assert "two.txt" not in after
    page = repository.orchestrate("report", run).out
    assert "## Files\n\n* new: one.txt\n* new: three.txt\n\nTaken back by run" in page
    made = json.loads(repository.orchestrate("status", run, "--json").out)["run"]["changes"]
    assert {each["change"]["path"]: each["undone_by"] for each in made} == {
        "one.txt": first,
        "two.txt": "",
        "three.txt": second,
    }


def test_a_resume_does_not_drop_a_failed_task_silently(make: Make) -> None:
    repository = make(tasks(task("1.1"), task("1.2", "exit 3"), task("1.3")))
    repository.run()
    repository.plant(tasks(task("1.1"), task("1.9", "exit 3"), task("1.3")))
    refused = repository.orchestrate("resume", "--ui", "none")
    assert refused.code == 11
    assert refused.err == (
        "error: not done, and no longer in the document: 1.2\n"
        "  hint: `orchestrate resume --accept-changes` goes on without them, `orchestrate run` starts anew\n"
    )
    assert repository.orchestrate("resume", "--accept-changes", "--ui", "none").code == 0
    assert repository.states() == {"1.1": "unchanged", "1.2": "skipped", "1.3": "unchanged"}
    assert repository.record()["tasks"][1]["reason"] == "no longer in the document"


def test_an_undo_where_the_files_are_as_before_changes_nothing_and_counts_for_nothing(make: Make) -> None:
    """On another branch, say: back on the first one the changes are there again, and can be taken back."""
    repository = make(tasks(task("1.1", "echo one > one.txt", produces=["one.txt"])))
    repository.run()
    run = repository.record()["id"]
    (repository.root / "one.txt").rename(repository.root / "away")
    for everything in ([], ["--all"]):
        nothing = repository.orchestrate("undo", "--yes", *everything)
        assert (nothing.code, nothing.err) == (
            0,
            f"run {run}: nothing to take back, its files are as they were before it\n",
        )
        assert repository.record()["id"] == run
    (repository.root / "away").rename(repository.root / "one.txt")
    assert repository.orchestrate("undo", "--yes").code == 0
    assert not repository.has("one.txt")


@pytest.mark.parametrize("flags", [[], ["--keep"]])
def test_an_undo_of_a_run_that_was_taken_back_by_hand_names_the_run_before(make: Make, flags: list[str]) -> None:
    repository = make(tasks())
    runs = []
    for name in ("one", "two", "three"):
        repository.plant(tasks(task(f"1.{name}", f"echo {name} > {name}", produces=[name])))
        repository.run()
        runs.append(repository.record()["id"])
    for name in ("two", "three"):
        (repository.root / name).unlink()
    nothing = repository.orchestrate("undo", "--yes", "--ui", "none", *flags)
    assert nothing.code == 0
    assert nothing.err == (
        f"run {runs[2]}: nothing to take back, its files are as they were before it\nnext: orchestrate undo {runs[0]}\n"
    )
    assert repository.record()["id"] == runs[2]  # nothing happened, so there is nothing to record
    assert repository.orchestrate("undo", runs[0], "--yes", "--ui", "none").code == 0
    assert not repository.has("one")
    nothing = repository.orchestrate("undo", "--yes", "--ui", "none")
    assert nothing.err == f"run {runs[2]}: nothing to take back, its files are as they were before it\n"


def test_an_undo_that_keeps_edits_is_recorded(make: Make) -> None:
    repository = make(tasks(task("1.1", "echo one > one.txt", produces=["one.txt"])))
    repository.run()
    repository.write("one.txt", "mine\n")
    assert repository.orchestrate("undo", "--yes", "--keep", "--ui", "none").code == 0
    assert (repository.record()["kind"], repository.read("one.txt")) == ("undo", "mine\n")


def test_the_history_of_a_task_has_every_attempt_of_it(make: Make) -> None:
    flaky = task(
        "1.1", "test -e again || { touch again; exit 75; }", exit_codes={"transient": [75]}, retry={"attempts": 2}
    )
    repository = make(tasks(flaky, {"id": "1.2", "name": "x", "type": "manual", "instructions": "look"}))
    repository.run()
    run = repository.record()["id"]
    first, second, *others = repository.orchestrate("history", "1.1").out.split("\n")
    assert first.split()[:3] == [run, "2", "unchanged"]
    assert second.split()[:3] == [run, "1", "failed"]
    assert others == [""]
    [told] = json.loads(repository.orchestrate("history", "1.1", "--json").out)["runs"]
    assert (told["run"], [each["kind"] for each in told["task"]["attempts"]]) == (run, ["failed", "unchanged"])
    repository.run("--task", "1.2")
    assert [line.split()[2] for line in repository.orchestrate("history", "1.2").out.splitlines()] == ["waiting"] * 2


def test_a_run_that_was_taken_back_as_a_whole_says_by_which(make: Make) -> None:
    repository = make(tasks(task("1.1", "echo one > one.txt", produces=["one.txt"])))
    repository.run()
    run = repository.record()["id"]
    repository.orchestrate("undo", "--yes")
    undo = repository.record()["id"]
    assert repository.orchestrate("diff", run).out.startswith(f"# taken back by run {undo}\n# 1 file, +1 -0\n")
    assert repository.orchestrate("undo", "--yes", undo).code == 0
    assert repository.orchestrate("diff", run).out.startswith("# 1 file, +1 -0\n")


def test_a_failed_command_leaves_what_it_does_not_declare_and_undo_takes_it_back(make: Make) -> None:
    script = "echo more >> NOTE.md; echo half > half.txt; false"
    repository = make(tasks(task("1.1", script, produces=["NOTE.md"])))
    repository.write("NOTE.md", "note\n")
    assert repository.run().code == 1
    assert (repository.read("NOTE.md"), repository.has("half.txt")) == ("note\n", True)
    why = "it changed while the command ran, which does not declare it: it may be somebody's edit; `undo` takes it back"
    assert f"left as it is: half.txt ({why})\n" in repository.orchestrate("logs").out
    assert repository.orchestrate("undo", "--yes").code == 0
    assert not repository.has("half.txt")


def test_a_report_is_not_written_in_a_format_that_nobody_named(make: Make) -> None:
    repository = make(tasks(task("1.1")))
    repository.run()
    refused = repository.orchestrate("report", "-o", "told.txt")
    assert (refused.code, repository.has("told.txt")) == (2, False)
    assert refused.err == (
        "error: nothing says in which format to write told.txt\n"
        "  hint: end it in .html, .htm, .md, .xml, or add --format md, html or junit\n"
    )
    assert repository.orchestrate("report", "-o", "told.txt", "--format", "md").code == 0
    assert repository.read("told.txt").startswith("# ")


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("bogus", "`orchestrate --help` lists the commands"),
        ("rnu", "did you mean `orchestrate run`?"),
        ("stats", "did you mean `orchestrate status`?"),
        ("valdiate", "did you mean `orchestrate validate`?"),
    ],
)
def test_only_a_command_that_is_near_is_suggested(make: Make, word: str, hint: str) -> None:
    assert make().program(word).err == f"error: no command or option {word!r}\n  hint: {hint}\n"


def test_a_run_without_changes_says_so_in_short_too(make: Make) -> None:
    repository = make(tasks(task("1.1")))
    repository.run()
    run = repository.record()["id"]
    assert repository.orchestrate("diff", "--stat").out == f"run {run} changed nothing\n"


def test_a_decision_where_nothing_waits_is_refused_plainly(make: Make) -> None:
    repository = make(tasks(task("1.1")))
    repository.run()
    run = repository.record()["id"]
    answer = repository.orchestrate("approve")
    assert (answer.code, answer.err) == (
        2,
        f"error: no task of run {run} waits for a person\n  hint: `orchestrate status` shows how it stands\n",
    )
