"""A repository that stands in memory, and actions on its Jest configuration."""

from collections.abc import Mapping
from typing import Any

from orchestrator.edits.action import Scene, TextTree
from orchestrator.edits.propose import propose, read_params
from orchestrator.edits.registry import find_action
from orchestrator.edits.result import EditResult

FILES = {
    "src/a.ts": "",
    "src/b.ts": "",
    "src/b.test.ts": "",
    "src/types.d.ts": "",
    "src/services/one.ts": "",
    "src/services/two.ts": "",
    "src/routes/users.ts": "",
    "src/gen/made.ts": "",
    "lib/old.js": "",
}


def act(
    action: str, text: str, path: str = "jest.config.js", files: Mapping[str, str] = {}, **params: Any
) -> EditResult:
    """Plan and prove an action on one config in that repository."""
    found = find_action(action)
    tree = TextTree({**FILES, **files, path: text})
    return propose(found, Scene(path, tree), read_params(found, params))
