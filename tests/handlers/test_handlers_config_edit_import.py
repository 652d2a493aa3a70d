"""What listing the handlers costs: no parser is loaded before an action needs it."""

import subprocess
import sys

import pytest

_HEAVY = (
    "tree_sitter",
    "tomlkit",
    "yaml",
    "difflib",
    "importlib.resources",
    "zipfile",
    "tempfile",
    "asyncio",
    "hashlib",
    "ssl",
)
_SCRIPT = """
import sys
import pydantic, pydantic.types
from pydantic import BaseModel
BaseModel.__subclasses__()
class Warm(BaseModel): pass
before = set(sys.modules)
import orchestrator.handlers.config_edit
print(*sorted(set(sys.modules) - before))
"""


@pytest.fixture(scope="module")
def imported() -> set[str]:
    """Return the modules that the handler brings with it, beside those of pydantic."""
    command = [sys.executable, "-c", _SCRIPT]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize("name", _HEAVY)
def test_importing_the_handler_loads_no_parser_and_nothing_that_is_slow(imported: set[str], name: str) -> None:
    assert "orchestrator.handlers.config_edit" in imported
    assert name not in imported


def test_importing_the_handler_loads_no_action(imported: set[str]) -> None:
    assert not [name for name in imported if ".actions" in name or ".checker" in name]
