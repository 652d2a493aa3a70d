"""The project's own formatter, when it has one, so that generated files look like written ones.

The text goes in by stdin with the name of the file, so the tree sees the finished file only and the formatter applies
the rules of that path. Its output is taken from a scratch file: `Finished.tail` is shortened and redacted.
"""

import hashlib
import json
import tempfile
import tomllib
from pathlib import Path, PurePosixPath

from msgspec import Struct

from orchestrator.contracts import Processes, Workspace
from orchestrator.errors import MissingTool, PathRefused
from orchestrator.handlers.file_generation_syntax import check_syntax

_SCRIPT_KINDS = (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts")
_TEXT_KINDS = (".json", ".css", ".scss", ".less", ".html", ".vue", ".md", ".yml", ".yaml", ".graphql")
_PRETTIER_KINDS = frozenset(_SCRIPT_KINDS + _TEXT_KINDS)
_PRETTIER_CONFIGS = tuple(
    f".prettierrc{ending}" for ending in ("", ".json", ".yml", ".yaml", ".toml", ".js", ".cjs", ".mjs", ".ts")
) + tuple(f"prettier.config.{ending}" for ending in ("js", "cjs", "mjs", "ts"))
# `$0` and what follows are the formatter's argv; nothing of a path or text is ever part of the script.
_TO_SCRATCH = 'exec "$0" "$@" >"$ORCHESTRATE_SCRATCH"'


class Formatter(Struct, frozen=True, kw_only=True):
    """A formatter that the project configured; `argv` is completed by the path of the file."""

    name: str
    argv: tuple[str, ...]
    config_hash: str
    is_installed: bool

    def command(self, path: str) -> tuple[str, ...]:
        """Return the argv that formats stdin as if it were this file."""
        ending = ("-",) if self.name != "prettier" else ()
        return (*self.argv, path, *ending)


def find_formatter(path: str, workspace: Workspace, processes: Processes) -> Formatter | None:
    """Return the formatter that the project uses for files of this kind; None when it uses none."""
    suffix = PurePosixPath(path).suffix
    if suffix in _PRETTIER_KINDS:
        return _prettier(workspace, processes)
    if suffix in (".py", ".pyi"):
        return _python_formatter(workspace, processes)
    return None


async def format_text(formatter: Formatter, path: str, text: str, processes: Processes) -> tuple[str, str]:
    """Return the formatted text and an empty note, or the text as it is and why it stayed so."""
    if not formatter.is_installed:
        return text, f"not formatted: {formatter.name} is configured, but not installed"
    with tempfile.TemporaryDirectory(prefix="orchestrate-") as folder:
        scratch = Path(folder, "formatted")
        argv = ("sh", "-c", _TO_SCRATCH, *formatter.command(path))
        try:
            finished = await processes.run(argv, env={"ORCHESTRATE_SCRATCH": str(scratch)}, stdin=text.encode())
        except MissingTool as error:
            return text, f"not formatted: {error.message}"
        if finished.exit_code != 0:
            return text, f"not formatted: {formatter.name} ended with exit code {finished.exit_code}"
        try:
            formatted = scratch.read_bytes().decode()  # noqa: ASYNC240 - a few kilobytes of a file just written
        except (OSError, UnicodeDecodeError) as error:
            return text, f"not formatted: {formatter.name} gave no usable text ({error})"
    if not formatted.strip() or check_syntax(path, formatted).problem:
        return text, f"not formatted: {formatter.name} gave a text that does not parse"
    return formatted, ""


def _prettier(workspace: Workspace, processes: Processes) -> Formatter | None:
    config = _config_of_prettier(workspace)
    if config is None:
        return None
    program = "node_modules/.bin/prettier"
    return Formatter(
        name="prettier",
        argv=(program, "--stdin-filepath"),
        config_hash=hashlib.sha256(config).hexdigest(),
        is_installed=processes.find(program) is not None,
    )


def _config_of_prettier(workspace: Workspace) -> bytes | None:
    """Return what decides the style: the config file, or the key of package.json; editorconfig comes with it."""
    extra = _read(workspace, ".editorconfig") or b""
    for name in _PRETTIER_CONFIGS:
        found = _read(workspace, name)
        if found is not None:
            return found + extra
    package = _json_object(_read(workspace, "package.json"))
    return json.dumps(package["prettier"], sort_keys=True).encode() + extra if "prettier" in package else None


def _python_formatter(workspace: Workspace, processes: Processes) -> Formatter | None:
    """Return black when it is configured (it formats only), else ruff when that is (it may be there to lint)."""
    source = _read(workspace, "pyproject.toml") or b""
    try:
        tools = tomllib.loads(source.decode()).get("tool", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return None
    own = next((found for name in ("ruff.toml", ".ruff.toml") if (found := _read(workspace, name)) is not None), None)
    options: tuple[str, ...]
    if "black" in tools:
        name, options = "black", ("--quiet", "--stdin-filename")
    elif "ruff" in tools or own is not None:
        name, options = "ruff", ("format", "--quiet", "--stdin-filename")
    else:
        return None
    program = next((place for place in (f".venv/bin/{name}", name) if processes.find(place)), None)
    return Formatter(
        name=name,
        argv=(program or name, *options),
        config_hash=hashlib.sha256(source + (own or b"")).hexdigest(),
        is_installed=program is not None,
    )


def _read(workspace: Workspace, path: str) -> bytes | None:
    try:
        return workspace.read_bytes(path)
    except (OSError, PathRefused):  # not there, a folder, or a link that leads out of the tree
        return None


def _json_object(data: bytes | None) -> dict[str, object]:
    try:
        value = json.loads(data or b"{}")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
