"""Edit a Dockerfile by its instructions."""

import importlib
from collections.abc import Sequence
from functools import cache
from typing import Any

from orchestrator.edits.dockerfile.scanner import Instruction, scan
from orchestrator.edits.dockerfile.stages import Stage, stages_of
from orchestrator.edits.patch import Patch, apply, compose
from orchestrator.edits.result import EditCode, FileEdit, Refusal
from orchestrator.models.json import Json


class DockerfileEditor:
    """A Dockerfile under edit. Every operation raises Refusal, and changes nothing, when it cannot be made."""

    kind = "dockerfile"

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.before = self.text = text
        self.instructions: Sequence[Instruction] = scan(text)
        self.model: list[Json] = [one.model() for one in self.instructions]
        self._eol = "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
        self._lower = all(one.written.islower() for one in self.instructions)
        self._steps: list[list[Patch]] = []

    @property
    def stages(self) -> list[Stage]:
        """Return the stages as they are now."""
        return stages_of(self.instructions)

    @property
    def is_changed(self) -> bool:
        """Say whether anything was edited."""
        return self.text != self.before

    def finish(self) -> FileEdit:
        """Return all operations as one edit; Refusal E_VERIFY when BuildKit's parser reads the result otherwise."""
        if _agrees(self.before) and not _agrees(self.text):
            raise Refusal(EditCode.VERIFY, "BuildKit's parser reads the result in another way")
        patches = compose(self._steps, self.before)
        return FileEdit(path=self.path, kind=self.kind, before=self.before, patches=patches, intended=self.model)

    def replace_in(self, index: int, old: str, new: str) -> None:
        """Replace a piece of one instruction, which has to stand there once; Refusal E_AMBIGUOUS otherwise."""
        one = self.instructions[index]
        source = self.text[one.start : one.end]
        if source.count(old) != 1:
            raise Refusal(EditCode.AMBIGUOUS, f"line {one.line}: `{old}` stands there {source.count(old)} times")
        at = one.start + source.index(old)
        self.model[index] = [one.keyword, one.text.replace(old, new), list(one.heredocs)]
        self._edit([Patch(at, at + len(old), old, new)])

    def replace(self, index: int, keyword: str, text: str) -> None:
        """Replace an instruction by another one."""
        one = self.instructions[index]
        self.model[index] = [keyword, text, []]
        self._edit([Patch(one.start, one.end, self.text[one.start : one.end], f"{self._cased(keyword)} {text}")])

    def insert(self, index: int, entries: Sequence[tuple[str, str]], *, after_previous: bool = False) -> None:
        """Put instructions before the one at `index`, above its comments; or right behind the previous one."""
        lines = [f"{self._cased(keyword)} {text}" for keyword, text in entries]
        if after_previous or index == len(self.instructions):
            at = self.instructions[index - 1].end
            new = "".join(self._eol + line for line in lines)
        else:
            at = self.instructions[index].above
            new = "".join(line + self._eol for line in lines)
        self.model[index:index] = [[keyword, text, []] for keyword, text in entries]
        self._edit([Patch(at, at, "", new)])

    def _cased(self, keyword: str) -> str:
        return keyword.lower() if self._lower else keyword

    def _edit(self, patches: list[Patch]) -> None:
        after = apply(self.text, patches)
        try:
            self.instructions = scan(after)
        except Refusal as refusal:
            raise Refusal(EditCode.VERIFY, f"the result could not be read: {refusal.reason}") from refusal
        self.text = after
        self._steps.append(patches)


@cache
def _buildkit() -> Any:
    """Return the module `dockerfile`, which wraps BuildKit's parser, or None."""
    try:
        return importlib.import_module("dockerfile")
    except ImportError:
        return None


def _agrees(text: str) -> bool:
    """Say whether BuildKit's own parser finds the same instructions; True where it is not installed."""
    parser = _buildkit()
    if parser is None:
        return True
    try:
        commands = parser.parse_string(text)
    except parser.GoParseError:
        return False
    return [one.cmd.upper() for one in commands] == [one.keyword for one in scan(text)]
