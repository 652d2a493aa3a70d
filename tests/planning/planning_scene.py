"""What checks of a document need around them: a catalogue without scanning, templates of which some exist."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from orchestrator.contracts import (
    CheckContext,
    Checkpoint,
    CheckScene,
    Handler,
    Measurement,
    Outcome,
    Params,
    RelativePath,
    TaskContext,
    changed,
)
from orchestrator.errors import Problem
from orchestrator.models.plan import Targets
from orchestrator.planning.checks import check_document
from orchestrator.planning.document_loader import load_bytes
from orchestrator.plugins import Catalogue

HEAD = "version: 1\nproject: {name: demo}\n"


class Shelf:
    """Templates by name, none of them rendered here."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def names(self) -> tuple[str, ...]:
        return self._names

    def has(self, name: str) -> bool:
        return name in self._names

    def check(self, name: str) -> str | None:
        return None

    def source_hash(self, name: str) -> str:
        return name

    def render(self, name: str, values: object) -> str:
        return name


class WriteParams(Params):
    target: RelativePath
    mode: str = Field(default="a", pattern="^[ab]$")
    times: int = Field(default=1, ge=1, le=9)


class Write(Handler[WriteParams]):
    """Writes one file; refuses `forbidden.txt`."""

    type = "write"
    params_model = WriteParams

    def targets(self, params: WriteParams, root: str) -> Targets:
        return Targets(writes=(params.target,))

    def check(self, params: WriteParams, scene: CheckScene) -> Sequence[Problem]:
        if params.target == "forbidden.txt":
            return [Problem(code="E309", message="`target` is forbidden", hint="take another file")]
        return ()

    async def run(self, params: WriteParams, context: TaskContext) -> Outcome:
        return changed("wrote")


class Ask(Handler[Params]):
    """Takes nothing."""

    type = "manual"
    params_model = Params

    async def run(self, params: Params, context: TaskContext) -> Outcome:
        return changed("done")


class LevelParams(Params):
    min: float = Field(ge=0, le=100)


class Level(Checkpoint[LevelParams]):
    """Measures a level."""

    type = "level"
    params_model = LevelParams

    async def measure(self, params: LevelParams, context: CheckContext) -> Measurement:
        return Measurement(ok=True, message="")


def catalogue() -> Catalogue:
    here = __name__
    return Catalogue(
        {
            "handlers": {"write": f"{here}:Write", "manual": f"{here}:Ask"},
            "checkpoints": {"level": f"{here}:Level"},
        },
        scan=False,
    )


def scene(profile: str | None = None, root: str = "/nowhere") -> CheckScene:
    return CheckScene(root=root, templates=Shelf(), profile=profile)


def problems_of(text: str, *, profile: str | None = None, strict: bool = False) -> tuple[Problem, ...]:
    loaded = load_bytes(text.encode(), Path("phases.yaml"))
    return check_document(loaded, catalogue(), scene(profile), strict)


def told(problems: Sequence[Problem]) -> list[str]:
    """Return the problems as `line:column code message`."""
    return [f"{p.place.line}:{p.place.column} {p.code} {p.message}" if p.place else p.message for p in problems]
