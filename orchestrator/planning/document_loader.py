"""From a file to a validated document, with every problem of its form at once and each at its place."""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from orchestrator.collector import paused_collector
from orchestrator.errors import Place, Problem, Severity, UsageError
from orchestrator.models.document import Document
from orchestrator.planning import nodes
from orchestrator.planning.ancestor import is_ancestor, to_native
from orchestrator.planning.document_rules import check_rules
from orchestrator.planning.files import digest_of, read_bounded, shown_name
from orchestrator.planning.includes import add_included
from orchestrator.planning.nodes import AnyNode, Mapping
from orchestrator.planning.shape import check_shape
from orchestrator.planning.written_ids import keep_written_ids
from orchestrator.planning.yaml_loader import YamlFile, load_yaml

MAX_SHOWN = 500


class LoadedDocument(Struct, frozen=True, kw_only=True):
    """What was read. `document` is None when its form is wrong; `root` is the tree in the native layout.

    `hash` is the sha256 of all bytes that were read, `files` their names, the document first.
    """

    path: Path
    document: Document | None
    problems: tuple[Problem, ...]
    root: Mapping | None
    hash: str
    files: tuple[str, ...]
    layout: Literal["native", "ancestor"] = "native"

    @property
    def is_valid(self) -> bool:
        """Say whether there is a document and no error (warnings may be)."""
        return self.document is not None and all(problem.severity is not Severity.ERROR for problem in self.problems)

    def place(self, path: nodes.Path, *, key: bool = False) -> Place | None:
        """Return the place of the value at a path (`("phases", 0, "id")`) or of its key."""
        return None if self.root is None else nodes.locate(self.root, path, key=key)


def load_document(path: str | Path) -> LoadedDocument:
    """Read a document with its includes; UsageError when the file cannot be read at all."""
    path = Path(path)
    try:
        data = read_bounded(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        message = f"{path} cannot be read: {reason}"
        raise UsageError(message, hint="name another file, or make one with `orchestrate init`") from None
    return load_bytes(data, path)


def load_bytes(data: bytes, path: Path) -> LoadedDocument:
    """Like load_document, for content that was read already; included files are read from the disk."""
    with paused_collector():
        return _load(data, path, shown_name(path))


def _load(data: bytes, path: Path, shown: str) -> LoadedDocument:
    file = load_yaml(data, shown)
    root, problems = _map_of(file)
    if root is None:
        return _loaded(path, {shown: data}, problems)
    layout: Literal["native", "ancestor"] = "native"
    if is_ancestor(root):
        layout = "ancestor"
        root, more = to_native(root)
        problems += more
    included = add_included(root, path, shown)
    problems += included.problems
    problems += keep_written_ids(root)
    document, wrong = check_shape(Document, root)
    problems += wrong
    problems += check_rules(root)
    loaded = _loaded(path, {shown: data, **included.contents}, problems)
    return replace(loaded, document=document, root=root, layout=layout)


def _map_of(file: YamlFile) -> tuple[Mapping | None, list[Problem]]:
    problems = list(file.problems)
    if isinstance(file.root, Mapping):
        return file.root, problems
    if not problems:
        node: AnyNode | None = file.root
        empty = node is None or node.value is None
        place = node.place() if node is not None else file.source.place(0, 0, 0, 1)
        message = "the file is empty" if empty else "a document is a map with `version`, `project` and `phases`"
        problems.append(Problem(code="E011", message=message, place=place, hint="`orchestrate init` writes one"))
    return None, problems


def _loaded(path: Path, contents: dict[str, bytes], problems: Iterable[Problem]) -> LoadedDocument:
    return LoadedDocument(
        path=path,
        document=None,
        problems=in_order(problems),
        root=None,
        hash=digest_of(contents.values()),
        files=tuple(contents),
    )


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems without repetitions, by file and position; the first `MAX_SHOWN` of them."""
    unique = dict.fromkeys(problems)
    ordered = sorted(unique, key=_position)
    if len(ordered) <= MAX_SHOWN:
        return tuple(ordered)
    # Errors first: a cut list of warnings must not hide that the document is wrong.
    kept = sorted(ordered, key=lambda problem: problem.severity is not Severity.ERROR)[:MAX_SHOWN]
    rest = Problem(
        code="W599",
        message=f"{len(ordered) - MAX_SHOWN:,} more problems are not shown",
        severity=Severity.WARNING,
    )
    return (*sorted(kept, key=_position), rest)


def _position(problem: Problem) -> tuple[str, int, int, str]:
    place = problem.place
    return (place.file, place.line, place.column, problem.code) if place else ("\uffff", 0, 0, problem.code)
