"""End-to-end tests among the generated ones: what they read and write, and who must not collect them."""

from orchestrator.contracts import Workspace
from orchestrator.edits.action import Scene
from orchestrator.edits.propose import propose, read_params
from orchestrator.edits.registry import find_action
from orchestrator.errors import MissingTool, TaskFailed
from orchestrator.models.json import Json
from orchestrator.models.plan import Targets
from orchestrator.testgen.e2e.config_file import NAME
from orchestrator.testgen.e2e.generator import READS
from orchestrator.testgen.e2e.runner import JEST_CONFIGS

_KEY = "testPathIgnorePatterns"
_INSTALLED = "/node_modules/"  # what Jest leaves out by itself, as long as nothing is said


def targets_of_e2e(test_file: str) -> Targets:
    """Return what decides the spec, and the files that may be written: it, the config, that of Jest."""
    return Targets(reads=READS, writes=(test_file, NAME, *JEST_CONFIGS))


def keep_out(workspace: Workspace, config: str, test_file: str) -> bool:
    """Let Jest leave the folder of the specs out; TaskFailed when its config cannot be edited."""
    folder = f"<rootDir>/{test_file.rpartition('/')[0]}/"
    in_package = config == "package.json"
    text = workspace.read_text(config)
    has_key = _KEY in text
    path = f"jest.{_KEY}" if in_package else _KEY
    kind = "json" if in_package else "js_config"
    value: Json = folder if has_key else [_INSTALLED, folder]
    try:
        action = find_action(f"{kind}_{'append' if has_key else 'set'}")
    except ModuleNotFoundError as error:
        message = f"{config} has to leave {folder} out, which needs the module {error.name}"
        raise MissingTool(message, hint="pip install 'orchestrate[edits]'") from error
    result = propose(action, Scene(config, workspace), read_params(action, {"path": path, "value": value}))
    if result.code is not None:
        message = f"Jest would collect {test_file}, and {config} cannot be edited: {result.reason}"
        raise TaskFailed(message, hint=f"add '{folder}' to {_KEY} by hand")
    return any(workspace.write_text(edit.path, edit.after) for edit in result.edits)
