"""Bring new tests into a file in which a person worked since it was written.

The file is taken as a row of parts: its statements, each with the comments above it. A part whose text is not what we
wrote is a person's and stays as it is; a test of ours that is gone was removed by a person and does not come back.
"""

import ast
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from orchestrator.errors import TaskFailed
from orchestrator.models.json import JsonObject
from orchestrator.testgen.generator import Present


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One statement of a file. `kind` is doc, import, test or other; `name` what it defines."""

    kind: str
    name: str
    text: str

    @property
    def digest(self) -> str:
        """Return what tells whether somebody edited it."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """What a person did to a file: parts that are theirs, and observations that they removed or took over."""

    theirs: tuple[tuple[str, Part], ...] = ()  # with the name of the part before it
    ours: tuple[Part, ...] = ()  # what of ours is still there
    text: str = ""
    removed: frozenset[str] = frozenset()
    taken_over: frozenset[str] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        """Return the names that are taken."""
        return frozenset(part.name for _, part in self.theirs if part.name)

    @property
    def settled(self) -> frozenset[str]:
        """Return the observations that are not to be made again."""
        return self.removed | self.taken_over


NOTHING = History()


def parts_of(text: str) -> tuple[Part, ...]:
    """Return the parts of a file; SyntaxError when it cannot be parsed."""
    lines = text.splitlines(keepends=True)
    found, begin = [], 0
    for node in ast.parse(text).body:
        end = node.end_lineno or node.lineno
        found.append(_part(node, "".join(lines[begin:end]).strip() + "\n"))
        begin = end
    rest = "".join(lines[begin:]).strip()
    return (*found, Part(kind="other", name="", text=rest + "\n")) if rest else tuple(found)


def read_history(present: Present | None, file: str) -> History:
    """Compare a file with what was remembered of it; TaskFailed when it cannot be parsed."""
    if present is None:
        return NOTHING
    try:
        parts = parts_of(present.text)
    except SyntaxError as error:
        message = f"{file} cannot be parsed: {error}"
        raise TaskFailed(message, hint="mend it, or remove it together with `overwrite: true`") from error
    known = set(_texts(present.memory.get("parts")))
    tests = present.memory.get("tests")
    observations = {name: _texts(calls) for name, calls in tests.items()} if isinstance(tests, Mapping) else {}
    there = {part.name for part in parts}
    ours = {part.name for part in parts if part.digest in known}
    before = ["", *(part.name for part in parts)]
    return History(
        theirs=tuple((name, part) for name, part in zip(before, parts, strict=False) if part.digest not in known),
        ours=tuple(part for part in parts if part.digest in known),
        text=present.text,
        removed=frozenset(
            [
                *_texts(present.memory.get("removed")),
                *(c for n, calls in observations.items() if n not in there for c in calls),
            ]
        ),
        taken_over=frozenset(c for n, calls in observations.items() if n in there and n not in ours for c in calls),
    )


def memory_of(text: str, history: History, tests: Mapping[str, Sequence[str]]) -> JsonObject:
    """Return what has to be remembered of a file that is written now; `tests` are ours with their observations."""
    theirs = {part.digest for _, part in history.theirs}
    return {
        "parts": sorted({part.digest for part in parts_of(text)} - theirs),
        "tests": {name: sorted(calls) for name, calls in tests.items()},
        "removed": sorted(history.settled),
    }


def merge(text: str, history: History) -> str:
    """Return a generated file with a person's parts in it; the file as it is when nothing of ours would change."""
    if not history.theirs:
        return text
    new = parts_of(text)
    if _same_work(new, history):
        return history.text
    return _head(text, new, history) + "\n\n" + "\n\n".join(part.text for part in _ordered(new, history))


def _head(text: str, new: Sequence[Part], history: History) -> str:
    """Return what stands above the first definition: a person's docstring and imports come in."""
    theirs = [part for _, part in history.theirs]
    first = next((part for part in new if part.kind not in ("doc", "import")), None)
    head = text if first is None else text[: text.index(first.text)]
    doc = next((part.text for part in theirs if part.kind == "doc"), "")
    if doc and new and new[0].kind == "doc":
        head = doc + head[len(new[0].text) :]
    imports = [part.text for part in theirs if part.kind == "import" and part.text not in head]
    return head.rstrip() + "\n" + "".join(imports)


def only_theirs(history: History) -> str:
    """Return a file of what is a person's, with the imports and helpers of the file; empty when no test is theirs."""
    if not any(part.kind == "test" for _, part in history.theirs):
        return ""
    ours = {part.digest for part in history.ours if part.kind == "test"}
    return "\n\n".join(part.text for part in parts_of(history.text) if part.digest not in ours)


def _same_work(new: Iterable[Part], history: History) -> bool:
    """Say whether our parts of the file are what would be written; imports may have been put in order since."""
    there = {part.digest for part in history.ours if part.kind not in ("import", "doc")}
    wanted = [part for part in new if part.kind not in ("import", "doc")]
    theirs = {(part.kind, part.name) for _, part in history.theirs}
    is_same = {part.digest for part in wanted if (part.kind, part.name) not in theirs} == there
    return is_same and {p.text for p in new if p.kind == "import"} <= {p.text for p in parts_of(history.text)}


def _ordered(new: Iterable[Part], history: History) -> list[Part]:
    """Return the definitions: ours in their order, a person's behind what they stood behind, else at the end."""
    theirs = [(name, part) for name, part in history.theirs if part.kind not in ("doc", "import")]
    replaced = {(part.kind, part.name) for _, part in theirs if part.name}
    found = [p for p in new if p.kind not in ("doc", "import") and (p.kind, p.name) not in replaced]
    for name, part in theirs:
        places = [number for number, each in enumerate(found) if each.name == name and name]
        found.insert(places[-1] + 1 if places else len(found), part)
    return found


def _part(node: ast.stmt, text: str) -> Part:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return Part(kind="import", name="", text=text)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return Part(kind="doc", name="", text=text)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        is_test = node.name.startswith(("test", "Test"))
        return Part(kind="test" if is_test else "other", name=node.name, text=text)
    return Part(kind="other", name="", text=text)


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, Sequence) and not isinstance(value, str) else []
