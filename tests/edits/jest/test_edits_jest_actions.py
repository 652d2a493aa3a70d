"""What the coverage actions mean: order of globs, gates by mode, the demo repository, and Jest's own traps."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jest_world import act

from orchestrator.edits.action import Scene, TextTree
from orchestrator.edits.propose import propose, read_params
from orchestrator.edits.registry import find_action

DEMO = Path(__file__).parents[3] / "examples" / "learning-platform"
EXPAND, GATES = "expand_coverage_collection", "add_directory_thresholds"
ROADMAP = {"thresholds": {"services": 70, "routes": 60, "utils": 80}, "mode": "ratchet"}
LIST = "module.exports = {\n  collectCoverageFrom: [\n    'src/services/**',\n    '!**/*.d.ts',\n  ],\n};\n"


def summary(**files: tuple[int, int]) -> str:
    """Return a coverage-summary.json made on another machine; each file has covered and total lines."""
    entries = {}
    for name, (covered, total) in files.items():
        counts = {"total": total, "covered": covered, "skipped": 0, "pct": 100 * covered / total}
        path = f"/home/ci/work/{name.replace('__', '/')}.ts"
        entries[path] = dict.fromkeys(("lines", "statements", "functions", "branches"), counts)
    return json.dumps({"total": {}, **entries})


# ---------------------------------------------------------------- which files count


def test_a_positive_glob_goes_before_the_first_negative_one_and_the_effect_is_counted() -> None:
    result = act(EXPAND, LIST, include=["src/routes/**/*.ts"], exclude=["src/gen/**"])

    assert (
        "    'src/services/**',\n    'src/routes/**/*.ts',\n    '!**/*.d.ts',\n    '!src/gen/**',\n"
        in result.edits[0].after
    )
    assert result.reason == "collectCoverageFrom gets 2 entries: +1 files, -0"


def test_without_params_the_whole_source_counts_and_tests_stay_out() -> None:
    result = act(EXPAND, LIST.replace("'!**/*.d.ts'", "'!src/routes/**',\n    '!src/types/**'"))

    after = result.edits[0].after
    assert "'!src/routes/**'" not in after
    assert "'!src/types/**',\n    '!src/**/*.d.ts',\n    '!src/**/*.test.ts',\n" in after


def test_a_glob_that_is_there_below_the_root_folder_is_not_added_again() -> None:
    text = LIST.replace("src/services/**", "<rootDir>/src/**/*.ts").replace(
        "!**", "!<rootDir>/src/routes/**',\n    '!**"
    )

    result = act(EXPAND, text)

    assert result.reason == "collectCoverageFrom gets 0 entries, loses 1: +1 files, -0"
    assert "    '<rootDir>/src/**/*.ts',\n    '!**/*.d.ts',\n  ],\n" in result.edits[0].after
    assert any(warning.startswith("src/b.test.ts and 1 more would count") for warning in result.warnings)


def test_what_excludes_a_wanted_glob_is_a_conflict_until_it_is_removed() -> None:
    text = LIST.replace("'!**/*.d.ts'", "'!src/routes/**'")

    refused = act(EXPAND, text, include=["src/routes/**"])
    done = act(EXPAND, text, include=["src/routes/**"], remove=["!src/routes/**"])

    assert (refused.status, refused.code) == ("conflict", "E_CONFLICT")
    assert "remove: ['!src/routes/**']" in refused.hint
    assert done.reason == "collectCoverageFrom gets 1 entries, loses 1: +1 files, -0"


def test_globs_that_match_nothing_are_warned_of() -> None:
    assert "`nowhere/**` matches nothing" in act(EXPAND, LIST, include=["nowhere/**"]).warnings


@pytest.mark.parametrize("is_listed", [False, True])
def test_a_glob_whose_files_are_all_taken_out_again_is_a_conflict_listed_or_not(*, is_listed: bool) -> None:
    listed = "'src/routes/**/*.ts', '!src/routes/**'" if is_listed else "'!src/routes/**'"
    text = LIST.replace("'!**/*.d.ts'", listed)

    result = act(EXPAND, text, include=["src/routes/**/*.ts"])

    assert (result.status, result.code) == ("conflict", "E_CONFLICT")
    assert result.reason == "`src/routes/**/*.ts` matches 1 file, and `!src/routes/**` takes all of them out again"
    assert act(EXPAND, text, include=["src/routes/**/*.ts"], remove=["!src/routes/**"]).status == "changed"


def test_all_of_it_being_there_is_already() -> None:
    assert act(EXPAND, LIST, include=["src/services/**"], exclude=["!**/*.d.ts"]).status == "already"


def test_a_missing_list_is_made_unless_that_is_forbidden() -> None:
    text = "module.exports = {\n  verbose: true\n};\n"

    made = act(EXPAND, text, include=["src/**/*.ts"])
    refused = act(EXPAND, text, include=["src/**/*.ts"], create=False)

    assert made.edits[0].after == ("module.exports = {\n  verbose: true,\n  collectCoverageFrom: ['src/**/*.ts']\n};\n")
    assert refused.code == "E_NOT_FOUND"


def test_one_of_several_projects_is_chosen_by_its_name() -> None:
    text = "module.exports = { projects: [\n  { displayName: 'a' },\n  { displayName: { name: 'b', tag: 1 } }\n] };"

    result = act(EXPAND, text, include=["src/**/*.ts"], project="b")

    assert "tag: 1 }, collectCoverageFrom: ['src/**/*.ts'] }" in result.edits[0].after
    assert act(EXPAND, text, include=["src/**"], project="c").code == "E_NOT_FOUND"


def test_two_configurations_are_ambiguous_as_they_are_for_jest() -> None:
    package = {"package.json": '{"jest": {}}'}

    assert act(EXPAND, LIST, files=package).code == "E_AMBIGUOUS"
    assert act(EXPAND, LIST, files={"jest.config.ts": ""}).code == "E_AMBIGUOUS"
    assert act(EXPAND, LIST, files={"package.json": '{"devDependencies": {"jest": "1"}}'}).status == "changed"


def test_json_and_package_json_are_edited_alike() -> None:
    text = '{\n  "collectCoverageFrom": ["src/**/*.ts"]\n}\n'
    package = '{\n  "name": "x",\n  "jest": {\n    "verbose": true\n  }\n}\n'

    plain = act(EXPAND, text, "jest.config.json", include=["lib/**/*.js"])
    inside = act(EXPAND, package, "package.json", include=["lib/**/*.js"])

    assert plain.edits[0].after == '{\n  "collectCoverageFrom": ["src/**/*.ts", "lib/**/*.js"]\n}\n'
    assert json.loads(inside.edits[0].after)["jest"] == {"verbose": True, "collectCoverageFrom": ["lib/**/*.js"]}


def test_a_list_that_grows_too_long_for_its_line_is_given_a_line_for_each() -> None:
    text = "module.exports = { collectCoverageFrom: ['src/services/**/*.ts', '!src/**/*.d.ts'] };\n"

    result = act(EXPAND, text, include=["src/routes/**/*.ts", "lib/**/*.js"])

    assert result.edits[0].after == (
        "module.exports = { collectCoverageFrom: [\n  'src/services/**/*.ts',\n  'src/routes/**/*.ts',\n"
        "  'lib/**/*.js',\n  '!src/**/*.d.ts'\n] };\n"
    )


def test_a_spread_may_be_vouched_for() -> None:
    text = "module.exports = {\n  ...preset(),\n};\n"

    assert act(EXPAND, text, include=["src/**"]).code == "E_DYNAMIC"
    assert act(EXPAND, text, include=["src/**"], trust_spreads=True).status == "changed"


def test_a_comment_above_the_list_is_pointed_out() -> None:
    result = act(EXPAND, LIST.replace("  collect", "  // only services\n  collect"), include=["lib/**"])

    assert "line 2: see whether the comment still holds: // only services" in result.warnings


# ---------------------------------------------------------------- how much of them


def test_gates_get_a_trailing_slash_and_all_four_metrics() -> None:
    result = act(GATES, LIST, thresholds={"services": 70}, mode="set")

    metrics = "".join(f"\n      {each}: 70," for each in ("branches", "functions", "lines", "statements"))
    wanted = f"'./src/services/': {{{metrics}\n    }},"
    assert wanted in result.edits[0].after


@pytest.mark.parametrize(
    ("mode", "present", "wanted", "outcome"),
    [
        ("add", 60, 60, "already"),
        ("add", 80, 60, "already"),
        ("add", 50, 60, "conflict"),
        ("raise_only", 50, 60, 60),
        ("raise_only", 80, 60, "already"),
        ("set", 80, 60, 60),
        ("ratchet", 50, 60, 66),
        ("ratchet", 70, 60, "already"),
        ("ratchet", -5, 60, "already"),
    ],
)
def test_each_mode_meets_a_gate_that_is_there_in_its_own_way(
    mode: str, present: int, wanted: int, outcome: Any
) -> None:
    text = LIST.replace("};\n", f"  coverageThreshold: {{ 'src/services': {{ lines: {present} }} }},\n}};\n")
    report = {"coverage/coverage-summary.json": summary(src__services__one=(2, 3), src__services__two=(2, 3))}

    result = act(GATES, text, files=report, thresholds={"services": {"lines": wanted}}, mode=mode)

    if isinstance(outcome, str):
        assert result.status == outcome, result.reason
    else:
        assert f"'src/services': {{ lines: {outcome} }}" in result.edits[0].after


def test_a_ratchet_without_a_report_starts_at_zero_and_says_so_or_refuses() -> None:
    started = act(GATES, LIST, thresholds={"services": 70})
    refused = act(GATES, LIST, thresholds={"services": 70}, without_report="refuse")

    assert "lines: 0," in started.edits[0].after
    assert "nothing was measured yet" in started.duties[0].text
    assert refused.code == "E_PRECONDITION"
    assert "json-summary" in refused.hint


def test_a_gate_that_jest_would_fail_on_is_refused() -> None:
    result = act(GATES, LIST, thresholds={"routes": 10}, mode="set")

    assert result.code == "E_PRECONDITION"
    assert result.reason.startswith("collectCoverageFrom counts no file below ./src/routes/")
    assert act(GATES, LIST, thresholds={"nowhere": 10}, mode="set").code == "E_NOT_FOUND"


def test_what_is_left_to_the_global_gate_is_computed_from_the_report() -> None:
    text = "module.exports = { coverageThreshold: { global: { lines: 60 } } };"
    report = {"coverage/coverage-summary.json": summary(src__services__one=(9, 10), src__a=(1, 10))}

    result = act(GATES, text, files=report, thresholds={"services": 70})

    assert "would fail on the 1 files left to it: lines 10.0 % of 60 %" in result.warnings[-1]


def test_coverage_ratchet_raises_every_gate_and_lowers_none() -> None:
    gates = "{ global: { lines: 10 }, './src/services/': { lines: 99, branches: 1 } }"
    text = f"module.exports = {{ coverageThreshold: {gates} }};"
    report = {"coverage/coverage-summary.json": summary(src__services__one=(2, 3), src__a=(1, 2))}

    result = act("coverage_ratchet", text, files=report)

    assert "global: { lines: 50 }, './src/services/': { lines: 99, branches: 66 }" in result.edits[0].after
    assert act("coverage_ratchet", result.edits[0].after, files=report).status == "already"
    assert act("coverage_ratchet", text).code == "E_PRECONDITION"


# ---------------------------------------------------------------- the demo repository


def demo_tree() -> dict[str, str]:
    """Return the demo's sources and configuration."""
    kinds = (".ts", ".js", ".json")
    paths = [path for path in DEMO.rglob("*") if path.suffix in kinds and "node_modules" not in path.parts]
    return {path.relative_to(DEMO).as_posix(): path.read_text("utf-8") for path in paths}


def phase_one() -> tuple[str, str]:
    """Return the demo's config before and after tasks 1.1 and 1.2 with the roadmap's params."""
    texts = demo_tree()
    before = texts["jest.config.js"]
    for name, given in ((EXPAND, {}), (GATES, ROADMAP)):
        action = find_action(name)
        result = propose(action, Scene("jest.config.js", TextTree(texts)), read_params(action, given))
        assert result.status == "changed", result.reason
        texts["jest.config.js"] = result.edits[0].after
        again = propose(action, Scene("jest.config.js", TextTree(texts)), read_params(action, given))
        assert again.status == "already"
    return before, texts["jest.config.js"]


def test_the_roadmap_edits_the_demo_without_touching_another_line() -> None:
    before, after = phase_one()

    gone = [line for line in before.splitlines() if line not in after.splitlines()]
    folders = ("routes", "config", "database", "plugins", "middleware", "graphql", "utils")
    assert gone == [f"    '!src/{folder}/**'," for folder in folders]


@pytest.mark.slow
def test_node_reads_the_intended_object_from_the_demo() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed")
    before, after = phase_one()
    script = "const m = { exports: {} }; new Function('module', require('fs').readFileSync(0, 'utf8'))(m);"
    script += "console.log(JSON.stringify(m.exports))"

    old, new = (
        json.loads(subprocess.run([node, "-e", script], input=text, capture_output=True, text=True, check=True).stdout)
        for text in (before, after)
    )

    zero = dict.fromkeys(("branches", "functions", "lines", "statements"), 0)
    folders = ("services", "routes", "utils")
    assert new["coverageThreshold"] == {**old["coverageThreshold"], **{f"./src/{each}/": zero for each in folders}}
    assert new["collectCoverageFrom"] == [
        "src/services/**/*.ts",
        "src/**/*.ts",
        *(f"!src/**/{name}" for name in ("*.d.ts", "*.test.ts", "*.spec.ts", "index.ts")),
        "!src/types/**",
        "!src/app.ts",
        "!src/database/migrations/**",
        "!src/test/**",
    ]
    assert {**old, "coverageThreshold": 0, "collectCoverageFrom": 0} == {
        **new,
        "coverageThreshold": 0,
        "collectCoverageFrom": 0,
    }
