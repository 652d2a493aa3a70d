"""``add_nonroot_user``: the container does not run as root.

The user stands behind the last instruction that needs root (RUN, COPY, ADD, WORKDIR) of the last stage. It is numeric
where the image has no tools to make one, and the image's own where it brings one.
"""

import re

from pydantic import Field

from orchestrator.edits.action import Action, EditParams, Scene
from orchestrator.edits.dockerfile.editor import DockerfileEditor
from orchestrator.edits.dockerfile.scanner import Instruction
from orchestrator.edits.dockerfile.stages import Stage, base_image, family, final_lineage
from orchestrator.edits.kinds import DOCKERFILE
from orchestrator.edits.result import EditCode, EditResult, Refusal, already, changed

_ROOT = re.compile(r"(?:root|0)(?::.*)?")
_BRINGS_USER = {"node": "node"}
_MAKE = {
    "alpine": "addgroup -S -g {uid} {user} && adduser -S -D -H -u {uid} -G {user} {user}",
    "debian": "groupadd --system --gid {uid} {user} && useradd --system --no-create-home -u {uid} -g {uid} {user}",
}


class UserParams(EditParams):
    """The user."""

    user: str | None = Field(default=None, pattern=r"^[a-z_][a-z0-9_-]*$", description="one that the image has already")
    uid: int = Field(default=10001, ge=1, le=65535, description="of the user that is made")
    replace: bool = Field(default=False, description="replace an explicit USER root")


class AddNonrootUser(Action[UserParams]):
    """Run without root."""

    name = "add_nonroot_user"
    summary = "Make the last stage of a Dockerfile run as a user that is not root"
    params_model = UserParams
    kinds = frozenset((DOCKERFILE,))

    def plan(self, scene: Scene, params: UserParams) -> EditResult:
        """Add USER behind everything that needs root."""
        editor = DockerfileEditor(scene.target, scene.text)
        stages = editor.stages
        user = _user_of(stages)
        if user is not None and "$" in user.text:
            raise Refusal(EditCode.DYNAMIC, f"line {user.line}: the user is computed: {user.text}")
        if user is not None and not _ROOT.fullmatch(user.text):
            return already(f"it runs as {user.text}", warnings=_notes(stages[-1]))
        last = stages[-1].last_of("USER")
        if user is not None and last is not None and not params.replace:
            reason = f"line {user.line} says USER {user.text}"
            raise Refusal(EditCode.CONFLICT, reason, hint="replace: true puts another user behind it")
        entries = _entries(base_image(stages), params)
        index = (stages[-1].last_of("FROM", "RUN", "COPY", "ADD", "WORKDIR", "USER", "SHELL") or 0) + 1
        editor.insert(index, entries, after_previous=True)
        return changed(f"it runs as {entries[-1][1]}", [editor.finish()], warnings=_notes(stages[-1]))


def _user_of(stages: list[Stage]) -> Instruction | None:
    """Return the USER that is in force at the end, also one of a stage that the last one is built on."""
    for stage in final_lineage(stages):
        at = stage.last_of("USER")
        if at is not None:
            return stage.instructions[at - stage.first]
    return None


def _entries(image: str, params: UserParams) -> list[tuple[str, str]]:
    kind = family(image)
    if kind == "windows":
        raise Refusal(EditCode.PRECONDITION, f"{image} is a Windows image, it has other users")
    if "$" in image and params.user is None:
        raise Refusal(EditCode.DYNAMIC, f"the base image is computed: {image}", hint="say `user`")
    short = image.partition("@")[0].rsplit("/", 1)[-1].partition(":")[0]
    if params.user is not None:
        return [("USER", params.user)]
    if short in _BRINGS_USER and kind in ("debian", "alpine"):
        return [("USER", _BRINGS_USER[short])]
    if kind == "distroless":
        return [("USER", "nonroot")]
    if kind in _MAKE:
        return [("RUN", _MAKE[kind].format(user="app", uid=params.uid)), ("USER", "app")]
    return [("USER", f"{params.uid}:{params.uid}")]


def _notes(stage: Stage) -> list[str]:
    notes = []
    for one in stage.instructions:
        ports = [int(port) for port in re.findall(r"\b(\d+)(?:/tcp|/udp)?\b", one.text)]
        if one.keyword == "EXPOSE" and any(port < 1024 for port in ports):
            notes.append(f"line {one.line}: a port below 1024 may need root: EXPOSE {one.text}")
        if one.keyword in ("COPY", "ADD") and "--chown" not in one.text and not notes:
            notes.append(f"line {one.line}: what is copied belongs to root; --chown lets the user write to it")
    return notes
