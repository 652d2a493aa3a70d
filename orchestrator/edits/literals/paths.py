"""Paths as a person writes them: `coverageThreshold.global.lines`, `projects[0]`, `paths["@/*"]`, or the steps."""

import json
import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, Field

from orchestrator.edits.literals.tree import Path, Step
from orchestrator.edits.result import EditCode, Refusal

_PIECE = re.compile(r"""\.?(?P<name>[^.\[\]"']+)|\[(?P<index>-?\d+)\]|\[?(?P<quoted>"(?:[^"\\]|\\.)*")\]?""")


def parse_path(written: str | Sequence[Step]) -> Path:
    """Return the steps of a path; Refusal E_PARAM when it cannot be read."""
    if not isinstance(written, str):
        return tuple(written)
    steps: list[Step] = []
    at = 0
    while at < len(written):
        found = _PIECE.match(written, at)
        if found is None:
            raise Refusal(EditCode.PARAM, f"the path {written!r} cannot be read from character {at + 1} on")
        steps.append(_step(found))
        at = found.end()
        if at < len(written) and written[at] == "." and not written[at + 1 :].strip("."):
            raise Refusal(EditCode.PARAM, f"the path {written!r} ends with a dot")
        if at < len(written) and written[at] == "." and written[at + 1] in "[\"'":
            at += 1
    return tuple(steps)


def _step(found: re.Match[str]) -> Step:
    if found["index"] is not None:
        return int(found["index"])
    if found["quoted"] is not None:
        try:
            return str(json.loads(found["quoted"]))
        except ValueError as error:
            raise Refusal(EditCode.PARAM, f"{found['quoted']} is no text: {error}") from error
    return found["name"]


def shown(path: Sequence[Step]) -> str:
    """Return a path as a person writes it."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif re.fullmatch(r"[^.\[\]\"'\s]+", step):
            text += f".{step}" if text else step
        else:
            text += f"[{json.dumps(step, ensure_ascii=False)}]"
    return text or "the whole"


def _readable(written: str | list[str | int]) -> str | list[str | int]:
    try:
        parse_path(written)
    except Refusal as refusal:
        raise ValueError(refusal.reason) from refusal
    return written


# The param of every action that works at a path.
WrittenPath = Annotated[
    str | list[str | int],
    AfterValidator(_readable),
    Field(description='where: `a.b[0]`, `paths["@/*"]`, or a list of steps'),
]
