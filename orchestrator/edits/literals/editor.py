"""Edit literals by paths: each operation makes patches of the text and, apart from them, the model that is intended."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from orchestrator.edits.literals.emit import emit, emit_pair
from orchestrator.edits.literals.insertion import insert_patches
from orchestrator.edits.literals.paths import shown
from orchestrator.edits.literals.removal import remove_patches
from orchestrator.edits.literals.style import line_indent, line_start, style_of
from orchestrator.edits.literals.tree import Kind, Literal, MemberKind, Path, Step, clipped, model_of
from orchestrator.edits.patch import Patch, apply, compose
from orchestrator.edits.result import EditCode, FileEdit, Refusal
from orchestrator.models.json import Json


class LiteralEditor(ABC):
    """A text under edit. Every operation raises Refusal, and changes nothing, when it cannot be made."""

    kind: str

    def __init__(self, path: str, text: str, *, is_json: bool) -> None:
        self.path = path
        self.before = self.text = text
        self.style = style_of(text, is_json=is_json)
        self._steps: list[list[Patch]] = []
        self.roots, self.root = self._read(text)
        self._shadow: list[Json] = [root.model() for root in self.roots]

    # ------------------------------------------------------------ what a format adds

    @abstractmethod
    def _read(self, text: str) -> tuple[list[Literal], Literal]:
        """Return the outermost literals of a text and the one that paths begin at; Refusal when it cannot be read."""

    @abstractmethod
    def _intended(self, shadow: list[Json]) -> Json:
        """Return the intended model of the whole file."""

    def _followed(self, literal: Literal, path: Path) -> Literal:  # noqa: ARG002 - JSON has no references
        """Return the literal that a name stands for."""
        return literal

    def _check_key(self, owner: Literal, path: Path) -> None:  # noqa: ARG002
        """Raise Refusal when the last step of the path may be decided elsewhere."""
        return

    # ------------------------------------------------------------ looking

    def find(self, path: Sequence[Step]) -> Literal | None:
        """Return the literal at a path, or None; Refusal E_DYNAMIC where a value on the way is computed."""
        literal = self.root
        path = tuple(path)
        for at, step in enumerate(path):
            owner = self._collection(literal, path[:at])
            self._check_key(owner, path[: at + 1])
            index = owner.index_of(step)
            if index is None:
                return None
            literal = self._followed(owner.members[index].value, path[: at + 1])
        return literal

    def has(self, *path: Step) -> bool:
        """Say whether there is something at a path."""
        return self.find(path) is not None

    def get(self, *path: Step) -> Json:
        """Return the value at a path, or None; Refusal E_DYNAMIC when a part of it is computed."""
        found = self.find(path)
        return None if found is None else found.plain()

    def peek(self, path: Sequence[Step]) -> tuple[bool, Json]:
        """Return whether there is something at a path, and its value; Refusal E_DYNAMIC when that is computed."""
        found = self.find(path)
        return (False, None) if found is None else (True, found.plain())

    def is_object(self, path: Sequence[Step]) -> bool:
        """Say whether there is an object at a path, even if a part of it is computed."""
        found = self.find(path)
        return found is not None and found.kind is Kind.OBJECT

    @property
    def is_changed(self) -> bool:
        """Say whether anything was edited."""
        return self.text != self.before

    def finish(self) -> FileEdit:
        """Return all operations as one edit of the text before."""
        patches = compose(self._steps, self.before)
        intended = self._intended(_copied(self._shadow))
        return FileEdit(path=self.path, kind=self.kind, before=self.before, patches=patches, intended=intended)

    # ------------------------------------------------------------ operations

    def set(self, path: Sequence[Step], value: Json) -> bool:
        """Make the value at a path this one; False when it is so. What is equal in both stays as it is written."""
        path = tuple(path)
        found = self.find(path) if path else self.root
        if found is not None:
            return self._assign(path, found, value)
        owner = self.find(path[:-1])
        if owner is None:
            if not isinstance(path[-2], str) or not isinstance(path[-1], str):
                raise Refusal(EditCode.NOT_FOUND, f"there is no {shown(path[:-1])}")
            return self.set(path[:-1], {path[-1]: value})
        if not isinstance(path[-1], str):
            raise Refusal(EditCode.NOT_FOUND, f"there is no {shown(path)}")
        if owner.kind is not Kind.OBJECT:
            raise Refusal(EditCode.CONFLICT, f"{shown(path[:-1])} is {_named(owner)}, no object")
        self._insert(owner, len(owner.members), [(path[-1], value)])
        return True

    def insert_key(self, path: Sequence[Step], key: str, value: Json, index: int) -> None:
        """Put a new key into an object as its entry at an index."""
        owner = self.find(path)
        if owner is None or owner.kind is not Kind.OBJECT:
            raise Refusal(EditCode.NOT_FOUND, f"there is no object at {shown(path)}")
        if owner.index_of(key) is not None:
            raise Refusal(EditCode.CONFLICT, f"{shown((*path, key))} is there already")
        self._insert(owner, index, [(key, value)])

    def insert_items(self, path: Sequence[Step], index: int, values: Sequence[Json]) -> None:
        """Put new items into an array before the one at `index`."""
        owner = self.find(path)
        if owner is None or owner.kind is not Kind.ARRAY:
            what = f"{shown(path)} is {_named(owner)}, no array" if owner else f"there is no {shown(path)}"
            raise Refusal(EditCode.CONFLICT if owner else EditCode.NOT_FOUND, what)
        if values:
            self._insert(owner, index, [(None, value) for value in values])

    def append(self, path: Sequence[Step], value: Json) -> None:
        """Put a new item at the end of an array; a missing one is made."""
        owner = self.find(path)
        if owner is None:
            self.set(path, [value])
        else:
            self.insert_items(path, len(owner.members), [value])

    def delete(self, path: Sequence[Step]) -> bool:
        """Take an entry out, with every repetition of its key; False when there is none."""
        path = tuple(path)
        if not path:
            raise Refusal(EditCode.PARAM, "the whole cannot be deleted")
        owner = self.find(path[:-1])
        if owner is None or self.find(path) is None:
            return False
        while owner is not None and (index := owner.index_of(path[-1])) is not None:
            del self._shadow_members(owner)[index]
            self._edit(remove_patches(self.text, owner, index))
            if isinstance(path[-1], int):
                break
            owner = self.find(path[:-1])
        return True

    # ------------------------------------------------------------ how they are made

    def _assign(self, path: Path, found: Literal, value: Json) -> bool:
        """Bring a value to another one by as few changes as possible."""
        if found.model() == model_of(value) and _same_types(found.model(), model_of(value)):
            return False
        plain_members = all(member.kind in (MemberKind.PAIR, MemberKind.ITEM) for member in found.members)
        if found.kind is Kind.OBJECT and isinstance(value, dict) and found.members and value and plain_members:
            changed = False
            for key in dict.fromkeys(str(member.key) for member in found.members):
                if key not in value:
                    changed = self.delete((*path, key)) or changed
            for key, item in value.items():
                changed = self.set((*path, str(key)), item) or changed
            return changed
        if found.kind is Kind.ARRAY and isinstance(value, list) and found.members and value and plain_members:
            return self._assign_items(path, found, value)
        self._replace(path, found, value)
        return True

    def _assign_items(self, path: Path, found: Literal, value: list[Json]) -> bool:
        old = [member.value.model() for member in found.members]
        new = [model_of(item) for item in value]
        least = min(len(old), len(new))
        head = next((at for at in range(least) if not _equal(old[at], new[at])), least)
        tail = next((at for at in range(least - head) if not _equal(old[-1 - at], new[-1 - at])), least - head)
        common = least - head - tail
        for at in range(head, head + common):
            self.set((*path, at), value[at])
        for _ in range(len(old) - least):
            self.delete((*path, head + common))
        self.insert_items(path, head + common, value[head + common : len(value) - tail] if len(new) > least else [])
        return True

    def _replace(self, path: Path, found: Literal, value: Json) -> None:
        if not path:
            raise Refusal(EditCode.CONFLICT, "the whole cannot be replaced by another kind of value")
        if found.kind is Kind.SOURCE:
            raise Refusal(EditCode.DYNAMIC, f"{shown(path)} is computed: `{clipped(found.source)}`")
        if any(below.kind is Kind.SOURCE for below in found.walk()) or not found.is_static:
            raise Refusal(EditCode.DYNAMIC, f"{shown(path)} holds computed parts that would be lost")
        indent = line_indent(self.text, found.start)
        column = found.start - line_start(self.text, found.start)
        flat = found.is_collection and bool(found.members) and "\n" not in self.text[found.start : found.end]
        new = emit(value, self.style, indent, column=column, flat=flat and self._fits(value, column))
        owner, index = self._shadow_owner(found.address)
        owner[index] = model_of(value)
        self._edit([Patch(found.start, found.end, self.text[found.start : found.end], new)])

    def _fits(self, value: Json, column: int) -> bool:
        return column + len(emit(value, self.style, "", flat=True)) + 1 <= self.style.width

    def _insert(self, owner: Literal, index: int, entries: Sequence[tuple[str | None, Json]]) -> None:
        bare = not any(member.is_quoted and str(member.key).isidentifier() for member in owner.members)
        siblings = [m.value for m in owner.members if m.value.kind is Kind.OBJECT and m.value.members]
        alike = bool(siblings) and all("\n" not in self.text[one.start : one.end] for one in siblings)

        def lines(indent: str, flat: bool) -> list[str]:
            return [self._entry(key, value, indent, bare=bare, flat=flat, alike=alike) for key, value in entries]

        patches = insert_patches(self.text, owner, index, lines, self.style)
        models = [model_of(value) if key is None else [key, model_of(value)] for key, value in entries]
        self._shadow_members(owner)[index:index] = models
        self._edit(patches)

    def _entry(self, key: str | None, value: Json, indent: str, *, bare: bool, flat: bool, alike: bool) -> str:
        """Return one entry; an object stays on one line where its `alike` siblings do and it is short enough."""
        inside = isinstance(value, dict | list)
        flat = (flat and not inside) or (flat and self._fits(value, len(indent) + len(key or "")))
        flat = flat or (alike and isinstance(value, dict) and self._fits(value, len(indent) + len(key or "") + 4))
        if key is None:
            return emit(value, self.style, indent, column=len(indent), flat=flat)
        return emit_pair(key, value, self.style, indent, bare=bare, flat=flat)

    def _edit(self, patches: Sequence[Patch]) -> None:
        real = [item for item in patches if item.old != item.new]
        after = apply(self.text, real)
        try:
            roots, root = self._read(after)
        except Refusal as refusal:
            raise Refusal(EditCode.VERIFY, f"the result could not be read: {refusal.reason}") from refusal
        self._steps.append(real)
        self.text, self.roots, self.root = after, roots, root

    def _collection(self, literal: Literal, path: Path) -> Literal:
        if literal.kind is Kind.SOURCE:
            raise Refusal(EditCode.DYNAMIC, f"{shown(path)} is computed: `{clipped(literal.source)}`")
        if not literal.is_collection:
            raise Refusal(EditCode.CONFLICT, f"{shown(path)} is {_named(literal)}, nothing can be below it")
        return literal

    # ------------------------------------------------------------ the intended model

    def _shadow_owner(self, address: tuple[int, ...]) -> tuple[list[Json], int]:
        """Return the list that holds the model at an address, and its index there."""
        owner, index = self._shadow, address[0]
        for step in address[1:]:
            entry = _members(owner[index])
            if isinstance(entry[step], list):
                owner, index = entry[step], 1
            else:
                owner, index = entry, step
        return owner, index

    def _shadow_members(self, literal: Literal) -> list[Json]:
        owner, index = self._shadow_owner(literal.address)
        return _members(owner[index])


def _copied(model: Json) -> Json:
    """Return a copy that shares nothing that can change."""
    if isinstance(model, list):
        return [_copied(item) for item in model]
    if isinstance(model, dict):
        return {key: _copied(item) for key, item in model.items()}
    return model


def _members(model: Json) -> list[Json]:
    found: list[Json] = model["object"] if "object" in model else model["array"]
    return found


def _equal(left: Json, right: Json) -> bool:
    return bool(left == right) and _same_types(left, right)


def _same_types(left: Json, right: Json) -> bool:
    """Say whether equal models are equal in their types too (1 and true are not)."""
    return repr(left) == repr(right)


def _named(literal: Literal) -> str:
    return "a single value" if literal.kind is Kind.SCALAR else f"an {literal.kind}"
