"""What an action is: a name, its params, and a pure function from a look at the repository to patches."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Generic, Literal, Protocol, TypeVar

from pydantic import Field

from orchestrator.contracts import Params
from orchestrator.edits.pins import Pins, shipped_pins
from orchestrator.edits.result import EditCode, EditResult, Refusal
from orchestrator.errors import PathRefused


class EditParams(Params):
    """What every action takes."""

    on_missing: Literal["error", "skip"] = Field(
        default="error", description="when the file, job, step or path is not there: refuse, or have nothing to do"
    )


class WorkflowParams(EditParams):
    """What every action on workflows takes."""

    validators: Literal["found", "native"] = Field(
        default="found", description="also let actionlint, zizmor and check-jsonschema judge, if found; or ours alone"
    )


class Tree(Protocol):
    """Read-only access to the repository; `orchestrator.contracts.Workspace` is one."""

    def read_text(self, path: str) -> str:
        """Return the text of a file with its line ends as they are; FileNotFoundError when there is none."""

    def exists(self, path: str) -> bool:
        """Say whether a file or folder is there."""

    def glob(self, pattern: str) -> tuple[str, ...]:
        """Return the files that match, sorted."""


@dataclass(frozen=True)
class TextTree:
    """A repository that stands in a mapping from path to text, over another one or alone."""

    texts: Mapping[str, str]
    below: Tree | None = None

    def read_text(self, path: str) -> str:
        """Return a text of the mapping, else of the tree below."""
        if path in self.texts:
            return self.texts[path]
        if self.below is None:
            raise FileNotFoundError(path)
        return self.below.read_text(path)

    def exists(self, path: str) -> bool:
        """Say whether a file, or a folder that holds one, is there."""
        folder = path.rstrip("/") + "/"
        if path in self.texts or any(name.startswith(folder) for name in self.texts):
            return True
        return self.below is not None and self.below.exists(path)

    def glob(self, pattern: str) -> tuple[str, ...]:
        """Return the files that match; `**` crosses folders."""
        own = {name for name in self.texts if glob_matches(pattern, name)}
        return tuple(sorted(own.union(self.below.glob(pattern) if self.below is not None else ())))


def glob_matches(pattern: str, path: str) -> bool:
    """Say whether a path matches a glob; `**` crosses folders, everything else stays within one."""
    from fnmatch import fnmatchcase  # only needed for trees that stand in memory

    parts = path.split("/")
    reached = {0}
    for piece in pattern.removeprefix("./").split("/"):
        if piece == "**":
            reached = set(range(min(reached), len(parts) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(parts) and fnmatchcase(parts[at], piece)}
        if not reached:
            return False
    return len(parts) in reached


@dataclass(frozen=True)
class Scene:
    """What an action may look at: the file that it edits, the repository around it, the pinned versions."""

    target: str
    tree: Tree
    pins: Pins = field(default_factory=shipped_pins)
    # What became of the questions of `Action.asks`, by name: the output; none for what could not be asked.
    answers: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def text(self) -> str:
        """Return the text of the target; Refusal E_FILE_MISSING when there is none."""
        return self.read(self.target)

    def read(self, path: str) -> str:
        """Return the text of a file; Refusal when it is missing or not text."""
        try:
            return self.tree.read_text(path)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            raise Refusal(EditCode.FILE_MISSING, f"there is no file {path}") from error
        except PathRefused as error:
            raise Refusal(EditCode.FILE_MISSING, error.message) from error
        except UnicodeDecodeError as error:
            raise Refusal(EditCode.PARSE, f"{path} is not text: {error.reason}") from error

    def read_if_there(self, path: str) -> str | None:
        """Return the text of a file, or None when there is none."""
        try:
            return self.tree.read_text(path)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError, UnicodeDecodeError, PathRefused):
            return None

    def with_texts(self, texts: Mapping[str, str]) -> "Scene":
        """Return the scene as it would be with these files."""
        return Scene(self.target, TextTree(dict(texts), self.tree), self.pins, self.answers)


P = TypeVar("P", bound=Params)


class Action(ABC, Generic[P]):
    """One kind of edit. `kinds` are the file kinds that it can edit (`orchestrator.edits.kinds`).

    `plan` returns patches or the reason why there are none; it may raise Refusal. Planning again on its own result
    has to say `already`. `holds` is the post-condition, judged on the structure of what is there.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    params_model: ClassVar[type[Params]] = EditParams
    kinds: ClassVar[frozenset[str]]
    # Where it looks for its target when none is named, the usual place first; empty: where files of its kind are.
    places: ClassVar[tuple[str, ...]] = ()
    # The target need not exist: the action creates it.
    creates: ClassVar[bool] = False

    @abstractmethod
    def plan(self, scene: Scene, params: P) -> EditResult:
        """Return what would be changed; reads through the scene alone."""

    def holds(self, scene: Scene, params: P) -> str | None:
        """Return what is still missing of the post-condition, or None; the default plans again."""
        result = self.plan(scene, params)
        return None if result.status == "already" else f"planning again says {result.status}: {result.reason}"

    def writes(self, target: str, params: P) -> tuple[str, ...]:  # noqa: ARG002 - the default edits one file
        """Name the files that the action may write."""
        return (target,)

    def reads(self, target: str, params: P) -> tuple[str, ...]:  # noqa: ARG002
        """Name further files that decide the result."""
        return ()

    def asks(self, params: P) -> Mapping[str, tuple[str, ...]]:  # noqa: ARG002
        """Name programs to run, by a name for the answer, that say what no file of the repository does."""
        return {}
