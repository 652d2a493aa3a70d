"""What a plan was made of beside its flags, and whether all of it is still so.

A handler that lets a plan be kept names the files that it looked for (`Handler.plan_depends_on`), and looks at nothing
else of the tree but what kind of thing a target is: names and kinds stand for the tree.
"""

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import asdict

from orchestrator.errors import OrchestrateError
from orchestrator.models.json import JsonObject
from orchestrator.planning.files import digest_of, read_bounded
from orchestrator.sources.finding import project_root
from orchestrator.templating.files import own_folders, shipped_folder
from orchestrator.templating.visible import visible_environment

if TYPE_CHECKING:  # as in plan_cache
    from orchestrator.models.plan import Plan

_DIGEST = 16


class PlanInputs(Struct, frozen=True, kw_only=True, eq=False):
    """`files` are those of the document, itself first; `kinds` and `found` map paths and patterns to what was there.

    `environment` is empty where no expression can read a variable: another terminal then plans the same.
    """

    document: str
    declared_root: str | None
    root: str
    files: tuple[str, ...]
    digest: str
    template_folders: tuple[str, ...]
    templates: str
    kinds: Mapping[str, str]
    found: Mapping[str, str]
    environment: str

    def are_unchanged(self, override: str | None) -> bool:
        """Look again at everything; whatever cannot be looked at has changed."""
        try:
            return (
                str(project_root(Path(self.document), self.declared_root, override)) == self.root
                and digest_of(read_bounded(Path(file)) for file in self.files) == self.digest
                and self.environment in ("", environment_digest())
                and templates_digest(self.root, self.template_folders) == self.templates
                and all(kind_of(self.root, path) == kind for path, kind in self.kinds.items())
                and all(names_digest(matching_files(Path(self.root), each)) == now for each, now in self.found.items())
            )
        except (OSError, ValueError, OrchestrateError):
            return False

    def as_json(self) -> JsonObject:
        """Return the inputs as they are kept."""
        return asdict(self)


def inputs_from_json(data: JsonObject) -> PlanInputs:
    """Return what `as_json` gave; TypeError for anything else."""
    listed = {name: tuple(data[name]) for name in ("files", "template_folders")}
    return PlanInputs(**{**data, **listed})


class Matches:
    """Lists files for `foreach`, and remembers what was found."""

    def __init__(self, list_files: Callable[[str], tuple[str, ...]]) -> None:
        self.found: dict[str, str] = {}
        self._list_files = list_files

    def __call__(self, pattern: str) -> tuple[str, ...]:
        """Return the files that match."""
        names = self._list_files(pattern)
        self.found[pattern] = names_digest(names)
        return names


def matching_files(root: Path, pattern: str) -> tuple[str, ...]:
    """Return the files of the repository that match a pattern, sorted."""
    from orchestrator.workspace.globbing import glob
    from orchestrator.workspace.tree import Tree

    tree = Tree(root)
    try:
        return glob(tree, pattern)
    finally:
        tree.close()


def names_digest(names: Iterable[str]) -> str:
    """Return one hash of many names."""
    return blake2b("\0".join(names).encode("utf-8", "surrogatepass"), digest_size=_DIGEST).hexdigest()


def environment_digest() -> str:
    """Return one hash of the variables that expressions can read."""
    return names_digest(f"{name}={value}" for name, value in sorted(visible_environment(os.environ, {}).items()))


def kinds_of_targets(plan: "Plan") -> dict[str, str]:
    """Return what kind of thing is at every path that a handler may have looked at."""
    return {path: kind_of(plan.root, path) for path in sorted(set(_paths(plan)))}


def _paths(plan: "Plan") -> Iterator[str]:
    for task in plan.tasks:
        for path in (*task.targets.reads, *task.targets.writes, task.params.get("target")):
            if isinstance(path, str) and "\0" not in path:
                yield path.rstrip("/")


def kind_of(root: str, path: str) -> str:
    """Return `file`, `folder` or `other`; an empty text when there is nothing."""
    try:
        mode = os.stat(f"{root}/{path}").st_mode
    except OSError:
        return ""
    return "folder" if stat.S_ISDIR(mode) else "file" if stat.S_ISREG(mode) else "other"


def templates_digest(root: str, own: Iterable[str]) -> str:
    """Return a hash of names, sizes and times of all templates."""
    seen = []
    for folder in (*own_folders(root, tuple(own)), shipped_folder()):
        seen.append(str(folder))
        seen += stamps_below(str(folder))
    return names_digest(seen)


def stamps_below(folder: str, suffix: str = "") -> Iterator[str]:
    """Yield name, size and time of every file below a folder, hidden ones and caches left out."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith((".", "__pycache__")):
            continue
        if entry.is_dir():
            yield from stamps_below(entry.path, suffix)
        elif entry.name.endswith(suffix):
            status = entry.stat()
            yield f"{entry.path}:{status.st_size}:{status.st_mtime_ns}"
