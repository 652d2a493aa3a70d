"""A test file as a row of blocks, each of which a person may edit alone."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """What an import brings: local names with those under which they are exported; `form` as the file writes it."""

    spec: str
    form: str
    names: tuple[tuple[str, str], ...]  # local, exported


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """One statement with the comments above it. `kind` is doc, import, hook, mock, test, suite or other.

    `names` are what it defines: titles of tests, names of variables. `scope` is the title of the `describe` around it.
    A suite is a `describe`, with its first line, its last and the blocks between them.
    """

    kind: str
    names: tuple[str, ...]
    text: str
    gap: str = ""  # what stands before it
    scope: str = ""
    imported: Imported | None = None
    head: str = ""
    tail: str = ""
    inner: tuple["Block", ...] = field(default=())

    @property
    def digest(self) -> str:
        """Return what tells whether somebody edited it; of a suite only what its first line says."""
        text = self.head if self.kind == "suite" else self.text
        return hashlib.sha256(f"{self.scope}\n{text}".encode()).hexdigest()[:16]

    @property
    def key(self) -> tuple[str, str, tuple[str, ...]]:
        """Return by what it is found again after its text has changed."""
        return (self.scope, self.kind, self.names)

    @property
    def full_name(self) -> str:
        """Return the name of a test as runners report it."""
        return " > ".join(each for each in (self.scope, *self.names) if each)


def read_blocks(found: Sequence[Mapping[str, Any]], scope: str = "") -> tuple[Block, ...]:
    """Return the blocks that the compiler found in a file."""
    return tuple(_block(each, scope) for each in found)


def all_of(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield blocks with those inside of them."""
    for each in blocks:
        yield each
        yield from each.inner


def text_of(blocks: Iterable[Block]) -> str:
    """Return the file that blocks make; each stands on a line of its own."""
    text = ""
    for each in blocks:
        text += _gap(each, is_first=not text) + _written(each)
    return f"{text}\n" if text else ""


def _written(block: Block) -> str:
    if block.kind != "suite":
        return block.text
    inside = "".join(_gap(each, is_first=number == 0) + each.text for number, each in enumerate(block.inner))
    inside = f"\n{inside.lstrip(chr(10))}" if inside else ""
    return f"{block.head}{inside}{block.tail if block.inner else block.tail.lstrip()}"


def _gap(block: Block, *, is_first: bool) -> str:
    """Return the space before a block: as it was, but a line of its own wherever it comes to stand."""
    indent = block.gap.rpartition("\n")[2]
    if is_first:
        return indent
    if "\n" in block.gap:
        return block.gap
    return f"\n\n{indent}" if block.kind in ("test", "hook", "suite") else f"\n{indent}"


def _block(found: Mapping[str, Any], scope: str) -> Block:
    names = tuple(str(each) for each in found["names"])
    imported = found.get("imported")
    return Block(
        kind=found["kind"],
        names=names,
        text=found["text"],
        gap=found["gap"],
        scope=scope,
        imported=None if imported is None else _imported(imported),
        head=found.get("head", ""),
        tail=found.get("tail", ""),
        inner=read_blocks(found.get("parts", ()), names[0]) if found["kind"] == "suite" else (),
    )


def _imported(found: Mapping[str, Any]) -> Imported:
    names = tuple((str(each["local"]), str(each["name"])) for each in found["names"])
    return Imported(spec=found["spec"], form=found["form"], names=names)
