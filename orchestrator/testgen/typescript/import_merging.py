"""The imports of a file in which a person worked: theirs as they are, with what generated tests need besides."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from orchestrator.testgen.typescript.blocks import Block, Imported


def merge_imports(new: Iterable[Block], theirs: Sequence[Block], ours: Iterable[Block], used: str) -> list[Block]:
    """Return the imports of a merged file.

    `theirs` are a person's, `ours` those that were generated earlier and of which `used`, the text of what is a
    person's, may need names that the tests that are generated now do not.
    """
    merged = list(theirs)
    for each in new:
        merged = _with(merged, each)
    for each in ours:
        needed = _only(each, lambda local: _mentions(used, local))
        merged = _with(merged, needed) if needed is not None else merged
    return merged


def _with(merged: list[Block], block: Block) -> list[Block]:
    """Return imports with the names of another one that are not there yet."""
    if block.imported is None or not block.imported.names:
        return merged if any(each.text == block.text for each in merged) else [*merged, block]
    bound = {local for each in merged for local in each.names}
    rest = _only(block, lambda local: local not in bound)
    if rest is None:
        return merged
    place = next((number for number, each in enumerate(merged) if _fits(each, rest)), None)
    if place is None:
        return [*merged, rest]
    return [*merged[:place], _joined(merged[place], rest), *merged[place + 1 :]]


def _only(block: Block, is_wanted: Callable[[str], bool]) -> Block | None:
    """Return an import with those of its names that are wanted, None when there is none."""
    if block.imported is None:
        return None
    names = tuple(each for each in block.imported.names if is_wanted(each[0]))
    if not names:
        return None
    return block if names == block.imported.names else _rewritten(block, names)


def _fits(one: Block, other: Block) -> bool:
    """Say whether two imports can be one: of the same module in the same form, with braces."""
    first, second = one.imported, other.imported
    if first is None or second is None or (first.spec, first.form) != (second.spec, second.form):
        return False
    named = [name for _, name in (*first.names, *second.names)]
    return "*" not in named and named.count("default") < 2 and first.form != "require"


def _joined(one: Block, other: Block) -> Block:
    assert one.imported is not None
    assert other.imported is not None
    return _rewritten(one, (*one.imported.names, *other.imported.names))


def _rewritten(block: Block, names: tuple[tuple[str, str], ...]) -> Block:
    """Return an import with other names, in the quotes and with the semicolon that it has, below its comments."""
    assert block.imported is not None
    comments = re.match(r"(?:\s*(?://[^\n]*\n|/\*.*?\*/\s*))*", block.text, re.DOTALL)
    imported = replace(block.imported, names=names)
    text = (comments.group() if comments else "") + _statement(imported, block.text)
    return replace(block, imported=imported, names=tuple(local for local, _ in names), text=text)


def _statement(imported: Imported, like: str) -> str:
    quote = '"' if f'"{imported.spec}"' in like else "'"
    end = ";" if like.rstrip().endswith(";") else ""
    spec = f"{quote}{imported.spec}{quote}"
    default = [local for local, name in imported.names if name == "default"]
    spaces = [f"* as {local}" for local, name in imported.names if name == "*"]
    named = [each for each in imported.names if each[1] not in ("default", "*")]
    if imported.form.startswith("require"):
        inner = ", ".join(local if local == name else f"{name}: {local}" for local, name in named)
        return f"const {default[0] if default else f'{{ {inner} }}'} = require({spec}){end}"
    inner = ", ".join(_member(local, name) for local, name in sorted(named, key=_order))
    parts = [*default, *spaces, *([f"{{ {inner} }}"] if named else [])]
    return f"{imported.form} {', '.join(parts)} from {spec}{end}"


def _member(local: str, name: str) -> str:
    bare = name.removeprefix("type ")
    return name if bare == local else f"{name} as {local}"


def _order(name: tuple[str, str]) -> str:
    return name[1].removeprefix("type ")


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", text) is not None
