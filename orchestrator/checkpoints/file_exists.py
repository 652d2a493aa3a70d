"""``type: file_exists``: files that have to be there after the work."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from orchestrator.contracts import CheckContext, Checkpoint, Measurement, Params, RelativePath, Workspace
from orchestrator.errors import OrchestrateError

_WILD = frozenset("*?[")


def _one_or_many(value: object) -> object:
    return [value] if isinstance(value, str) else value


class FileExistsParams(Params):
    """Files by path or glob; a path that ends with `/` is a folder."""

    path: Annotated[
        list[RelativePath], BeforeValidator(_one_or_many, json_schema_input_type=list[str] | str), Field(min_length=1)
    ] = Field(max_length=1_000, description="files, globs, or folders with a `/` at the end")
    min_size: int = Field(default=0, ge=0, description="bytes that each file has at least")


class FileExists(Checkpoint[FileExistsParams]):
    """Look for files; a glob has to match at least one."""

    type = "file_exists"
    params_model = FileExistsParams

    def title(self, params: FileExistsParams) -> str:
        """Name the first paths."""
        more = f" and {len(params.path) - 2} more" if len(params.path) > 2 else ""
        return f"there: {', '.join(params.path[:2])}{more}"

    async def measure(self, params: FileExistsParams, context: CheckContext) -> Measurement:
        """Collect what is missing or too small."""
        problems = []
        for path in params.path:
            try:
                problem = _problem(path, params.min_size, context.workspace)
            except (OSError, OrchestrateError) as error:
                problem = f"{path} cannot be read: {error}"
            problems += [problem] if problem else []
        return Measurement(
            ok=not problems,
            message="; ".join(problems) if problems else f"{len(params.path)} of {len(params.path)} there",
            value=float(len(params.path) - len(problems)),
            limit=float(len(params.path)),
            unit="files",
            source=", ".join(params.path),
        )


def _problem(path: str, min_size: int, workspace: Workspace) -> str | None:
    """Return what is wrong with one path or glob, or None."""
    if _WILD.intersection(path):
        found = workspace.glob(path)
        if not found:
            return f"nothing matches {path}"
        small = next((name for name in found if len(workspace.read_bytes(name)) < min_size), None)
        return _too_small(small, min_size) if small else None
    if path.endswith("/"):
        return None if workspace.is_folder(path.rstrip("/")) else f"there is no folder {path}"
    if workspace.is_folder(path):
        return f"{path} is a folder"
    if not workspace.exists(path):
        return f"there is no file {path}"
    return _too_small(path, min_size) if len(workspace.read_bytes(path)) < min_size else None


def _too_small(path: str, min_size: int) -> str:
    return f"{path} is smaller than {min_size} bytes"
