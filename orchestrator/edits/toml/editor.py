"""Edit a TOML text by paths. tomlkit makes the new text; only lines that the edit is about may differ."""

import copy
import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from orchestrator.edits.literals.paths import shown
from orchestrator.edits.literals.tree import Path, Step
from orchestrator.edits.patch import Patch, apply, compose
from orchestrator.edits.result import EditCode, FileEdit, Refusal
from orchestrator.edits.toml.model import load_model
from orchestrator.edits.toml.writing import add_table, check_value, insert_item, library, new_item
from orchestrator.models.json import Json

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


class TomlEditor:
    """A text under edit. Every operation raises Refusal, and changes nothing, when it cannot be made."""

    kind = "toml"

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.before = self.text = text
        self.model: Json = load_model(text)
        self._eol = "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
        self._steps: list[list[Patch]] = []
        self._parsed: TOMLDocument | None = None

    @property
    def is_changed(self) -> bool:
        """Say whether anything was edited."""
        return self.text != self.before

    def finish(self) -> FileEdit:
        """Return all operations as one edit of the text before."""
        patches = compose(self._steps, self.before)
        return FileEdit(path=self.path, kind=self.kind, before=self.before, patches=patches, intended=self.model)

    # ------------------------------------------------------------ looking

    def get(self, *path: Step) -> Json:
        """Return the value at a path, or None."""
        found = self.model
        for step in path:
            if not isinstance(found, dict | list):
                return None
            try:
                found = found[step]  # type: ignore[index]  # a text in a list is a TypeError
            except (KeyError, IndexError, TypeError):
                return None
        return found

    def has(self, *path: Step) -> bool:
        """Say whether there is something at a path."""
        return self.get(*path) is not None

    def peek(self, path: Sequence[Step]) -> tuple[bool, Json]:
        """Return whether there is something at a path, and its value."""
        found = self.get(*path)
        return found is not None, found

    def is_object(self, path: Sequence[Step]) -> bool:
        """Say whether there is a table at a path."""
        return isinstance(self.get(*path), dict)

    # ------------------------------------------------------------ operations

    def set(self, path: Sequence[Step], value: Json) -> bool:
        """Make the value at a path this one; False when it is so. Missing tables are made."""
        path = tuple(path)
        check_value(path, value)
        old = self.get(*path)
        if old is not None and type(old) is type(value) and repr(old) == repr(value):
            return False
        if isinstance(value, dict) and (old is None or isinstance(old, dict)) and self._is_table(path):
            return self._set_table(path, old or {}, value)
        if isinstance(old, dict) and self._is_table(path):
            raise Refusal(EditCode.CONFLICT, f"{shown(path)} is a table")
        owner = self.get(*path[:-1])
        if owner is None:
            self._add_table(path[:-1], {str(path[-1]): value})
            return True
        if not isinstance(owner, dict | list) or isinstance(owner, list) != isinstance(path[-1], int):
            raise Refusal(EditCode.CONFLICT, f"{shown(path[:-1])} is no table that has {path[-1]}")
        if isinstance(owner, list) and old is None:
            raise Refusal(EditCode.NOT_FOUND, f"there is no {shown(path)}")
        after = copy.deepcopy(self.model)
        _at(after, path[:-1])[path[-1]] = copy.deepcopy(value)
        if old is None and not self._has_own_keys(path[:-1]):
            self._add_table(path[:-1], {str(path[-1]): value})
            return True

        def change(document: "TOMLDocument") -> None:
            holder = _at(document, path[:-1])
            holder[path[-1]] = new_item(value, holder[path[-1]] if old is not None else None)

        self._edit(change, after, path, is_new_key=old is None)
        return True

    def append(self, path: Sequence[Step], value: Json) -> None:
        """Put a new item at the end of an array; a missing one is made."""
        found = self.get(*path)
        self.insert(path, len(found) if isinstance(found, list) else 0, value)

    def insert(self, path: Sequence[Step], index: int, value: Json) -> None:
        """Put a new item into an array before the one at `index`; a missing array is made."""
        path = tuple(path)
        check_value(path, value)
        found = self.get(*path)
        if found is None:
            self.set(path, [value])
            return
        if not isinstance(found, list):
            raise Refusal(EditCode.CONFLICT, f"{shown(path)} is no array")
        after = copy.deepcopy(self.model)
        _at(after, path).insert(index, copy.deepcopy(value))

        def change(document: "TOMLDocument") -> None:
            insert_item(_at(document, path), index, value)

        self._edit(change, after, path)

    def delete(self, path: Sequence[Step]) -> bool:
        """Take an entry out; False when there is none."""
        path = tuple(path)
        if not path:
            raise Refusal(EditCode.PARAM, "the whole cannot be deleted")
        if self.get(*path) is None:
            return False
        after = copy.deepcopy(self.model)
        del _at(after, path[:-1])[path[-1]]
        self._edit(lambda document: _at(document, path[:-1]).__delitem__(path[-1]), after, path)
        return True

    # ------------------------------------------------------------ how they are made

    def _set_table(self, path: Path, old: dict[str, Json], value: dict[str, Json]) -> bool:
        if not old:
            self._add_table(path, value)
            return True
        for key in [key for key in old if key not in value]:
            self.delete((*path, key))
        changed = [self.set((*path, key), item) for key, item in value.items()]
        return any(changed) or old.keys() != value.keys()

    def _is_table(self, path: Path) -> bool:
        """Say whether a table of this path would have a header of its own."""
        return all(isinstance(step, str) for step in path) and not self._is_inline(path)

    def _is_inline(self, path: Path) -> bool:
        """Say whether something on the way is written on one line."""
        found: Any = self._document()
        for step in path:
            try:
                found = found[step]
            except (KeyError, IndexError, TypeError):
                return False
            if isinstance(found, library().items.InlineTable | library().items.Array):
                return True
        return False

    def _has_own_keys(self, path: Path) -> bool:
        """Say whether a table has a header (or is the document), so that a key can be put below it."""
        if not path or self._is_inline(path):
            return True
        found: Any = self._document()
        try:
            found = _at(found, path)
        except (KeyError, IndexError, TypeError):
            return False
        if isinstance(found, library().items.Table):
            return not found.is_super_table()
        return isinstance(found, library().items.AoT)

    def _add_table(self, path: Path, values: dict[str, Json]) -> None:
        if not all(isinstance(step, str) for step in path):
            raise Refusal(EditCode.NOT_FOUND, f"there is no {shown(path)}")
        after = copy.deepcopy(self.model)
        holder = after
        for step in path:
            holder = holder.setdefault(step, {})
            if not isinstance(holder, dict):
                raise Refusal(EditCode.CONFLICT, f"{shown(path)} cannot be a table: {step} is none")
        holder.update(copy.deepcopy(values))
        made = add_table(self.text, tuple(str(step) for step in path), values, self._eol)
        self._accept([made], after, path)

    def _edit(self, change: Any, after: Json, path: Path, *, is_new_key: bool = False) -> None:
        """Let tomlkit make the change, and take over the one run of lines that differs."""
        plain = self.text.replace("\r\n", "\n")
        document, self._parsed = self._document(), None  # it is about to change
        if library().dumps(document) != plain:
            raise Refusal(EditCode.VERIFY, "tomlkit would not write this file back as it is")
        try:
            change(document)
            new = library().dumps(document)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, NotImplementedError) as error:
            raise Refusal(EditCode.PRECONDITION, f"{shown(path)} cannot be edited: {error}") from error
        self._accept(self._line_patches(plain, new, path, is_new_key=is_new_key), after, path)

    def _line_patches(self, plain: str, new: str, path: Path, *, is_new_key: bool) -> list[Patch]:
        old_lines, new_lines = _lines(plain), _lines(new)
        starts = list(accumulate((len(line) for line in _lines(self.text)), initial=0))
        head, tail = _common(old_lines, new_lines)
        old_lines, new_lines = old_lines[head : len(old_lines) - tail], new_lines[head : len(new_lines) - tail]
        codes = [
            code
            for code in SequenceMatcher(None, old_lines, new_lines, autojunk=False).get_opcodes()
            if code[0] != "equal"
        ]
        if len(codes) > 1:
            raise Refusal(EditCode.VERIFY, f"editing {shown(path)} would change other lines too")
        patches = []
        for kind, low, high, first, last in codes:
            if kind == "insert" and is_new_key:
                low = high = _above_next_comments(_lines(plain), head + low) - head
            text = "".join(new_lines[first:last]).replace("\n", self._eol)
            start, end = starts[head + low], starts[head + high]
            patches.append(Patch(start, end, self.text[start:end], text))
        return patches

    def _accept(self, patches: list[Patch], after: Json, path: Path) -> None:
        text = apply(self.text, patches)
        if repr(load_model(text)) != repr(after) and load_model(text) != after:
            raise Refusal(EditCode.VERIFY, f"editing {shown(path)} would not mean what was intended")
        self._steps.append(patches)
        self.text, self.model, self._parsed = text, after, None

    def _document(self) -> "TOMLDocument":
        """Return the text as tomlkit sees it; only for looking."""
        if self._parsed is None:
            self._parsed = library().parse(self.text.replace("\r\n", "\n"))
        return self._parsed


def _above_next_comments(lines: list[str], at: int) -> int:
    """Return the line for a new key: above the comment of the next table, behind comments that follow the last key."""
    top = at
    while top > 0 and (not lines[top - 1].strip() or lines[top - 1].lstrip().startswith("#")):
        top -= 1
    return next((line for line in range(top, at) if not lines[line].strip()), at)


def _common(old: list[str], new: list[str]) -> tuple[int, int]:
    """Return how many lines at the beginning and at the end are the same."""
    least = min(len(old), len(new))
    head = next((at for at in range(least) if old[at] != new[at]), least)
    tail = next((at for at in range(least - head) if old[-1 - at] != new[-1 - at]), least - head)
    return head, tail


def _lines(text: str) -> list[str]:
    """Return the lines with their ends; only a line feed ends one."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value
