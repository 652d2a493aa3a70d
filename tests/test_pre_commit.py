"""The hooks for pre-commit name a command that works and what it needs."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestrator.cli.commands import COMMANDS

ROOT = Path(__file__).parent.parent
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: str(hook["id"]))
@pytest.mark.parametrize(
    ("path", "is_ours"),
    [
        ("phases.yaml", True),
        ("config/phases.yml", True),
        ("orchestrate.phases.yaml", True),
        ("moon-phases.txt", False),
        ("myphases.yaml", False),
        ("phases.yaml.bak", False),
    ],
)
def test_a_hook_looks_at_documents_only(hook: dict[str, Any], path: str, is_ours: bool) -> None:
    assert bool(re.search(hook["files"], path)) is is_ours


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: str(hook["id"]))
def test_a_hook_starts_a_command_that_there_is(hook: dict[str, Any]) -> None:
    program, command, *_ = hook["entry"].split()
    assert (program, command in COMMANDS) == ("orchestrate", True)


def test_the_hook_with_an_environment_of_its_own_brings_the_parsers_of_edits() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert next(hook for hook in HOOKS if hook["language"] == "python")["additional_dependencies"] == extras["edits"]
