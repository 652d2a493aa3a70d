"""``add_healthcheck``: Docker learns whether the container works, by a probe that the image surely has."""

import json
from typing import Annotated

from pydantic import Field, StringConstraints

from orchestrator.edits.action import Action, EditParams, Scene
from orchestrator.edits.dockerfile.editor import DockerfileEditor
from orchestrator.edits.dockerfile.stages import base_image, family
from orchestrator.edits.kinds import DOCKERFILE
from orchestrator.edits.result import EditCode, EditResult, Refusal, already, changed

Url = Annotated[str, StringConstraints(pattern=r"^https?://[A-Za-z0-9._~:/?&=%\[\]-]+$")]
Duration = Annotated[str, StringConstraints(pattern=r"^\d+(?:ms|s|m|h)$")]


class HealthParams(EditParams):
    """What is probed, and how often."""

    url: Url | None = Field(default=None, description="answered with 2xx when all is well")
    command: list[str] | None = Field(default=None, min_length=1, description="the probe itself, program first")
    interval: Duration = Field(default="30s", description="how often the container is asked")
    timeout: Duration = Field(default="5s", description="how long an answer may take")
    start_period: Duration = Field(default="10s", description="how long failures do not count at the start")
    retries: int = Field(default=3, ge=1, le=100, description="how many failures in a row make it unhealthy")
    replace: bool = Field(default=False, description="replace another HEALTHCHECK")


class AddHealthcheck(Action[HealthParams]):
    """Add a probe."""

    name = "add_healthcheck"
    summary = "Add a HEALTHCHECK to the last stage of a Dockerfile"
    params_model = HealthParams
    kinds = frozenset((DOCKERFILE,))

    def plan(self, scene: Scene, params: HealthParams) -> EditResult:
        """Put the probe before the command that the container runs."""
        if (params.url is None) == (params.command is None):
            raise Refusal(EditCode.PARAM, "say either `url` or `command`")
        editor = DockerfileEditor(scene.target, scene.text)
        stage = editor.stages[-1]
        wanted = _text(params, base_image(editor.stages))
        at = stage.last_of("HEALTHCHECK")
        present = editor.instructions[at] if at is not None else None
        if present is not None and present.text == wanted:
            return already("the probe is there")
        if at is not None and present is not None:
            if not params.replace:
                reason = f"line {present.line} has another one: HEALTHCHECK {present.text}"
                raise Refusal(EditCode.CONFLICT, reason, hint="replace: true replaces it")
            editor.replace(at, "HEALTHCHECK", wanted)
            return changed("replaced the probe", [editor.finish()])
        before = stage.first_of("CMD", "ENTRYPOINT")
        index = before if before is not None else stage.first + len(stage.instructions)
        editor.insert(index, [("HEALTHCHECK", wanted)], after_previous=before is None)
        return changed("added a probe", [editor.finish()])


def _text(params: HealthParams, image: str) -> str:
    times = f"--interval={params.interval} --timeout={params.timeout} --start-period={params.start_period}"
    probe = params.command or _probe(str(params.url), image)
    return f"{times} --retries={params.retries} CMD {json.dumps(probe, ensure_ascii=False)}"


def _probe(url: str, image: str) -> list[str]:
    """Return a probe made of what the image brings; Refusal E_PRECONDITION when that is not known."""
    short = image.partition("@")[0].rsplit("/", 1)[-1].partition(":")[0]
    kind = family(image)
    if short == "node":
        return ["node", "-e", f"fetch('{url}').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
    if short == "python":
        return ["python", "-c", f"import urllib.request; urllib.request.urlopen('{url}', timeout=4)"]
    if kind == "alpine":
        return ["wget", "-q", "--spider", url]
    hint = "command: [...] says what to run, for instance curl where the image installs it"
    raise Refusal(EditCode.PRECONDITION, f"it is not known how {image} can ask for a URL", hint=hint)
