"""``pin_base_digest``: base images by digest, because a tag can be moved to other content.

The digest is given, never looked up: an edit makes no connections.
"""

from typing import Annotated

from pydantic import Field, StringConstraints

from orchestrator.edits.action import Action, EditParams, Scene
from orchestrator.edits.dockerfile.editor import DockerfileEditor
from orchestrator.edits.dockerfile.stages import Stage
from orchestrator.edits.kinds import DOCKERFILE
from orchestrator.edits.result import EditCode, EditResult, Refusal, already, changed

Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]


class PinParams(EditParams):
    """The digests by image, as the image is written in FROM."""

    digests: dict[str, Digest] = Field(
        min_length=1, description="by image: {'node:20-alpine': 'sha256:...'}; `docker buildx imagetools inspect` tells"
    )
    replace: bool = Field(default=False, description="replace another digest")


class PinBaseDigest(Action[PinParams]):
    """Pin base images."""

    name = "pin_base_digest"
    summary = "Pin the base images of a Dockerfile by digest, keeping the tag for readers"
    params_model = PinParams
    kinds = frozenset((DOCKERFILE,))

    def plan(self, scene: Scene, params: PinParams) -> EditResult:
        """Write the digest behind each use of the image."""
        editor = DockerfileEditor(scene.target, scene.text)
        stages = editor.stages
        for image, digest in params.digests.items():
            _pin(editor, stages, image, digest, replace=params.replace)
        notes = _loose(editor.stages)
        if not editor.is_changed:
            return already("the images are pinned", warnings=notes)
        return changed(f"pinned {', '.join(params.digests)}", [editor.finish()], warnings=notes)


def _pin(editor: DockerfileEditor, stages: list[Stage], image: str, digest: str, *, replace: bool) -> None:
    plain = image.partition("@")[0]
    uses = [stage for stage in stages if stage.image.partition("@")[0] == plain]
    if not uses:
        written = ", ".join(dict.fromkeys(stage.image for stage in _external(stages)))
        raise Refusal(EditCode.NOT_FOUND, f"no stage is based on {image}", hint=f"the base images are {written}")
    for stage in uses:
        present = stage.image.partition("@")[2]
        if present == digest:
            continue
        if present and not replace:
            reason = f"line {stage.instructions[0].line}: {plain} is pinned to {present}"
            raise Refusal(EditCode.CONFLICT, reason, hint="replace: true replaces it")
        editor.replace_in(stage.first, stage.image, f"{plain}@{digest}")


def _external(stages: list[Stage]) -> list[Stage]:
    """Return the stages that are based on an image and not on an earlier stage."""
    names: set[str] = set()
    found = []
    for stage in stages:
        if stage.image.lower() not in names and stage.image.lower() != "scratch":
            found.append(stage)
        names.add((stage.name or "").lower())
    return found


def _loose(stages: list[Stage]) -> list[str]:
    """Name the base images that stay movable."""
    notes = []
    for stage in _external(stages):
        if "$" in stage.image:
            notes.append(f"line {stage.instructions[0].line}: {stage.image} is computed, pin the value of its ARG")
        elif "@" not in stage.image:
            notes.append(f"line {stage.instructions[0].line}: {stage.image} is not pinned")
    return notes
