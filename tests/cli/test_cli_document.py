"""Problems that show only when the plan is made are told with all others."""

import json
from pathlib import Path
from typing import Any

import pytest

from orchestrator.cli.document import examine, open_document, open_valid
from orchestrator.cli.options import Checking
from orchestrator.errors import DocumentInvalid


def _plant(root: Path, *tasks: dict[str, Any], **more: Any) -> Path:
    planned = [{"name": f"task {number}", "type": "command", **task} for number, task in enumerate(tasks, start=1)]
    path = root / "phases.yaml"
    whole = {"version": 1, "project": {"name": "x"}, "phases": [{"id": "1", "groups": [{"id": "a", "tasks": planned}]}]}
    path.write_text(json.dumps({**whole, **more}, indent=1))
    return path


def _problems(path: Path) -> list[tuple[str, int]]:
    """Return code and line of every problem that `validate` tells."""
    opened = open_document(path, Checking())
    return [(each.code, each.place.line if each.place else 0) for each in examine(opened, Checking())[0]]


def _line(path: Path, text: str) -> int:
    return next(number for number, row in enumerate(path.read_text().splitlines(), start=1) if text in row)


BROKEN = ("{{ nope }}", "{{ 1 | nofilter }}", "{{ open", "{{ params.nope }}")


def test_every_expression_that_cannot_be_evaluated_is_told_at_its_place(tmp_path: Path) -> None:
    path = _plant(tmp_path, *({"id": f"1.{n}", "command": ["echo", text]} for n, text in enumerate(BROKEN)))
    found = _problems(path)
    assert [code for code, _ in found] == ["E405"] * len(BROKEN)
    assert len({line for _, line in found}) == len(BROKEN)


def test_expressions_are_told_together_with_what_else_is_wrong(tmp_path: Path) -> None:
    path = _plant(
        tmp_path,
        {"id": "1.1", "command": ["echo"], "depends_on": ["9.9"]},
        {"id": "1.2", "command": ["echo", "{{ nope }}"]},
    )
    assert [code for code, _ in _problems(path)] == ["E203", "E405"]
    with pytest.raises(DocumentInvalid) as caught:
        open_valid(path, Checking())
    assert {problem.code for problem in caught.value.problems} == {"E203", "E405"}


def test_a_task_that_is_asked_and_does_not_exist_is_told_at_who_asks(tmp_path: Path) -> None:
    path = _plant(tmp_path, {"id": "1.1", "command": ["echo", "{{ tasks['9.1'].outputs.x }}"]})
    ((code, line),) = _problems(path)
    assert (code, abs(line - _line(path, '"1.1"')) <= 3) == ("E203", True)


def test_a_param_that_only_the_command_line_can_give_is_no_problem(tmp_path: Path) -> None:
    path = _plant(tmp_path, {"id": "1.1", "command": ["echo", "{{ params.n }}"]}, params={"n": {"type": "integer"}})
    assert _problems(path) == []
