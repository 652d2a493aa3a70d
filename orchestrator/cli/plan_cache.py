"""Plans that were made before, in `.orchestrate/cache/`: what looks has no need to parse, check and plan anew.

Only `run` and `resume` write here, under the lock. A plan is found by a hash of the question (document, flags, this
very program), and it holds only as long as its inputs are unchanged, among them what expressions read of the
environment. The times of the program's own files are in the question, so a file that came with somebody's repository
answers none. Whatever is odd about a file here is no error: the plan is made anew.
"""

import json
import os
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, to_builtins

from orchestrator import __version__
from orchestrator.cli.options import Checking
from orchestrator.cli.places import STATE
from orchestrator.cli.plan_inputs import PlanInputs, inputs_from_json, stamps_below
from orchestrator.errors import OrchestrateError, Place, Problem, Severity
from orchestrator.models.json import Json
from orchestrator.planning.files import read_bounded
from orchestrator.processors import processors
from orchestrator.sources.finding import project_root
from orchestrator.sources.glance import glance_at_root

if TYPE_CHECKING:  # `validate` needs to know that there is a plan, not the plan
    from orchestrator.models.plan import Plan

FOLDER = "cache"
MOST_KEPT = 8
_LARGEST = 256 * 1024 * 1024
_DIGEST = 16


class Question(Struct, frozen=True, kw_only=True, eq=False, dict=True):
    """What is known before the document is read, and decides the plan with it."""

    path: Path
    override: str | None
    profile: str | None
    params: Sequence[str] = ()
    settings: Mapping[str, Json]
    known_key: str = ""  # from the process that answered the question

    @cached_property
    def key(self) -> str:
        """Return the name under which the answer is kept; looks at every file of the program, so only once."""
        if self.known_key:
            return self.known_key
        parts = [
            [str(self.path), os.getcwd(), self.override, self.profile, list(self.params), dict(self.settings)],
            list(_program()),
        ]
        text = json.dumps(parts, sort_keys=True)
        return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST).hexdigest()


class KeptPlan(Struct, frozen=True, kw_only=True, eq=False):
    """An answer: the plan of the whole document, as text until somebody needs it, and the document's warnings."""

    inputs: PlanInputs
    summary: str
    warnings: tuple[Problem, ...]
    text: bytes

    def plan(self) -> "Plan":
        """Return the plan; Unusable when it is none."""
        from orchestrator.planning.plan_json import plan_from_text

        return plan_from_text(self.text)


def question_of(
    path: Path, common: Checking, params: Sequence[str] = (), settings: Mapping[str, Json] | None = None
) -> Question:
    """Return the question that flags put to a document."""
    override = None if common.project is None else str(common.project)
    return Question(path=path, override=override, profile=common.profile, params=params, settings=settings or {})


def find_plan(question: Question) -> KeptPlan | None:
    """Return the plan that was made for this question, if all that it was made of is unchanged."""
    try:
        root = _likely_root(question)
        if not _folder(root).is_dir():  # looking at every file of the program takes longer
            return None
        kept = _read(_folder(root) / _name(question))
        if kept.inputs.root == str(root) and kept.inputs.are_unchanged(question.override):
            return kept
    except (OSError, ValueError, KeyError, TypeError, OrchestrateError):
        return None
    return None


def keep_plan(question: Question, plan: "Plan", inputs: PlanInputs, summary: str, warnings: Sequence[Problem]) -> None:
    """Keep a plan; to be called by the holder of the lock. One that cannot be kept is not."""
    from orchestrator.planning.plan_json import plan_to_text

    header = {"inputs": inputs.as_json(), "summary": summary, "warnings": to_builtins(warnings)}
    content = json.dumps(header, separators=(",", ":")).encode() + b"\n" + plan_to_text(plan)
    folder = _folder(Path(plan.root))
    with suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)
        draft = folder / "draft"  # a fixed name: only the holder of the lock writes here, and leaves one at most
        draft.unlink(missing_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
            file.write(json.dumps(_checksum(content)).encode() + b"\n" + content)
        draft.rename(folder / _name(question))
        _forget_old(folder)


def _forget_old(folder: Path) -> None:
    by_age = sorted(folder.glob("plan-*.jsonl"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for path in by_age[MOST_KEPT:]:
        path.unlink(missing_ok=True)


def _folder(root: Path) -> Path:
    return root / STATE / FOLDER


def _name(question: Question) -> str:
    return f"plan-{question.key}.jsonl"


def _likely_root(question: Question) -> Path:
    """Return the repository that is probably meant; the plan that is kept there says whether it is."""
    if question.override is not None:
        return project_root(question.path, None, question.override)
    return glance_at_root(question.path, read_bounded(question.path)) or project_root(question.path, None)


def _read(path: Path) -> KeptPlan:
    """Return what a file holds; ValueError, KeyError or TypeError for one that is not as it was written."""
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o022:
            raise ValueError
        first, _, content = file.read(_LARGEST).partition(b"\n")
    if json.loads(first) != _checksum(content):
        raise ValueError
    head, _, text = content.partition(b"\n")
    header = json.loads(head)
    return KeptPlan(
        inputs=inputs_from_json(header["inputs"]),
        summary=header["summary"],
        warnings=tuple(_problem(each) for each in header["warnings"]),
        text=text,
    )


def _problem(data: Mapping[str, Json]) -> Problem:
    place = None if data["place"] is None else Place(**data["place"])
    return Problem(**{**data, "place": place, "severity": Severity(data["severity"])})


def _checksum(content: bytes) -> str:
    return blake2b(content, digest_size=_DIGEST).hexdigest()


def _program() -> Iterator[str]:
    """Yield what tells this program, its plug-ins and its machine from every other."""
    yield from (__version__, sys.version, str(processors()))
    for folder in sys.path:
        yield from _installed(folder or ".")
    yield from stamps_below(str(Path(__file__).parent.parent), ".py")


def _installed(folder: str) -> Iterator[str]:
    """Yield name and time of every package of a folder: what a plug-in or a library was found by."""
    with suppress(OSError):
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            if entry.name.endswith(("dist-info", "egg-info")):
                yield f"{entry.path}:{entry.stat().st_mtime_ns}"
