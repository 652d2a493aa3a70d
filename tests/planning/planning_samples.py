"""Documents in a few words, a catalogue with one handler, and plans of them."""

from typing import Any

from orchestrator.contracts import Checkpoint, Handler, Measurement, Outcome, Params
from orchestrator.errors import MissingTool
from orchestrator.models.document import Document
from orchestrator.models.plan import Plan, Targets
from orchestrator.planning.build import build_plan


class CopyParams(Params):
    source: str = ""
    target: str = ""
    times: int = 1
    words: list[str] | None = None


class Copy(Handler[CopyParams]):
    """Reads `source`, writes `target`."""

    type = "copy"
    params_model = CopyParams

    def targets(self, params, root):
        reads = (params.source,) if params.source else ()
        return Targets(reads=reads, writes=(params.target,) if params.target else ())

    async def run(self, params, context) -> Outcome:
        raise NotImplementedError


class CountParams(Params):
    least: int


class Count(Checkpoint[CountParams]):
    type = "count"
    params_model = CountParams

    def title(self, params):
        return f"at least {params.least}"

    async def measure(self, params, context) -> Measurement:
        raise NotImplementedError


class Shop:
    """A catalogue of one handler and one checkpoint."""

    def __init__(self, version: str = "1") -> None:
        self._copy = type("Copy", (Copy,), {"version": version})()

    def handler(self, name):
        if name != "copy":
            message = f"no handler for type {name} is installed"
            raise MissingTool(message)
        return self._copy

    def checkpoint(self, name):
        if name != "count":
            message = f"no checkpoint for type {name} is installed"
            raise MissingTool(message)
        return Count()


def task(id_: str, **keys: Any) -> dict[str, Any]:
    return {"id": id_, "name": f"Task {id_}", "type": "copy", **keys}


def group(id_: str, *tasks: Any, **keys: Any) -> dict[str, Any]:
    return {"id": id_, "tasks": [task(one) if isinstance(one, str) else one for one in tasks], **keys}


def phase(id_: str, *groups: Any, **keys: Any) -> dict[str, Any]:
    return {"id": id_, "groups": list(groups), **keys}


def document(*phases: Any, **keys: Any) -> Document:
    return Document.model_validate({"version": 1, "project": {"name": "demo"}, "phases": list(phases), **keys})


def plan_of(*phases: Any, **keys: Any) -> Plan:
    """Return the plan of a document; `build=` holds arguments for build_plan."""
    build = {"root": "/repo", "catalogue": Shop(), **keys.pop("build", {})}
    return build_plan(document(*phases, **keys), **build)


def one_task(keys: dict[str, Any] | None = None, **document_keys: Any):
    """Return the only task of a plan."""
    plan = plan_of(phase("1", group("a", task("1.1", **(keys or {})))), **document_keys)
    (only,) = plan.tasks
    return only
