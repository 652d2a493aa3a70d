from pathlib import Path

import pytest

from orchestrator.edits.finding import new_findings
from orchestrator.edits.workflows.checker import check_text
from orchestrator.edits.workflows.expressions import (
    Call,
    Context,
    Expression,
    ExpressionError,
    Literal,
    Operation,
    parse,
    spans,
)
from orchestrator.edits.workflows.reachability import is_reachable
from orchestrator.edits.yaml.model import load_model

GOOD = """\
name: x
on:
  push:
    branches: [main]
  schedule:
    - cron: '5 4 * * sun'
permissions:
  contents: read
jobs:
  a:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        v: [1, 2]
    outputs:
      o: ${{ steps.s.outputs.o }}
    steps:
      - id: s
        run: echo ${{ matrix.v }}
      - if: steps.s.outcome == 'success' && always()
        uses: ./.github/actions/x
        with:
          k: ${{ format('{0}', env.X) }}
  b:
    needs: a
    if: ${{ !cancelled() && needs.a.outputs.o != '' }}
    uses: ./.github/workflows/y.yml
    secrets: inherit
"""


def test_a_sound_workflow_has_no_findings() -> None:
    assert check_text(GOOD) == ()


@pytest.mark.parametrize(
    ("old", "new", "rule", "line"),
    [
        ("name: x", "nmae: x", "unknown-key", 1),
        ("runs-on: ubuntu", "run-on: ubuntu", "missing-key", 10),
        ("  push:", "  pusch:", "event", 3),
        ("    branches: [main]", "    branches: [main]\n    branches-ignore: [x]", "event-filter", 5),
        ("5 4 * * sun", "5 25 * * sun", "cron", 6),
        ("contents: read", "content: read", "permission", 8),
        ("contents: read", "contents: admin", "permission", 8),
        ("needs: a", "needs: c", "needs-unknown", 25),
        ("    strategy:", "    needs: b\n    strategy:", "needs-cycle", 10),
        ("matrix.v }}", "matrix.w }}", "matrix-key", 19),
        ("steps.s.outputs.o", "steps.t.outputs.o", "step-output", 16),
        ("needs.a.outputs.o", "needs.a.outputs.p", "needs-output", 26),
        ("format('{0}', env.X)", "formt('{0}', env.X)", "expression", 23),
        ("format('{0}', env.X)", "format('{0}', env.X", "expression", 23),
        ("format('{0}', env.X)", "nothing.x", "context", 23),
        ("needs.a.outputs.o != ''", "env.X != ''", "context", 26),
        ("run: echo", "uses: a/b@main\n        run: echo", "step-form", 18),
        ("- id: s", "- id: 1s", "step-id", 18),
        ("  b:", "  b b:", "job-id", 24),
        ("    secrets: inherit", "    steps: []", "job-form", 28),
        ("uses: ./.github/actions/x", "uses: a/b@v1", "unpinned-use", 21),
        (
            "${{ !cancelled() && needs.a.outputs.o != '' }}",
            "github.ref_name == 'dev' && github.event_name == 'push'",
            "unreachable-job",
            26,
        ),
        ("  push:", "  pull_request_target:", "dangerous-trigger", 3),
        ("jobs:", "jobs: &x\n  <<: *x\n", "readable", 1),
    ],
)
def test_a_mistake_is_found_at_its_line(old: str, new: str, rule: str, line: int) -> None:
    found = [(finding.rule, finding.line) for finding in check_text(GOOD.replace(old, new, 1))]
    assert (rule, line) in found


def test_only_new_findings_count_wherever_they_have_moved() -> None:
    before = check_text(GOOD.replace("uses: ./.github/actions/x", "uses: a/b@v1"))
    after = check_text(
        GOOD.replace("uses: ./.github/actions/x", "uses: a/b@v1").replace(
            "      - id: s", "      - run: x\n      - id: s"
        )
    )
    assert new_findings(before, after) == ()
    assert [finding.rule for finding in new_findings((), before)] == ["unpinned-use"]


@pytest.mark.parametrize(
    ("on", "condition", "reachable"),
    [
        ("{push: {branches: [main]}}", "github.ref == 'refs/heads/develop'", False),
        ("{push: {branches: ['**']}}", "github.ref == 'refs/heads/develop'", True),
        ("{push: {branches: [main, '!x']}}", "github.ref_name == 'main'", True),
        ("{push: {tags: ['v*']}}", "startsWith(github.ref, 'refs/tags/v')", True),
        ("{push: {branches: [main]}}", "startsWith(github.ref, 'refs/tags/v')", False),
        ("{push: {branches-ignore: [dev]}}", "github.ref_name == 'dev'", False),
        ("{push: {branches: [main]}, workflow_dispatch: }", "github.ref == 'refs/heads/develop'", True),
        ("push", "github.event_name == 'pull_request'", False),
        ("[push, pull_request]", "github.event_name == 'pull_request'", True),
        ("pull_request", "github.ref == 'refs/heads/main'", False),
        ("push", "vars.X == 'y' && false", False),
        ("push", "vars.X == 'y'", True),
        ("push", "!(github.event_name == 'push')", False),
        ("schedule", "github.event_name != 'schedule' || success()", True),
    ],
)
def test_a_job_that_no_event_can_start_is_known(on: str, condition: str, reachable: bool) -> None:
    text = f'on: {on}\njobs:\n  a:\n    runs-on: x\n    if: "{condition}"\n    steps: [{{run: x}}]\n'
    assert is_reachable(load_model(text), "a") is reachable


A, B, C = Context("a"), Context("b"), Context("c")


@pytest.mark.parametrize(
    ("source", "tree"),
    [
        ("a.b[0].c", Context("a", ("b", Literal(0.0), "c"))),
        ("a['b-c'].*", Context("a", (Literal("b-c"), "*"))),
        (
            "f(1, 'it''s', !x) == null",
            Operation(
                "==", (Call("f", (Literal(1.0), Literal("it's"), Operation("!", (Context("x"),)))), Literal(None))
            ),
        ),
        ("-1.5e3 < 0x1F", Operation("<", (Literal(-1500.0), Literal(31.0)))),
        ("(a || b) && c", Operation("&&", (Operation("||", (A, B)), C))),
        ("a || b && c", Operation("||", (A, Operation("&&", (B, C))))),
    ],
)
def test_expressions_are_read(source: str, tree: Expression) -> None:
    assert parse(source) == tree


@pytest.mark.parametrize("source", ["", "a.", "a b", "f(", "'x", "a ==", '"x"', "a = b", "(" * 60 + ")" * 60])
def test_what_is_no_expression_is_an_error(source: str) -> None:
    with pytest.raises(ExpressionError):
        parse(source)


def test_the_expressions_of_a_text_are_found() -> None:
    assert list(spans("a ${{ x }} b ${{ '}}' }}")) == [" x ", " '}}' "]
    with pytest.raises(ExpressionError, match="never closed"):
        list(spans("${{ x"))


def test_real_workflows_have_hardly_any_error(corpus: list[tuple[str, str]]) -> None:
    wrong = {
        name
        for name, text in corpus
        for finding in check_text(text)
        if finding.severity == "error" and "$cron-weekly" not in text and "{{ " not in finding.message
    }
    assert {Path(name).suffix for name in wrong} <= {".yml"}
    assert len(wrong) <= len(corpus) // 100


STEPS = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("        timeout-minutes: abc\n", "timeout-minutes: has to be a number of minutes, not 'abc'"),
        ("        timeout-minutes: 0\n", "timeout-minutes: has to be a number of minutes, not 0"),
        ("        continue-on-error: maybe\n", "continue-on-error: has to be true or false, not 'maybe'"),
        ("        shell: basch\n", "shell: has to be one of bash, "),
        ("      - uses: actions/checkout\n", "uses: `actions/checkout` names no version"),
        ("    strategy: {fail-fast: some}\n", "strategy.fail-fast: has to be true or false"),
        ("    strategy: {max-parallel: many}\n", "strategy.max-parallel: has to be a number, not 'many'"),
        ("    concurrency: {group: x, cancel-in-progress: never}\n", "cancel-in-progress: has to be true or false"),
        ("    defaults: {run: {shell: basch}}\n", "defaults.run.shell: has to be one of bash, "),
    ],
)
def test_a_value_of_the_wrong_kind_is_an_error(line: str, told: str) -> None:
    (finding,) = [each for each in check_text(STEPS + line) if each.rule in ("value", "version")]
    assert told in finding.message
    assert finding.severity == "error"


@pytest.mark.parametrize(
    "line",
    [
        "        timeout-minutes: ${{ inputs.minutes }}\n",
        "        timeout-minutes: 0.5\n",
        "        continue-on-error: ${{ matrix.may }}\n",
        "        shell: PowerShell\n",
        "        shell: perl {0}\n",
        "      - uses: ./.github/actions/x\n",
        "      - uses: docker://alpine:3\n",
        "      - uses: $/.github/actions/x\n",
        "    strategy: {max-parallel: 0, fail-fast: false}\n",
    ],
)
def test_values_that_github_takes_are_no_finding(line: str) -> None:
    assert [each for each in check_text(STEPS + line) if each.rule in ("value", "version")] == []


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("        with: {python-version: 3.10}\n", 1),
        ("        with: {python-version: '3.10'}\n", 0),
        ("        with: {python-version: 3.11}\n", 0),
        ("    strategy: {matrix: {python-version: [3.9, 3.10, 3.20]}}\n", 2),
    ],
)
def test_a_version_that_yaml_shortens_is_a_warning(line: str, count: int) -> None:
    found = [each for each in check_text(STEPS + line) if each.rule == "number"]
    assert len(found) == count
    assert all("put the version in quotes" in each.message and each.severity == "warning" for each in found)
