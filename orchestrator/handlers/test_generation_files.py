"""What a task remembers of the test files that it wrote, and what becomes of each file now."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from msgspec import Struct

from orchestrator.contracts import TaskContext
from orchestrator.errors import TaskFailed
from orchestrator.handlers.test_generation_adopting import is_ours
from orchestrator.models.json import JsonObject
from orchestrator.testgen.generator import Generator, Present, Target

SOMEBODY_ELSES = "not adopted, it was written by somebody else; `overwrite: true` replaces it"


class Memory(Struct, frozen=True, kw_only=True):
    """The outputs of the task's last success."""

    files: Mapping[str, JsonObject]
    modules: Mapping[str, JsonObject]

    def digest(self, path: str) -> str | None:
        """Return the hash of the file as it was written, None when this task did not write it."""
        found = self.files.get(path)
        return str(found["sha256"]) if found is not None else None

    def of_parts(self, path: str) -> JsonObject:
        """Return what tells a person's edits in the file from what was written; empty when nothing was remembered."""
        found = self.files.get(path, {}).get("memory")
        return found if isinstance(found, Mapping) else {}


def read_memory(context: TaskContext) -> Memory:
    """Return what the last success recorded."""
    previous = context.values.get("previous")
    given = previous if isinstance(previous, Mapping) else {}
    files, modules = given.get("files"), given.get("modules")
    return Memory(
        files=dict(files) if isinstance(files, Mapping) else {},
        modules={str(each["module"]): each for each in modules} if isinstance(modules, list) else {},
    )


def reason_to_keep(memory: Memory, context: TaskContext, path: str, *, can_merge: bool) -> str:
    """Return why a whole file is left alone: a person wrote, edited or removed it. Empty when it is not."""
    digest = memory.digest(path)
    if not context.workspace.exists(path):
        return "it was removed since this task wrote it" if digest else ""
    if digest is None:
        return "" if is_ours(context.workspace, path) else SOMEBODY_ELSES
    if (can_merge and memory.of_parts(path)) or sha256(context.workspace.read_bytes(path)) == digest:
        return ""
    return "it was edited since this task wrote it"


def with_present(target: Target, memory: Memory, context: TaskContext, generator: Generator) -> Target:
    """Return the target with its file as it is, so that a person's edits in it are kept."""
    remembered = memory.of_parts(target.test_file)
    if not remembered or not generator.keeps_edits or not context.workspace.exists(target.test_file):
        return target
    try:
        text = context.workspace.read_bytes(target.test_file).decode()
    except UnicodeDecodeError as error:
        message = f"{target.test_file} is not UTF-8"
        raise TaskFailed(message, hint="mend it, or say `overwrite: true`") from error
    return replace(target, present=Present(text=text, memory=remembered))


def read_adoptable(context: TaskContext, memory: Memory, targets: Sequence[Target]) -> dict[str, str]:
    """Return the texts of those of the targets' files that are there and not this task's yet."""
    workspace = context.workspace
    paths = [each.test_file for each in targets if memory.digest(each.test_file) is None]
    return {path: workspace.read_bytes(path).decode("utf-8", "replace") for path in paths if workspace.exists(path)}


def sha256(data: bytes) -> str:
    """Return the hash by which a file is known again."""
    return hashlib.sha256(data).hexdigest()
