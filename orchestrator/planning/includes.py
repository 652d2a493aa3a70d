"""`include:` brings phases from other files beneath the document's folder.

An included file holds `phases:` or is one phase. Its phases follow those of the file that includes it; a file that it
includes itself follows them. Paths start at the document's folder, whoever includes.
"""

import os
from pathlib import Path

from msgspec import Struct, field

from orchestrator.errors import Problem
from orchestrator.planning.files import read_bounded
from orchestrator.planning.nodes import AnyNode, Mapping, Scalar, Sequence
from orchestrator.planning.suggest import one_of
from orchestrator.planning.yaml_loader import load_yaml
from orchestrator.planning.yaml_text import MAX_BYTES

MAX_FILES = 100
_KEYS = ("version", "include", "phases")


class Included(Struct, kw_only=True):
    """What the included files brought: their contents by name, and what is wrong with them."""

    contents: dict[str, bytes] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def add_included(root: Mapping, document: Path, shown: str) -> Included:
    """Append the phases of all included files to those of `root`."""
    reader = _Reader(document.parent, str(Path(shown).parent))
    phases = root.get("phases")
    entry = root.entries.get("include")
    if entry is None:
        return reader.found
    if phases is None:
        phases = Sequence(root.source, entry[0].line, entry[0].column, entry[0].end_line, entry[0].end_column)
    if isinstance(phases, Sequence):
        reader.read_list(entry[1], phases, (document.resolve(),))
        if phases.items:
            root.put(root.entries["phases"][0] if "phases" in root.entries else entry[0], phases, "phases")
    return reader.found


class _Reader:
    """Reads included files and remembers how much was read."""

    def __init__(self, folder: Path, shown_folder: str) -> None:
        self.found = Included()
        self._folder = folder
        self._shown = "" if shown_folder == "." else f"{shown_folder}/"
        self._read: set[Path] = set()
        self._bytes = 0

    def read_list(self, include: AnyNode, phases: Sequence, chain: tuple[Path, ...]) -> None:
        nodes = include.items if isinstance(include, Sequence) else []
        for node in nodes:
            if isinstance(node, Scalar) and isinstance(node.value, str):
                self._read_one(node, phases, chain)

    def _read_one(self, node: Scalar, phases: Sequence, chain: tuple[Path, ...]) -> None:
        name = node.text
        path = self._confined(node)
        if path is None:
            return
        if path in chain:
            way = " → ".join(self._name(step) for step in (*chain[chain.index(path) :], path))
            self._note("E403", f"files include each other: {way}", node, "remove one of these includes")
            return
        if path in self._read:
            self._note("E403", f"`{name}` is included twice", node, "remove one of them")
            return
        data = self._bytes_of(path, node)
        if data is None:
            return
        self._read.add(path)
        file = load_yaml(data, self._shown + name)
        self.found.contents[name] = data
        self.found.problems += file.problems
        if file.root is not None:
            self._take(file.root, node, phases, (*chain, path))
        elif not file.problems:
            self._note("E404", f"`{name}` is empty", node, "write `phases:` or one phase into it")

    def _confined(self, node: Scalar) -> Path | None:
        name = node.text
        # Not Path.resolve: it raises RuntimeError for a link that leads to itself.
        path = Path(os.path.realpath(self._folder / name.replace("\0", "")))
        outside = "\0" in name or not path.is_relative_to(os.path.realpath(self._folder))
        if outside or name.startswith(("/", "~")) or ".." in name.split("/") or "\\" in name:
            message = f"`{name[:100]}` leads out of the document's folder"
            self._note("E402", message, node, "included files lie beneath the folder of the document")
            return None
        return path

    def _bytes_of(self, path: Path, node: Scalar) -> bytes | None:
        if len(self.found.contents) >= MAX_FILES:
            self._note("E009", f"more than {MAX_FILES} files are included", node, "join some of them")
            return None
        try:
            data = read_bounded(path)
        except OSError as error:
            message = f"`{node.text[:100]}` cannot be read: {error.strerror}"
            self._note("E401", message, node, f"paths start at {self._shown or './'}")
            return None
        self._bytes += len(data)
        if self._bytes > MAX_BYTES:
            self._note("E009", f"included files hold more than {MAX_BYTES // 1024 // 1024} MB", node, "remove some")
            return None
        return data

    def _take(self, root: AnyNode, node: Scalar, phases: Sequence, chain: tuple[Path, ...]) -> None:
        if isinstance(root, Mapping) and "groups" in root.entries and "phases" not in root.entries:
            phases.append(root)
            return
        own = root.get("phases") if isinstance(root, Mapping) else None
        if not isinstance(root, Mapping) or not ({"phases", "include"} & root.entries.keys()):
            message = f"`{node.text[:100]}` holds neither `phases:` nor one phase"
            self._note("E404", message, root, "a phase is a map with `id` and `groups`")
            return
        for key, (key_node, _) in root.entries.items():
            if key not in _KEYS:
                hint = one_of(key, _KEYS, "keys of an included file")
                self._note("E101", f"unknown key `{key[:60]}`", key_node, hint)
        if isinstance(own, Sequence):
            for phase in own.items:
                phases.append(phase)
        elif own is not None:
            self._note("E404", "`phases` must be a list", own, None)
        nested = root.get("include")
        if nested is not None:
            self.read_list(nested, phases, chain)

    def _name(self, path: Path) -> str:
        return path.relative_to(self._folder.resolve()).as_posix()

    def _note(self, code: str, message: str, node: AnyNode, hint: str | None) -> None:
        self.found.problems.append(Problem(code=code, message=message, place=node.place(), hint=hint))
