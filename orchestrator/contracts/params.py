"""What a person wrote for a handler, as a pydantic model.

Kept apart from the other contracts, because importing pydantic costs more than the rest of a command that only looks.
"""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, WithJsonSchema


def _plain_path(value: str) -> str:
    """Refuse what can never be a path below the root; the workspace checks again on the opened directory."""
    parts = value.split("/")
    if value.startswith("/") or "\\" in value or "\0" in value or ".." in parts or value.strip() == "":
        message = f"{value!r} is not a path below the repository root"
        raise ValueError(message)
    return value


# The same rule for editors, which know the JSON Schema only.
_PATH_SCHEMA = {"type": "string", "pattern": r"^(?!/)(?!(.*/)?\.\.(/|$))[^\\\u0000]*[^\s\\\u0000][^\\\u0000]*$"}
RelativePath = Annotated[str, AfterValidator(_plain_path), WithJsonSchema(_PATH_SCHEMA)]


class Params(BaseModel):
    """Base of every handler's params: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
