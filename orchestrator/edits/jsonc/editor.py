"""Edit a JSON text by paths."""

from orchestrator.edits.jsonc.scanner import has_extras, scan
from orchestrator.edits.literals.editor import LiteralEditor
from orchestrator.edits.literals.tree import Literal, plain_of
from orchestrator.edits.result import EditCode, FileEdit, Refusal
from orchestrator.models.json import Json


class JsonEditor(LiteralEditor):
    """A JSON text under edit; comments and trailing commas stay, and none are brought into plain JSON."""

    kind = "json"

    def __init__(self, path: str, text: str) -> None:
        super().__init__(path, text, is_json=True)

    def _read(self, text: str) -> tuple[list[Literal], Literal]:
        root = scan(text)
        return [root], root

    def _intended(self, shadow: list[Json]) -> Json:
        return plain_of(shadow[0])

    def finish(self) -> FileEdit:
        """Return all operations as one edit; Refusal E_VERIFY when plain JSON would not stay plain."""
        if not has_extras(self.before) and has_extras(self.text):
            raise Refusal(EditCode.VERIFY, "the result would need comments or trailing commas, the file has none")
        return super().finish()
