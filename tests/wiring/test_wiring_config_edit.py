"""Edits through the whole engine: none is lost, each can be taken back, and nobody's own work is overwritten."""

import pytest
from wiring_registry import wires
from wiring_world import Make, Repository, tasks

CI = ".github/workflows/ci.yml"
TEXT = """\
# by hand
on: push
permissions: {}
jobs:
  audit:
    runs-on: ubuntu-latest   # kept
    steps:
      - run: npm audit || true
        continue-on-error: true
"""
AFTER = """\
# by hand
on: push
permissions: {}
jobs:
  audit:
    runs-on: ubuntu-latest   # kept
    timeout-minutes: 15
    steps:
      - run: npm audit
"""
DRIFTED = 11


def edit(id: str, action: str, **given: object) -> dict[str, object]:
    return {"id": id, "name": action, "type": "config_edit", "target": CI, "action": action, "with": given}


def two_edits(make: Make) -> Repository:
    """Make a repository where two tasks of a parallel group edit one file."""
    both = (edit("1.1", "remove_continue_on_error"), edit("1.2", "add_timeouts", minutes=15))
    repository = make(tasks(*both, execution="parallel"))
    repository.write(CI, TEXT)
    return repository


def lost_updates(make: Make, times: int) -> list[str]:
    """Return each result, of so many runs, that does not hold both edits."""
    repository, wrong = two_edits(make), []
    for _ in range(times):
        repository.write(CI, TEXT)
        answer = repository.orchestrate("run", "--all", "--force", "--ui", "none")
        if answer.code != 0 or repository.read(CI) != AFTER:
            wrong.append(answer.text + repository.read(CI))
    return wrong


@pytest.mark.slow
def test_two_edits_of_one_file_at_once_are_both_there(make: Make) -> None:
    assert lost_updates(make, 50) == []


@pytest.mark.nightly
def test_two_edits_of_one_file_at_once_are_both_there_500_times(make: Make) -> None:
    assert lost_updates(make, 500) == []


def test_undo_gives_the_bytes_back_also_when_the_user_worked_elsewhere(make: Make) -> None:
    repository = two_edits(make)
    original = TEXT.replace("\n", "\r\n").encode()
    (repository.root / CI).write_bytes(original)
    assert repository.run().answer.code == 0
    assert (repository.root / CI).read_bytes() == AFTER.replace("\n", "\r\n").encode()
    repository.write("notes.txt", "mine\n")
    answer = repository.orchestrate("undo", "--yes", "--ui", "none")
    assert answer.code == 0, answer.text
    assert (repository.root / CI).read_bytes() == original
    assert repository.read("notes.txt") == "mine\n"


def test_undo_of_a_file_that_the_user_edited_since_is_refused_and_keeps_it(make: Make) -> None:
    repository = two_edits(make)
    assert repository.run().answer.code == 0
    repository.write(CI, AFTER + "# mine\n")
    answer = repository.orchestrate("undo", "--yes", "--ui", "none")
    assert answer.code == DRIFTED, answer.text
    assert repository.read(CI) == AFTER + "# mine\n"
    told = repository.orchestrate("undo", "--yes", "--ui", "plain").text
    assert "FAILED undo, nothing written: " in told
    assert "dry run" not in told


@wires("flag:undo --merge", "choice:undo --on-conflict=merge")
@pytest.mark.parametrize("flags", [["--merge"], ["--on-conflict", "merge"]])
@pytest.mark.parametrize("eol", ["\n", "\r\n"])
def test_undo_can_leave_what_the_user_did_to_other_lines(make: Make, flags: list[str], eol: str) -> None:
    repository = two_edits(make)
    (repository.root / CI).write_bytes(TEXT.replace("\n", eol).encode())
    assert repository.run().answer.code == 0
    edited = AFTER.replace("# by hand", "# by my hand").replace("\n", eol)
    (repository.root / CI).write_bytes(edited.encode())

    answer = repository.orchestrate("undo", "--yes", "--ui", "none", *flags)

    assert answer.code == 0, answer.text
    wanted = TEXT.replace("# by hand", "# by my hand").replace("\n", eol)
    assert (repository.root / CI).read_bytes() == wanted.encode()


def test_a_refused_undo_offers_a_merge_that_would_go_well(make: Make) -> None:
    repository = two_edits(make)
    assert repository.run().answer.code == 0
    repository.write(CI, AFTER.replace("# by hand", "# by my hand"))
    told = repository.orchestrate("undo", "--yes", "--ui", "plain").text
    assert [way for way in ("--merge", "--keep", "--force") if f"orchestrate undo {way}\n" in told] == [
        "--merge",
        "--keep",
        "--force",
    ]
    assert "`--merge`" in told


def test_undo_merges_nothing_where_the_same_lines_were_edited(make: Make) -> None:
    repository = two_edits(make)
    assert repository.run().answer.code == 0
    edited = AFTER.replace("timeout-minutes: 15", "timeout-minutes: 20")
    repository.write(CI, edited)
    answer = repository.orchestrate("undo", "--yes", "--ui", "none", "--merge")
    assert answer.code == DRIFTED, answer.text
    assert repository.read(CI) == edited


@pytest.mark.parametrize(
    ("flags", "why", "ways"),
    [
        ([], "it is not as the run left it", ["--keep", "--force"]),
        (["--merge"], "your edit touches the same lines as the run's", ["--keep", "--force"]),
        (["--on-conflict", "merge"], "your edit touches the same lines as the run's", ["--keep", "--force"]),
    ],
)
def test_a_refused_undo_names_what_was_not_tried(make: Make, flags: list[str], why: str, ways: list[str]) -> None:
    repository = two_edits(make)
    assert repository.run().answer.code == 0
    repository.write(CI, AFTER.replace("timeout-minutes: 15", "timeout-minutes: 20"))
    told = repository.orchestrate("undo", "--yes", "--ui", "plain", *flags).text
    assert f"{CI} was changed since: {why}" in told
    assert [way for way in ("--merge", "--keep", "--force") if f"orchestrate undo {way}\n" in told] == ways
    assert ("`--merge`" in told) == ("--merge" in ways)
