from pathlib import Path

import pytest
from pydantic import ValidationError

from orchestrator.contracts import CheckScene
from orchestrator.handlers.command import Command
from orchestrator.handlers.command_params import CommandParams

NO_TEMPLATES = None


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    (folder / "src").mkdir(parents=True)
    (folder / "src/app.ts").write_text("one\n")
    (folder / "package.json").write_text("{}\n")
    return folder


def params(command: object, **fields: object) -> CommandParams:
    return CommandParams.model_validate({"command": command, **fields})


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"command": "npm test"},
            '`command` has to be a list of words, like ["npm", "test"]; a line for a shell needs `shell: true`',
        ),
        ({"command": ["npm"], "shell": True}, "`command` has to be one text where `shell: true` is said"),
        ({"command": []}, "`command` has to name a program"),
        ({"command": ["a", "b\0"]}, "can hold a NUL"),
        ({"command": "echo {{ params.x }}", "shell": True}, "nothing is interpolated into a shell line"),
        ({"command": ["a"], "read_only": True, "produces": "x"}, "`read_only` excludes"),
        ({"command": ["a"], "cwd": "../x"}, "is not a path below the repository root"),
        ({"command": ["a"], "inputs": ["/etc/passwd"]}, "is not a path below the repository root"),
        ({"command": ["a"], "exit_codes": {"changed": [2], "transient": [2]}}, "exit code 2 is listed under two"),
        ({"command": ["a"], "exit_codes": {"ok": [0], "changed": [0]}}, "exit code 0 is listed under two"),
        ({"command": ["a"], "exit_codes": {"ok": [256]}}, "less than or equal to 255"),
        ({"command": ["a"], "colour": True}, "Extra inputs are not permitted"),
    ],
)
def test_params_that_cannot_be_meant_are_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        CommandParams.model_validate(fields)
    assert message in str(caught.value)


def test_one_pattern_may_stand_without_a_list() -> None:
    assert params(["a"], creates="x").creates == ["x"]


def test_targets_are_the_declared_files_and_folders(tree: Path) -> None:
    given = params(["a"], inputs=["package.json", "src", "lib/**/*.ts"], produces=["dist/*.js", "out"], creates="x.log")
    targets = Command().targets(given, str(tree))
    assert targets.reads == ("package.json", "src/")
    assert targets.writes == ("dist/", "out", "x.log")


def test_a_pattern_to_write_needs_a_folder_that_can_be_locked(tree: Path) -> None:
    scene = CheckScene(root=str(tree), templates=NO_TEMPLATES)
    problems = Command().check(params(["a"], produces=["*.tgz", "dist/*.js"]), scene)
    assert [problem.message for problem in problems] == [
        "`produces` has the pattern *.tgz without a folder in front, which would lock every file"
    ]


def test_only_a_deep_check_looks_for_programs_and_folders(tree: Path) -> None:
    def messages(given: CommandParams, *, deep: bool) -> list[str]:
        scene = CheckScene(root=str(tree), templates=NO_TEMPLATES, deep=deep)
        return [problem.message for problem in Command().check(given, scene)]

    assert messages(params(["no-such-tool"]), deep=False) == []
    assert messages(params(["no-such-tool"]), deep=True) == ["`command` starts no-such-tool, which is not installed"]
    assert messages(params(["sh"], cwd="web"), deep=True) == ["`cwd` web is not a folder of the repository"]
    assert messages(params(["sh"], cwd="src"), deep=True) == []
