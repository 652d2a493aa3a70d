"""`orchestrate pins --refresh` against real repositories, which git is told to find on this machine."""

import json
import subprocess
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from orchestrator.cli.entry import enter
from orchestrator.cli.pins_refresh import age, pin_of
from orchestrator.edits.pins import Pin, read_pins, shipped_pins

COMMITS = {number: str(number) * 40 for number in range(10)}
WORKFLOW = """on: push
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - uses: Acme/Setup@v1
      - uses: acme/gone@v1
      - uses: ./local
"""


def git(folder: Path, *words: str) -> str:
    given = ("user.name=a", "user.email=a@example.org", "commit.gpgsign=false", "tag.gpgsign=false")
    who = [word for each in given for word in ("-c", each)]
    done = subprocess.run(["git", *who, *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def made(tmp_path: Path) -> Callable[[str, str], str]:
    """Release a version of an action; returns its commit."""

    def release(name: str, tag: str) -> str:
        folder = tmp_path / "host" / name
        if not folder.exists():
            folder.mkdir(parents=True)
            git(folder, "init", "-q")
        git(folder, "commit", "-q", "--allow-empty", "-m", tag)
        git(folder, "tag", "-a", tag, "-m", "a tag that is an object of its own")
        git(folder, "tag", "-f", tag.split(".")[0])
        return git(folder, "rev-parse", "HEAD")

    return release


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "repository"
    (root / ".github/workflows").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / ".github/workflows/ci.yml").write_text(WORKFLOW)
    (tmp_path / "gitconfig").write_text(f'[url "{tmp_path}/host/"]\n  insteadOf = https://github.com/\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.chdir(root)
    return root


def test_the_newest_version_is_pinned_by_its_commit_with_the_last_of_earlier_ones(
    repository: Path, made: Callable[[str, str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    made("acme/setup", "v1.2.0")
    old = made("acme/setup", "v1.10.0")
    new = made("acme/setup", "v2.0.1")
    gone = made("acme/gone", "v1.0.0")

    assert enter(["pins", "--refresh"]) == 0

    assert capsys.readouterr().out.splitlines() == [
        f"acme/gone: v1.0.0 {gone}",
        f"acme/setup: v2.0.1 {new}",
        "# 2 actions asked for, 2 with another version than the pin",
    ]
    pins = read_pins((repository / ".github/action-pins.json").read_text())
    assert pins.find("acme/setup") == Pin("v2.0.1", new, (Pin("v1.10.0", old),))
    assert pins.checked == date.today().isoformat()
    assert enter(["pins", "--check"]) == 1
    assert f"pin it to {old} # v1.10.0" in capsys.readouterr().out


def test_who_does_not_answer_is_named_and_what_was_said_by_hand_stays(
    repository: Path, made: Callable[[str, str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    mine = {"version": "v9.0.0", "commit": COMMITS[9]}
    present = {"checked": "2026-01-02", "pins": {"other/mine": mine}}
    (repository / ".github/action-pins.json").write_text(json.dumps(present))
    new = made("acme/setup", "v1.0.0")

    assert enter(["pins", "--refresh"]) == 1

    assert capsys.readouterr().err == "warning: acme/gone gave no version\n"
    found = json.loads((repository / ".github/action-pins.json").read_text())
    assert found == {
        "checked": "2026-01-02",
        "pins": {"acme/setup": {"version": "v1.0.0", "commit": new}, "other/mine": mine},
    }


def test_without_any_answer_nothing_is_written(repository: Path) -> None:
    assert enter(["pins", "--refresh"]) == 1
    assert not (repository / ".github/action-pins.json").exists()


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (("v1", "v1.0.0", "v2.0.0-rc.1"), Pin("v1.0.0", COMMITS[1])),
        (("v9", "v10"), Pin("v10", COMMITS[1], (Pin("v9", COMMITS[0]),))),
        (("1.9.0", "1.10.0"), Pin("1.10.0", COMMITS[1])),
        (("nightly",), None),
    ],
)
def test_versions_are_compared_by_their_numbers(tags: tuple[str, ...], expected: Pin | None) -> None:
    assert pin_of(f"{COMMITS[at]}\trefs/tags/{tag}" for at, tag in enumerate(tags)) == expected


def test_old_pins_are_warned_of(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for days, warned in ((10, False), (400, True)):
        checked = (date.today() - timedelta(days=days)).isoformat()
        (repository / ".github/action-pins.json").write_text(json.dumps({"checked": checked, "pins": {}}))
        enter(["pins", "--check"])
        assert (f"the pins were checked {days} days ago" in capsys.readouterr().err) is warned
        enter(["pins"])
        assert capsys.readouterr().out.splitlines()[-1].endswith(f"checked {checked}, {days} days ago")


def test_the_age_of_pins_is_counted_in_days() -> None:
    assert age(shipped_pins(), date.fromisoformat(shipped_pins().checked) + timedelta(days=3)) == 3
    assert age(read_pins('{"pins": {}}'), date.today()) is None
