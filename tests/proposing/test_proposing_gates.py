"""Coverage checkpoints that a later measurement adds to a document."""

import json
from pathlib import Path

import pytest

from orchestrator.checkpoints.report import Count
from orchestrator.edits.action import TextTree
from orchestrator.edits.pins import shipped_pins
from orchestrator.edits.result import EditCode, Refusal
from orchestrator.models.document import Document
from orchestrator.planning.document_loader import load_bytes
from orchestrator.proposing.document import render_document
from orchestrator.proposing.evidence import Evidence
from orchestrator.proposing.floors import Floors
from orchestrator.proposing.gates import Gates, gated, gates_for, new_gates, with_gates
from orchestrator.proposing.merging import only_new, remembered_keys
from orchestrator.proposing.roadmap import propose_roadmap
from orchestrator.surveying.coverage import SuiteCoverage
from orchestrator.surveying.survey import survey

CODE = "export function pick(n: number) {\n  if (n > 1 && n < 9) return 1;\n  return n;\n}\n"
FILES = {
    "package.json": json.dumps({"name": "app", "devDependencies": {"jest": "29"}, "scripts": {"test": "jest"}}),
    "jest.config.js": "module.exports = { collectCoverageFrom: ['src/**/*.ts'] };\n",
    "src/score.ts": CODE,
    "src/__tests__/score.test.ts": "",
    "node_modules/jest/package.json": "{}",
}
MORE = {**FILES, "src/more.ts": CODE}
MODULES = {"src/score.ts": {"statements": Count(covered=5, total=9)}}
MEASURED = Evidence(coverage={"jest": SuiteCoverage(suite="jest", folder=".", modules=MODULES)})


def proposed(files: dict[str, str], evidence: Evidence):
    tree = TextTree(files)
    return propose_roadmap(survey(tree, "app"), tree, evidence, lambda fields: "", shipped_pins())


def document_of(text: str) -> Document:
    found = load_bytes(text.encode(), Path("phases.yaml"))
    assert found.document is not None, found.problems
    return found.document


def gates(text: str, files: dict[str, str] = FILES) -> Gates:
    document = document_of(text)
    fresh = new_gates(Floors(survey(TextTree(files), "app"), MEASURED), remembered_keys(text), document)
    return gates_for(fresh, document, gated(only_new(proposed(files, MEASURED), text, document), fresh))


@pytest.mark.parametrize("eol", ["\n", "\r\n"])
def test_they_are_added_to_the_phases_that_touch_the_suite(eol: str) -> None:
    text = render_document(proposed(FILES, Evidence())).replace("\n", eol)
    added = with_gates(text, gates(text))
    assert added.count("\n") == added.count(eol)
    document = document_of(added)
    assert document.params["coverage_jest"].default == 55
    assert [[check.type for check in phase.checkpoint] for phase in document.phases] == [["coverage"], []]
    lines = iter(added.splitlines())
    assert all(line in lines for line in text.splitlines())  # each of them, in its order


def test_what_was_measured_at_once_is_not_added_again() -> None:
    text = render_document(proposed(FILES, MEASURED))
    assert gates(text).count == 0


def test_one_that_a_person_removed_stays_removed() -> None:
    text = render_document(proposed(FILES, MEASURED))
    head, _, rest = text.partition("    checkpoint:\n")
    bare = head.replace(head[head.index("# Percent") : head.index("phases:\n")], "")
    mine = bare + "\n" + rest[rest.index("# Keep these lines") :]
    assert "type: coverage" not in mine
    assert gates(mine).count == 0


def test_one_of_a_person_stands_for_ours() -> None:
    text = render_document(proposed(FILES, MEASURED)).split("# Keep these lines")[0]
    mine = text.replace("coverage_jest", "my_number").replace("default: 55", "default: 99")
    assert gates(mine).count == 0


def test_new_phases_get_theirs_with_the_param() -> None:
    text = _edits_alone()
    document = document_of(text)
    fresh = new_gates(Floors(survey(TextTree(MORE), "app"), MEASURED), remembered_keys(text), document)
    new = gated(only_new(proposed(MORE, MEASURED), text, document), fresh)
    found = gates_for(fresh, document, new)
    assert [bool(phase.checks) for phase in new.phases] == [True, False]
    assert (found.count, [param.name for param in found.params]) == (0, ["coverage_jest"])


def test_a_suite_that_no_task_touches_is_told() -> None:
    text = _edits_alone()
    document = document_of(text)
    fresh = new_gates(Floors(survey(TextTree(FILES), "app"), MEASURED), remembered_keys(text), document)
    nothing = only_new(proposed({"readme.md": ""}, Evidence()), text, document)
    assert [each.why for each in gates_for(fresh, document, nothing).left_out] == [
        "no task has to do with the code that it tests"
    ]


def test_a_form_without_room_is_refused() -> None:
    text = render_document(proposed(FILES, Evidence()))
    shared = text.replace("version: 1\n", "version: 1\nparams: &all {}\n").replace(
        "phases:\n", "x-all: *all\nphases:\n"
    )
    with pytest.raises(Refusal) as refused:
        with_gates(shared, gates(text))
    assert refused.value.code is EditCode.ALIAS


def _edits_alone() -> str:
    phase = "  - id: '1'\n    groups:\n      - id: a\n        tasks:\n"
    return f"version: 1\nproject: {{name: app}}\nphases:\n{phase}          - {{id: '1.1', name: x, type: manual}}\n"
