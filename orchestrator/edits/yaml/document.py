"""A YAML text under edit: what it was, what it is by now, and the model that it is intended to mean.

Patches change the text, operations the model; the two never see each other, and that they agree in the end is the
proof of the edit.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from orchestrator.edits.patch import Patch, PatchMismatch, apply, compose, in_order
from orchestrator.edits.result import EditCode, FileEdit, Refusal
from orchestrator.edits.yaml.insertion import closing_literal
from orchestrator.edits.yaml.model import load_checked
from orchestrator.edits.yaml.paths import peek_at, shown, with_value
from orchestrator.edits.yaml.style import Style, style_of
from orchestrator.edits.yaml.tree import Node, Path, Step, tree_of
from orchestrator.models.json import Json


class YamlDocument:
    """A text with the patches so far."""

    def __init__(self, path: str, text: str, kind: str = "yaml") -> None:
        self.path = path
        self.kind = kind
        self.before = text
        self.tree = tree_of(text)
        self.model: Json = load_checked(text)
        self._steps: list[tuple[Patch, ...]] = []
        self._style: Style | None = None
        self._held: list[Patch] | None = None

    @property
    def text(self) -> str:
        """Return the text as edited so far."""
        return self.tree.text

    @property
    def style(self) -> Style:
        """Return the habits of the file as it was."""
        if self._style is None:
            self._style = style_of(self.tree)
        return self._style

    @property
    def is_changed(self) -> bool:
        """Say whether anything was edited."""
        return self.text != self.before

    def finish(self) -> FileEdit:
        """Return all operations as one edit of the text before."""
        patches = compose(self._steps, self.before)
        return FileEdit(path=self.path, kind=self.kind, before=self.before, patches=patches, intended=self.model)

    # ------------------------------------------------------------ looking

    def node(self, *path: Step) -> Node:
        """Return the node at a path; Refusal E_NOT_FOUND when there is none."""
        found = self.tree.find(path)
        if found is None:
            raise Refusal(EditCode.NOT_FOUND, f"there is no {shown(path)}")
        return found

    def get(self, *path: Step) -> Json:
        """Return the intended value at a path, or None."""
        return peek_at(self.model, path)[1]

    def peek(self, path: Sequence[Step]) -> tuple[bool, Json]:
        """Return whether there is something at a path, and its intended value."""
        return peek_at(self.model, tuple(path))

    def is_object(self, path: Sequence[Step]) -> bool:
        """Say whether there is a mapping at a path."""
        return isinstance(self.get(*path), dict)

    # ------------------------------------------------------------ changes

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Make operations on places of which none holds another one together: the text is read once, not each time."""
        if self._held is not None:  # inside of others
            yield
            return
        self._held = []
        yield
        held, self._held = self._held, None
        self._edit(tuple(dict.fromkeys(held)))
        self._settle_end()

    def _edit(self, patches: Sequence[Patch]) -> None:
        if self._held is not None:
            self._held += patches
            return
        style = self.style  # of the text as it was
        try:
            real = tuple(item for item in in_order(patches) if item.old != item.new)
            if not real:
                return
            tree = tree_of(apply(self.text, real))
        except (Refusal, PatchMismatch) as error:
            reason = error.reason if isinstance(error, Refusal) else str(error)
            raise Refusal(EditCode.VERIFY, f"the result could not be read: {reason}") from error
        self.tree, self._style = tree, style
        self._steps.append(real)

    def _settle_end(self) -> None:
        """Give the file a final newline when its last value is a new block that ends with one."""
        closing = closing_literal(self.tree) if self._held is None else None
        if closing is None or closing.text.endswith("\n"):
            return
        last = self.model
        while isinstance(last, dict | list) and last:
            last = list(last.values())[-1] if isinstance(last, dict) else last[-1]
        if last == closing.text + "\n":
            end = len(self.text)
            self._edit([Patch(end, end, "", self.style.eol)])

    def _model_replace(self, path: Path, value: Json) -> None:
        self.model = with_value(self.model, path, value)
        self._settle_end()
