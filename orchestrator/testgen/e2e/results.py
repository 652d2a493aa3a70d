"""What asking the application gave, as `node/explore.cjs` writes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orchestrator.errors import TaskFailed
from orchestrator.models.json import Json

_REFUSALS = ("without a token", "an empty body")


@dataclass(frozen=True, kw_only=True, slots=True)
class Capture:
    """A value of an answer that later steps use: where it stands, or by which names it is looked for."""

    name: str
    path: tuple[str, ...]
    pick: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One request with its answer; `{"$": name}` in `where` and `data` stands for a value of an earlier step.

    `seen` are the bodies of two walks, `given` the values that those walks used. `actor` is who asks: nobody (""),
    the new user ("token"), or that user in another role.
    """

    what: str
    method: str
    url: str
    where: tuple[Json, ...]
    data: Json
    has_data: bool
    actor: str
    status: int
    seen: tuple[Json, Json]
    given: tuple[Mapping[str, Json], Mapping[str, Json]]
    captures: tuple[Capture, ...]
    needs_database: bool

    @property
    def stands_alone(self) -> bool:
        """Say whether it needs no step before it: a refusal that was seen without anything else."""
        return self.what in _REFUSALS and not self.needs_database

    @property
    def title(self) -> str:
        """Return the title of its test; no two steps of a flow have the same."""
        route = f"{self.method} {self.url}"
        if self.what == "without a token":
            return f"{route} is closed without a token"
        if self.what == "an empty body":
            return f"{route} refuses an empty body"
        if self.what == "in another role":
            return f"{route} is closed to a new user"
        return f"{route} answers {self.status}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Walked:
    """The flow. `page` is what a browser can open, `is_seen` whether steps that need a database were tried."""

    steps: tuple[Step, ...]
    page: str
    page_is_html: bool
    defects: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    is_seen: bool
    routes: int


def read_walk(found: Mapping[str, Any]) -> Walked:
    """Return what was found; TaskFailed when the application cannot be asked."""
    if found.get("problem"):
        hint = "it has to start by itself: see docs/test-generation.md, End-to-end tests"
        raise TaskFailed(str(found["problem"]), hint=hint)
    pages = found["pages"]
    return Walked(
        steps=tuple(_step(each) for each in found["steps"]),
        page=pages[0]["url"] if pages else "",
        page_is_html=bool(pages) and pages[0]["type"] == "text/html",
        defects=tuple((each["call"], each["detail"]) for each in found["defects"]),
        notes=tuple(found["notes"]),
        is_seen=bool(found["isSeen"]),
        routes=int(found["routes"]),
    )


def _step(each: Mapping[str, Any]) -> Step:
    first, second = (*each.get("seen", ()), None, None)[:2]
    mine = {one["name"] for one in each["captures"]}  # not known yet when the answer is looked at
    walks: Sequence[Mapping[str, Json]] = each.get("given") or ({}, {})
    given = [{name: walk[name] for name in walk if name not in mine} for walk in walks]
    return Step(
        what=each["what"],
        method=each["method"],
        url=each["url"],
        where=tuple(each["where"]),
        data=each.get("data"),
        has_data="data" in each,
        actor=each.get("actor") or "",
        status=each["status"],
        seen=(first, second),
        given=(given[0], given[1]),
        captures=tuple(
            Capture(name=one["name"], path=tuple(one.get("path", ())), pick=one.get("pick", ""))
            for one in each["captures"]
        ),
        needs_database=bool(each["needsDatabase"]),
    )
