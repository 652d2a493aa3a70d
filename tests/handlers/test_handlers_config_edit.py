import asyncio
from pathlib import Path

import pytest

from orchestrator.contracts import CheckScene
from orchestrator.errors import Severity, TaskFailed
from orchestrator.handlers.config_edit import ConfigEdit, ConfigEditParams
from orchestrator.models.status import OutcomeKind

CI = ".github/workflows/ci.yml"
TEXT = """\
on: push
jobs:
  audit:
    runs-on: ubuntu-latest
    steps:
      - run: npm audit --audit-level=high || true
        continue-on-error: true
"""
REMOVE = {"target": CI, "action": "remove_continue_on_error"}


def params(**given: object) -> ConfigEditParams:
    return ConfigEditParams.model_validate(given)


def test_an_edit_changes_the_file_and_a_second_one_finds_nothing_to_do(bench) -> None:
    bench.write(CI, TEXT)
    first = bench.run(ConfigEdit(), REMOVE)
    assert first.kind is OutcomeKind.CHANGED
    assert bench.read(CI) == TEXT.replace(" || true", "").replace("        continue-on-error: true\n", "")
    assert first.outputs["status"] == "changed"
    assert first.outputs["files"] == [CI]
    second = bench.run(ConfigEdit(), REMOVE)
    assert second.kind is OutcomeKind.UNCHANGED
    assert second.summary == "nothing excuses a failing check"


def test_a_file_with_crlf_and_a_bom_keeps_both(bench) -> None:
    path = bench.root / CI
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    bench.run(ConfigEdit(), REMOVE)
    after = path.read_bytes()
    assert after.startswith(b"\xef\xbb\xbfon: push\r\n")
    assert after.count(b"\n") == after.count(b"\r\n") == TEXT.count("\n") - 1


def test_a_dry_run_is_the_same_work_and_leaves_the_file_alone(bench) -> None:
    bench.write(CI, TEXT)
    assert bench.run(ConfigEdit(), REMOVE, dry_run=True).kind is OutcomeKind.CHANGED
    assert bench.read(CI) == TEXT


@pytest.mark.parametrize(
    ("text", "more", "summary"),
    [
        ("a: 1\n---\nb: 2\n", {}, "E_MULTIDOC: the file holds several documents"),
        (TEXT, {"job": "audti"}, "E_NOT_FOUND: there is no job audti"),
        (None, {}, f"E_FILE_MISSING: there is no file {CI}"),
    ],
)
def test_a_refusal_fails_with_its_code_and_changes_nothing(bench, text: str | None, more: dict, summary: str) -> None:
    if text is not None:
        bench.write(CI, text)
    outcome = bench.run(ConfigEdit(), {**REMOVE, **more})
    assert (outcome.kind, outcome.summary) == (OutcomeKind.FAILED, summary)
    assert text is None or bench.read(CI) == text


def test_what_is_left_for_a_person_stands_in_the_outputs(bench) -> None:
    bench.write(
        CI, "on: push\njobs:\n  production:\n    runs-on: x\n    environment: production\n    steps: [{run: x}]\n"
    )
    outcome = bench.run(ConfigEdit(), {"target": CI, "action": "add_approval_gates"})
    assert outcome.summary.endswith("; 2 things left for a person")
    assert outcome.outputs["duties"][0]["kind"] == "environment"
    assert "$ gh api -X PUT" in outcome.detail


def test_pins_of_the_repository_go_before_the_shipped_ones(bench) -> None:
    commit = "a" * 40
    pins = f'{{"pins": {{"aquasecurity/trivy-action": {{"version": "v9.9.9", "commit": "{commit}"}}}}}}'
    bench.write(".github/action-pins.json", pins)
    bench.write(
        CI, "on: push\njobs:\n  s:\n    runs-on: x\n    steps:\n      - uses: aquasecurity/trivy-action@master\n"
    )
    bench.run(ConfigEdit(), {"target": CI, "action": "make_trivy_blocking"})
    assert f"aquasecurity/trivy-action@{commit} # v9.9.9" in bench.read(CI)
    bench.write(".github/action-pins.json", '{"pins": {"a/b": {"version": "v1", "commit": "main"}}}')
    outcome = bench.run(ConfigEdit(), {"target": CI, "action": "make_trivy_blocking"})
    assert outcome.summary == "E_PARAM: the pin of a/b is no commit: main"


def test_a_file_that_somebody_changed_back_fails_the_verification(bench) -> None:
    bench.write(CI, TEXT)
    with pytest.raises(TaskFailed, match="does not hold"):
        asyncio.run(ConfigEdit().verify(params(**REMOVE), bench.context(ConfigEdit())))


@pytest.mark.parametrize(
    ("given", "message", "hint"),
    [
        ({"action": "add_canari"}, "`action`: there is no action add_canari", "did you mean `add_canary`?"),
        ({"target": "package.json"}, "`target` is a json file", "remove_continue_on_error edits: workflow"),
        ({"jbo": "x"}, "`jbo` is no param of remove_continue_on_error", None),
        ({"layers": []}, "`layers` must not be empty", None),
    ],
)
def test_mistakes_are_told_before_anything_runs(bench, given: dict, message: str, hint: str | None) -> None:
    problems = ConfigEdit().check(params(**{**REMOVE, **given}), bench.scene())
    assert [problem.message for problem in problems] == [message]
    assert hint is None or problems[0].hint == hint


def test_a_deep_check_says_what_would_be_refused_now(bench) -> None:
    bench.write(CI, TEXT)
    scene = CheckScene(root=str(bench.root), templates=bench.templates(), deep=True)
    problems = ConfigEdit().check(params(**REMOVE, job="nobody"), scene)
    assert [problem.severity for problem in problems] == [Severity.WARNING]
    assert problems[0].message == "`action` would be refused now: E_NOT_FOUND: there is no job nobody"
    assert ConfigEdit().check(params(**REMOVE), scene) == []


def test_the_target_is_locked_and_what_decides_is_read(tmp_path: Path) -> None:
    targets = ConfigEdit().targets(params(target=CI, action="add_migration_step"), str(tmp_path))
    assert targets.writes == (CI,)
    assert "package.json" in targets.reads
    assert ConfigEdit().targets(params(target=CI, action="nothing"), str(tmp_path)).writes == (CI,)


def test_a_pattern_edits_every_file_that_has_what_the_action_is_about_or_none(bench) -> None:
    other, none = ".github/workflows/other.yaml", ".github/workflows/none.yml"
    rename = {"target": ".github/workflows/*.y*ml", "action": "replace_in_run", "find": "npm audit", "replace": "x"}
    bench.write(CI, TEXT)
    bench.write(other, TEXT)
    bench.write(none, "on: push\njobs: {a: {runs-on: u, steps: [{run: make}]}}\n")

    first = bench.run(ConfigEdit(), rename)

    assert first.kind is OutcomeKind.CHANGED
    assert first.outputs["files"] == [CI, other]
    assert first.summary.startswith(f"2 of 3 files: {CI}: ")
    assert bench.read(CI) == bench.read(other) == TEXT.replace("npm audit", "x")
    bench.write(none, "a: [\n")
    bench.write(CI, TEXT)
    second = bench.run(ConfigEdit(), rename)
    assert second.kind is OutcomeKind.FAILED
    assert second.summary.startswith("E_PARSE: .github/workflows/none.yml: ")
    assert bench.read(CI) == TEXT


def test_a_pattern_takes_the_locks_of_its_files_and_is_refused_where_none_matches(bench) -> None:
    given = {"target": ".github/workflows/*.yml", "action": "add_timeouts"}
    refused = bench.run(ConfigEdit(), given)
    assert (refused.kind, refused.summary) == (
        OutcomeKind.FAILED,
        "E_FILE_MISSING: no file matches .github/workflows/*.yml",
    )
    bench.write(CI, TEXT)
    assert ConfigEdit().targets(params(**given), str(bench.root)).writes == (CI,)
    assert ConfigEdit().plan_depends_on(given, str(bench.root)) == (".github/workflows/*.yml",)
    assert bench.run(ConfigEdit(), given).kind is OutcomeKind.CHANGED


def test_without_a_target_the_one_file_that_fits_is_edited(bench) -> None:
    given = {"action": "remove_continue_on_error"}
    bench.write(".github/workflows/none.yml", "on: push\njobs: {a: {runs-on: u, steps: [{run: make}]}}\n")
    bench.write(CI, TEXT)

    first = bench.run(ConfigEdit(), given)

    assert (first.kind, first.outputs["files"]) == (OutcomeKind.CHANGED, [CI])
    assert first.summary.startswith(f"{CI}: removed 2 excuses")
    assert bench.run(ConfigEdit(), given).kind is OutcomeKind.UNCHANGED
    bench.write(CI, TEXT)
    bench.write(".github/workflows/more.yml", TEXT)
    assert bench.run(ConfigEdit(), given).summary.startswith("E_AMBIGUOUS: remove_continue_on_error fits several files")


def test_without_a_target_every_file_that_may_be_meant_is_locked(bench) -> None:
    given = {"action": "add_timeouts"}
    script = params(action="add_script", script="a", command="b")
    assert ConfigEdit().targets(script, str(bench.root)).writes == ("package.json",)
    assert ConfigEdit().targets(params(**given), str(bench.root)).writes == (".github/workflows/",)
    assert ConfigEdit().plan_depends_on(given, str(bench.root)) == (
        ".github/workflows/*.yml",
        ".github/workflows/*.yaml",
    )
    assert ConfigEdit().plan_depends_on({"action": "json_set"}, str(bench.root)) == ()


def test_a_target_may_be_left_out_only_where_it_can_be_found(bench) -> None:
    bench.write(CI, TEXT)
    scene = CheckScene(root=str(bench.root), templates=bench.templates(), deep=True)
    assert ConfigEdit().check(params(action="remove_continue_on_error"), scene) == []
    (problem,) = ConfigEdit().check(params(action="json_set", path="a", value=1), scene)
    assert (problem.code, problem.message) == (
        "E305",
        "`target` is missing: json_set may be meant for any json file",
    )
    bench.write(".github/workflows/more.yml", TEXT)
    (problem,) = ConfigEdit().check(params(action="remove_continue_on_error"), scene)
    assert problem.message.startswith("`action` would be refused now: E_AMBIGUOUS: ")
