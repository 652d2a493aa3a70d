"""`orchestrate edit`, `actions` and `pins`, from the command line to the bytes on the disk."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.cli import edit_tree
from orchestrator.cli.edit_tree import EditTree
from orchestrator.cli.entry import enter
from orchestrator.edits.action import Scene
from orchestrator.edits.propose import propose, read_params
from orchestrator.edits.registry import action_names, find_action
from orchestrator.errors import Drift, LockHeld
from orchestrator.workspace.lock import RunLock

CONFIG = '{\r\n  "a": 1 // one\r\n}\r\n'
WORKFLOW = """on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0
      - uses: ./local
      - run: |
          echo "uses: actions/cache@v1"
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / ".git").mkdir()
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf/x.json").write_bytes(CONFIG.encode("utf-8-sig"))
    os.chmod(tmp_path / "conf/x.json", 0o640)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    yield tmp_path


def test_without_write_the_diff_is_printed_and_nothing_changes(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = enter(["edit", "json_set", "conf/x.json", "--with", "path=b", "--with", "value=[1, x]"])

    shown = capsys.readouterr()
    assert code == 0
    assert '+  "a": 1, // one\r\n+  "b": [\r\n' in shown.out
    assert shown.err == "changed: set b to [1, x] (nothing is written without --write)\n"
    assert (repository / "conf/x.json").read_bytes() == CONFIG.encode("utf-8-sig")


def test_write_keeps_mark_line_ends_and_mode(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.chdir("conf")

    codes = [enter(["edit", "json_set", "x.json", "-w", "path=a", "-w", "value=2", "--write"]) for _ in range(2)]

    assert codes == [0, 0]
    assert (repository / "conf/x.json").read_bytes() == CONFIG.replace("1 //", "2 //").encode("utf-8-sig")
    assert (repository / "conf/x.json").stat().st_mode & 0o777 == 0o640
    assert capsys.readouterr().err == "changed: set a to 2\nalready: a is 2\n"
    assert sorted(os.listdir(repository / "conf")) == ["x.json"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["json_set", "conf/x.json", "-w", "path=a", "-w", "value=2", "-w", "if_equals=5"], 1, "conflict: E_CONFLICT"),
        (["json_append", "conf/x.json", "-w", "path=a.b", "-w", "value=2"], 1, "conflict: E_CONFLICT"),
        (["json_set", "conf/none.json", "-w", "path=a", "-w", "value=2"], 2, "there is no file conf/none.json"),
        (["json_set", "conf/x.json", "-w", "pat=a"], 2, "`pat` is no parameter, did you mean `path`?"),
        (["json_sett", "conf/x.json"], 2, "did you mean `json_set`?"),
        (["json_set", "conf/x.json", "-w", "path"], 2, "a param is given as NAME=VALUE"),
        (["json_set", "../x.json"], 2, "is not below"),
        (["json_set", ".git/config.json", "-w", "path=a", "-w", "value=1"], 2, ".git"),
        (["toml_set", "conf/x.json", "-w", "path=a", "-w", "value=1"], 2, "toml_set edits toml files"),
    ],
)
def test_what_cannot_be_done_says_why_and_ends_with_its_code(
    repository: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, said: str
) -> None:
    assert enter(["edit", *arguments]) == code
    assert said in capsys.readouterr().err


def test_dotted_params_and_texts_that_are_no_yaml(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "package.json").write_text('{\n  "name": "x"\n}\n')

    code = enter(["edit", "set_engines", "package.json", "-w", "engines.node=>=22", "--write"])

    assert code == 0
    assert json.loads((repository / "package.json").read_text()) == {"name": "x", "engines": {"node": ">=22"}}


def test_json_tells_everything(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    enter(["edit", "json_delete", "conf/x.json", "-w", "path=a", "--json"])

    told = json.loads(capsys.readouterr().out)
    assert {key: told[key] for key in ("status", "code", "written", "files", "duties")} == {
        "status": "changed",
        "code": None,
        "written": False,
        "files": ["conf/x.json"],
        "duties": [],
    }
    assert told["diff"].startswith("--- a/conf/x.json\n")


def test_a_file_that_somebody_changed_meanwhile_is_left_alone(repository: Path) -> None:
    action = find_action("json_set")
    tree = EditTree(repository)
    params = read_params(action, {"path": "a", "value": 2})
    result = propose(action, Scene("conf/x.json", tree), params)
    (repository / "conf/x.json").write_text('{"a": 7}')

    with pytest.raises(Drift) as caught:
        tree.write(result.edits)
    tree.close()

    assert caught.value.exit_code == 11
    assert (repository / "conf/x.json").read_text() == '{"a": 7}'


def test_a_file_that_is_changed_between_plan_and_write_is_stale(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "bin").mkdir()
    checker = "#!/bin/sh\necho '# mine' >> .github/workflows/ci.yml\necho '[]'\n"
    (repository / "bin/actionlint").write_text(checker)  # it works between the plan and the writing
    (repository / "bin/actionlint").chmod(0o755)
    (repository / ".github/workflows").mkdir(parents=True)
    (repository / ".github/workflows/ci.yml").write_text(WORKFLOW)
    monkeypatch.setenv("PATH", f"{repository / 'bin'}:{os.environ['PATH']}")

    assert enter(["edit", "add_timeouts", ".github/workflows/ci.yml", "--write"]) == 11

    told = capsys.readouterr().err
    assert told.startswith("refused: E_STALE: .github/workflows/ci.yml was changed ")
    assert "hint: nothing was written; run it again" in told
    assert (repository / ".github/workflows/ci.yml").read_text() == WORKFLOW + "# mine\n"


def test_without_a_target_the_file_is_found_and_named(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / ".github/workflows").mkdir(parents=True)
    (repository / ".github/workflows/ci.yml").write_text(WORKFLOW)
    os.chdir("conf")

    assert enter(["edit", "harden_checkout", "--write"]) == 0
    assert capsys.readouterr().err.startswith("changed: .github/workflows/ci.yml: ")
    assert "persist-credentials: false" in (repository / ".github/workflows/ci.yml").read_text()
    assert enter(["edit", "harden_checkout"]) == 0
    assert capsys.readouterr().err.startswith("already: .github/workflows/ci.yml: ")
    assert enter(["edit", "json_set", "-w", "path=a", "-w", "value=1"]) == 2
    assert "json_set may be meant for any json file" in capsys.readouterr().err
    (repository / ".github/workflows/b.yml").write_text(WORKFLOW)
    (repository / ".github/workflows/c.yml").write_text(WORKFLOW)
    assert enter(["edit", "harden_checkout"]) == 1
    assert "fits several files: .github/workflows/b.yml, .github/workflows/c.yml" in capsys.readouterr().err


def test_while_a_run_works_here_nothing_is_written(repository: Path) -> None:
    (repository / edit_tree.STATE).mkdir()
    action = find_action("json_set")
    tree = EditTree(repository)
    result = propose(action, Scene("conf/x.json", tree), read_params(action, {"path": "a", "value": 2}))

    with RunLock(repository / edit_tree.STATE / "lock"), pytest.raises(LockHeld):
        tree.write(result.edits)
    tree.close()

    assert (repository / "conf/x.json").read_bytes() == CONFIG.encode("utf-8-sig")


def test_a_link_is_not_followed(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "link.json").symlink_to("conf/x.json")

    assert enter(["edit", "json_set", "link.json", "-w", "path=a", "-w", "value=2", "--write"]) == 2
    assert "is a symbolic link" in capsys.readouterr().err


def test_actions_are_listed_with_their_params(capsys: pytest.CaptureFixture[str]) -> None:
    assert enter(["actions"]) == 0
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert listed == list(action_names())

    enter(["actions", "add_script"])
    assert capsys.readouterr().out == (
        "add_script (json): Add a script to package.json\n"
        "  script      text, needed - name, as in `npm run NAME`\n"
        "  command     text, needed - what the script runs\n"
        "  replace     true | false, default false - replace another command of this name\n"
        "  on_missing  error | skip, default error - when the file, job, step or path is not there: refuse, or have"
        " nothing to do\n"
        "  try it: orchestrate edit add_script FILE --with script=SCRIPT --with command=COMMAND\n"
    )

    enter(["actions", "add_script", "--json"])
    told = json.loads(capsys.readouterr().out)["actions"]
    assert told[0]["params"]["required"] == ["script", "command"]


def test_an_unknown_action_is_a_mistake_in_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert enter(["actions", "add_scirpt"]) == 2
    assert "did you mean `add_script`?" in capsys.readouterr().err


def test_pins_are_shown_and_compared(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / ".github/workflows").mkdir(parents=True)
    (repository / ".github/workflows/ci.yml").write_text(WORKFLOW)

    assert enter(["pins"]) == 0
    assert "actions/checkout " in capsys.readouterr().out

    assert enter(["pins", "--check"]) == 1
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].startswith(".github/workflows/ci.yml:6: actions/checkout@v4: can be moved to other code, pin it to")
    assert shown[1:] == ["# 3 uses, 1 to look at"]


def test_pins_of_the_repository_come_first(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit = "0" * 40
    (repository / ".github/workflows").mkdir(parents=True)
    (repository / ".github/workflows/ci.yml").write_text(WORKFLOW.replace("checkout@v4", f"checkout@{commit}"))
    overrides = {"pins": {"actions/checkout": {"version": "v9", "commit": commit}}}
    (repository / ".github/action-pins.json").write_text(json.dumps(overrides))

    assert enter(["pins", "--check"]) == 0

    (repository / ".github/action-pins.json").write_text("[]")
    assert enter(["pins", "--check"]) == 2
    assert "the pins cannot be read" in capsys.readouterr().err


def test_a_command_line_run_in_a_process_leaves_its_signals_as_they_are(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = signal.getsignal(signal.SIGPIPE)

    codes = [enter(arguments) for arguments in ([], ["actions"], ["plan", "--help"])]

    capsys.readouterr()
    assert codes == [0, 0, 0]
    assert signal.getsignal(signal.SIGPIPE) == before
