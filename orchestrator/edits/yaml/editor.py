"""Edit a YAML text by paths: each operation changes the text by patches and, by itself, the model that is intended."""

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

from orchestrator.edits.result import EditCode, Refusal
from orchestrator.edits.yaml.document import YamlDocument
from orchestrator.edits.yaml.emit import Headed, plain
from orchestrator.edits.yaml.insertion import closing_literal, fill_patches, insert_patches, strip_header
from orchestrator.edits.yaml.lines import is_first_on_line
from orchestrator.edits.yaml.moving import move_patch
from orchestrator.edits.yaml.paths import (
    as_step,
    equal_ends,
    index_of,
    model_key,
    same,
    shown,
    without_value,
)
from orchestrator.edits.yaml.removal import remove_patches
from orchestrator.edits.yaml.replacement import rename_patch, replace_patches
from orchestrator.edits.yaml.sharing import editable, in_flow, refuse_shared
from orchestrator.edits.yaml.tree import ALIAS, MAP, SEQ, Path, Step
from orchestrator.models.json import Json


class YamlEditor(YamlDocument):
    """A text under edit. Every operation raises Refusal, and changes nothing, when it cannot be made."""

    def set(self, path: Sequence[Step], value: Any, *, before: str | None = None, after: str | None = None) -> bool:
        """Make the value at a path this one; False when it is so already.

        What is equal in both stays as it is written. A missing key is added at the end, or `before` or `after`
        another key, and so are the mappings above it.
        """
        path = tuple(path)
        if self.tree.find(path) is not None:
            return self._assign(path, value)
        parent = self.tree.find(path[:-1])
        if not path or (parent is None and len(path) < 2):
            raise Refusal(EditCode.NOT_FOUND, f"there is no {shown(path)}")
        if parent is None:
            return self.set(path[:-1], {path[-1]: value}, before=before, after=after)
        key = path[-1]
        if not isinstance(key, str):
            raise Refusal(EditCode.NOT_FOUND, f"there is no {shown(path)}")
        if parent.kind == MAP:
            at = next((at for name in (before,) if name and (at := parent.index_of(name)) is not None), None)
            if at is None and after and (found := parent.index_of(after)) is not None:
                at = found + 1
            self.insert_key(path[:-1], key, value, len(parent.values) if at is None else at)
        elif parent.kind == "scalar" and self.tree.value(parent) is None:
            self._replace(path[:-1], {key: value})
        elif parent.kind == ALIAS:
            raise Refusal(EditCode.ALIAS, f"{shown(path[:-1])} is an alias, the edit would change its anchor elsewhere")
        else:
            raise Refusal(EditCode.CONFLICT, f"{shown(path[:-1])} is no mapping")
        return True

    def insert_key(self, path: Sequence[Step], key: str, value: Any, index: int) -> None:
        """Put a new key into a mapping as its entry at an index."""
        path = tuple(path)
        node = editable(self.tree, path)
        if node.index_of(key) is not None:
            raise Refusal(EditCode.CONFLICT, f"{shown((*path, key))} is there already")
        if node.flow and not node.values and path and not in_flow(self.tree, path[:-1]):
            self._replace(path, {key: value})
            return
        self._edit(insert_patches(self.tree, node, index, key, value, self.style))
        items = list(self.get(*path).items())
        items.insert(index, (key, plain(value)))
        self._model_replace(path, dict(items))

    def insert_item(self, path: Sequence[Step], index: int, value: Any) -> None:
        """Put a new item into a list at an index."""
        path = tuple(path)
        node = editable(self.tree, path)
        if node.kind != SEQ:
            raise Refusal(EditCode.CONFLICT, f"{shown(path)} is no list")
        if node.flow and not node.values and path and not in_flow(self.tree, path[:-1]):
            self._replace(path, [value])
            return
        self._edit(insert_patches(self.tree, node, index, None, value, self.style))
        items = list(self.get(*path))
        items.insert(index, plain(value))
        self._model_replace(path, items)

    def insert_items(self, path: Sequence[Step], index: int, values: Sequence[Any]) -> None:
        """Put new items into a list, the first one at an index; of a list in block style the text is read once."""
        path = tuple(path)
        node = editable(self.tree, path)
        if self._held is not None or node.kind != SEQ or node.flow or not node.values:
            for offset, value in enumerate(values):
                self.insert_item(path, index + offset, value)
            return
        made = [each for value in values for each in insert_patches(self.tree, node, index, None, value, self.style)]
        again = dict.fromkeys(each for each in made if each.old)  # what each of them asks for besides, made once
        self._edit([*again, *(each for each in made if not each.old)])
        items = list(self.get(*path))
        items[index:index] = map(plain, values)
        self._model_replace(path, items)

    def append(self, path: Sequence[Step], value: Any) -> None:
        """Put a new item at the end of a list; a missing one is made, and a key without a value becomes one."""
        node = self.tree.find(tuple(path))
        if node is None:
            self.set(path, [value])
        elif node.kind == "scalar" and self.tree.value(node) is None:
            self._replace(tuple(path), [value])
        else:
            self.insert_item(path, len(node.values), value)

    def delete(self, path: Sequence[Step], *, with_comments: bool = False) -> bool:
        """Take an entry out; False when there is none. The last one of a collection leaves `{}` or `[]`."""
        path = tuple(path)
        node = self.tree.find(path)
        if not path or node is None:
            return False
        refuse_shared(self.tree, path, node)
        owner = editable(self.tree, path[:-1])
        index = index_of(owner, path[-1])
        self._edit(remove_patches(self.tree, owner, index, with_comments=with_comments))
        self.model = without_value(self.model, path)
        return True

    def move_item(self, path: Sequence[Step], index: int, target: int) -> None:
        """Give an item of a list another place, as it is written and with the comments that belong to it."""
        path = tuple(path)
        node = editable(self.tree, path)
        if node.kind != SEQ or node.flow or not is_first_on_line(self.text, node.start):
            raise Refusal(EditCode.PRECONDITION, f"{shown(path)} is no list with one item a line")
        closing = closing_literal(self.tree)
        if closing is not None and node.start <= closing.start < node.end:
            self._edit(strip_header(self.tree, closing))  # it will not end the file any more
            node = editable(self.tree, path)
        self._edit([move_patch(self.tree, node, index, target)])
        items = list(self.get(*path))
        items.insert(target, items.pop(index))
        self._model_replace(path, items)

    def rename(self, path: Sequence[Step], name: str) -> bool:
        """Give a key another name; its place and value stay. False when it has that name."""
        path = tuple(path)
        owner = editable(self.tree, path[:-1])
        if path[-1] == name:
            return False
        if owner.kind != MAP or owner.index_of(str(path[-1])) is None:
            raise Refusal(EditCode.NOT_FOUND, f"there is no {shown(path)}")
        if owner.index_of(name) is not None:
            raise Refusal(EditCode.CONFLICT, f"{shown((*path[:-1], name))} is there already")
        self._edit([rename_patch(self.tree, owner.keys[index_of(owner, path[-1])], name, self.style)])
        found = self.get(*path[:-1])
        old = model_key(found, path[-1])
        self._model_replace(path[:-1], {name if key == old else key: value for key, value in found.items()})
        return True

    def replace_scalar(self, path: Sequence[Step], value: Any) -> None:
        """Give a scalar another value and its comment (`Noted`), even if only the comment differs."""
        self._replace(tuple(path), value)

    # ------------------------------------------------------------ how they are made

    def _assign(self, path: Path, value: Any) -> bool:
        """Bring the value at a path to another one by as few changes as possible."""
        value = value.value if isinstance(value, Headed) else value
        old, new = self.get(*path), plain(value)
        if same(old, new):
            return False
        if isinstance(old, dict) and isinstance(new, dict) and old and new:
            gone = [key for key in old if key not in new]
            for key in gone:
                self.delete((*path, as_step(key)))
            # What keeps its place needs the text read once; items of lists and what is taken out move the others.
            stays = not gone and not any(isinstance(old.get(key), list | dict) for key in new)
            with self.at_once() if stays else nullcontext():
                for key, item in value.items():
                    self.set((*path, as_step(key)), item)
        elif isinstance(old, list) and isinstance(new, list) and old and new:
            self._assign_items(path, old, list(value))
        else:
            self._replace(path, value)
        return True

    def _assign_items(self, path: Path, old: list[Json], new: list[Any]) -> None:
        models = [plain(item) for item in new]
        least = min(len(old), len(new))
        head, tail = equal_ends(old, models)
        common = least - head - tail
        for at in range(head, head + common):
            self._assign((*path, at), new[at])
        for _ in range(len(old) - least):
            self.delete((*path, head + common))
        for at in range(head + common, len(new) - tail):
            self.insert_item(path, at, new[at])

    def _replace(self, path: Path, value: Any) -> None:
        if not path:
            raise Refusal(EditCode.PRECONDITION, "the whole document cannot be replaced by another kind of value")
        node = self.node(*path)
        refuse_shared(self.tree, path, node)
        owner = editable(self.tree, path[:-1])
        index = index_of(owner, path[-1])
        is_inline = in_flow(self.tree, path[:-1])
        closing = closing_literal(self.tree)
        if node.is_empty and not is_inline and isinstance(value, dict | list) and value:
            made = fill_patches(self.tree, owner, index, value, self.style)
        else:
            made = replace_patches(self.tree, owner, index, value, self.style, in_flow=is_inline)
        if closing is not None and closing is not node and any(item.start >= closing.end for item in made):
            made = [*strip_header(self.tree, closing), *made]
        self._edit(made)
        self._model_replace(path, plain(value))
