"""What a preview says where nothing is known to change, and what an unknown param is told."""

from pathlib import Path

import pytest

from orchestrator.cli.opening import open_plan
from orchestrator.cli.options import Planning
from orchestrator.cli.preview import no_change
from orchestrator.errors import UsageError

DOCUMENT = (
    'version: 1\nproject: {name: x}\nphases: [{id: "1", groups: [{id: a, tasks: [{id: "1.1", name: x, TASK}]}]}]\n'
)
COMMAND, MANUAL = 'type: command, command: ["true"]', "type: manual, instructions: look"


@pytest.mark.parametrize(
    ("task", "told"),
    [
        (COMMAND, "no change is known beforehand: commands are not started"),
        (f"{COMMAND}, when: false", "nothing would change"),
        (MANUAL, "nothing would change"),
    ],
)
def test_nothing_would_change_is_only_said_where_it_is_known(tmp_path: Path, task: str, told: str) -> None:
    (tmp_path / "phases.yaml").write_text(DOCUMENT.replace("TASK", task))
    opened = open_plan(Planning(config=tmp_path / "phases.yaml"))
    assert no_change(opened.plan, opened.catalogue) == told


def test_a_param_of_a_document_without_params_is_told_how_to_declare_it(tmp_path: Path) -> None:
    (tmp_path / "phases.yaml").write_text(DOCUMENT.replace("TASK", MANUAL))
    with pytest.raises(UsageError, match="there is no param 'y'") as caught:
        open_plan(Planning(config=tmp_path / "phases.yaml", param=["y=1"]))
    assert caught.value.hint == "the document declares none: params: {y: {default: ...}}"
