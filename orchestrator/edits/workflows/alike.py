"""Steps or jobs that are the same but for one word: the words, and what all of them are with a hole in its place."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from orchestrator.edits.workflows.shells import is_code, unexpanded
from orchestrator.models.json import Json

Path = tuple[str | int, ...]
HOLE = "\ue000"  # of the private use area: no workflow holds it
_TOKEN = re.compile(r"[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*|[^A-Za-z0-9]")
_VALUE = re.compile(r"[A-Za-z0-9][\w.-]*")
_SPAN = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)


@dataclass(frozen=True)
class Family:
    """Members that differ by one word each; `template` has HOLE where the word stands."""

    values: tuple[str, ...]
    template: Any

    def filled(self, fill: Callable[[Path, str], str]) -> Any:
        """Return the template with every text that has a hole as `fill` makes it of its path and the text."""
        return _filled(self.template, (), fill)

    def holes(self) -> Iterator[tuple[Path, str]]:
        """Yield the path and text of everything that has a hole."""
        yield from ((path, text) for path, text in _texts(self.template, ()) if HOLE in text)


def unify(members: Sequence[Json]) -> Family | None:
    """Return the family of some members, None when they differ in more than one word, or not at all."""
    if len(members) < 2:
        return None
    leaves = list(_aligned(members, ()))
    if any(texts is None for _, texts in leaves):
        return None
    differing = [(path, texts) for path, texts in leaves if texts is not None and len(set(texts)) > 1]
    values = _values([texts for path, texts in differing if not _is_label(path)])
    if values is None:
        return None
    made: dict[Path, str] = {}

    def written(path: Path, text: str) -> str:
        return made.get(path, text)

    for path, texts in differing:
        text = _with_hole(texts, values)
        if text is None and _is_label(path):
            text = _label(texts)
        if text is None:
            return None
        made[path] = text
    return Family(values, _filled(members[0], (), written, every=True))


def spell(path: Path, text: str, key: str, variable: str) -> str | None:
    """Return a text with its holes filled: scripts read a variable, everything else the matrix.

    None where neither reaches: inside of an expression, between single quotes, in a document or another program.
    """
    if any(HOLE in found[0] for found in _SPAN.finditer(text)):
        return None
    if path[-1] != "run":
        return text.replace(HOLE, f"${{{{ matrix.{key} }}}}")
    closed = unexpanded(text)
    for at in (found.start() for found in re.finditer(HOLE, text)):
        if any(start <= at < end for start, end in closed) or is_code(text, at):
            return None
    return text.replace(HOLE, f"${{{variable}}}")


def _is_label(path: Path) -> bool:
    """Say whether only people read what stands at a path: the name of a job or step."""
    return path == ("name",) or (len(path) > 1 and path[-1] == "name" and isinstance(path[-2], int))


def _aligned(members: Sequence[Json], path: Path) -> Iterator[tuple[Path, tuple[str, ...] | None]]:
    """Yield each place where texts stand, and None for the texts where the members are not built alike."""
    first = members[0]
    if isinstance(first, dict):
        if any(not isinstance(other, dict) or list(other) != list(first) for other in members):
            yield path, None
            return
        for key in first:
            yield from _aligned([member[key] for member in members], (*path, str(key)))
    elif isinstance(first, list):
        if any(not isinstance(other, list) or len(other) != len(first) for other in members):
            yield path, None
            return
        for at in range(len(first)):
            yield from _aligned([member[at] for member in members], (*path, at))
    elif all(isinstance(member, str) for member in members):
        yield path, tuple(members)
    elif any(type(member) is not type(first) or member != first for member in members):
        yield path, None


def _values(rows: Sequence[tuple[str, ...]]) -> tuple[str, ...] | None:
    """Return the shortest words by which the members differ, each member its own."""
    found: list[tuple[str, ...]] = []
    for texts in rows:
        tokens = [_TOKEN.findall(text) for text in texts]
        if len({len(row) for row in tokens}) > 1:
            continue
        found += [_core(column) for column in zip(*tokens, strict=True) if len(set(column)) > 1]
    fitting = [words for words in found if len(set(words)) == len(words) and all(map(_VALUE.fullmatch, words))]
    return min(fitting, key=lambda words: sum(map(len, words)), default=None)


def _core(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return words without the parts, between dots and dashes, that all of them begin and end with."""
    parts = [re.split(r"([._-])", word) for word in words]
    least = min(map(len, parts))
    head = next((at for at in range(0, least, 2) if len({row[at] for row in parts}) > 1), least)
    tail = next((at for at in range(0, least - head, 2) if len({row[-1 - at] for row in parts}) > 1), least - head)
    cut = tuple("".join(row[head : len(row) - tail]) for row in parts)
    return cut if all(cut) else words


def _with_hole(texts: tuple[str, ...], values: tuple[str, ...]) -> str | None:
    """Return the text that all of some texts are, with a hole for each one's value; None when it is not one text."""
    made = {
        re.sub(rf"(?<![A-Za-z0-9]){re.escape(value)}(?![A-Za-z0-9])", HOLE, text)
        for text, value in zip(texts, values, strict=True)
    }
    return made.pop() if len(made) == 1 else None


def _label(texts: tuple[str, ...]) -> str:
    """Return what some names begin with, and a hole."""
    head = texts[0]
    while not all(text.startswith(head) for text in texts):
        head = head[:-1]
    words = head[: head.rfind(" ") + 1].strip(" (:-")
    return f"{words} ({HOLE})" if words else HOLE


def _filled(value: Any, path: Path, fill: Callable[[Path, str], str], *, every: bool = False) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, (*path, str(key)), fill, every=every) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, (*path, at), fill, every=every) for at, item in enumerate(value)]
    return fill(path, value) if isinstance(value, str) and (every or HOLE in value) else value


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*path, str(key)))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from _texts(item, (*path, at))
    elif isinstance(value, str):
        yield path, value
