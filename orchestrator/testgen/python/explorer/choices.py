"""The words among which a parameter chooses: where code only compares it with texts, nobody means another one."""

import ast
from collections.abc import Iterator

from .facts import Definition
from .operands import is_name
from .shapes import kept_as

_FEWEST = 2
_EQUALITY = (ast.Eq, ast.NotEq, ast.In, ast.NotIn)
_IDENTITY = (ast.Is, ast.IsNot)
_KEEPING = (ast.Assign, ast.AnnAssign)


def choices_of(node: Definition, owner: ast.AST, name: str) -> tuple[str, ...]:
    """Return the texts with which a definition compares a parameter, or its class what it keeps of that.

    None where something else is done with it than comparing, keeping, and saying in an error what was given.
    """
    found: dict[str, None] = {}
    for root, word in ((node, name), *((owner, f"self.{each}") for each in kept_as(node, name))):
        settled: set[int] = set()
        for each in ast.walk(root):
            if isinstance(each, ast.Compare) and (texts := _compared(each, word)) is not None:
                found.update(dict.fromkeys(texts))
                settled.update(map(id, ast.walk(each)))
            elif isinstance(each, ast.Raise):
                settled.update(map(id, ast.walk(each)))
            elif isinstance(each, _KEEPING) and _is_kept(each):
                settled.add(id(each.value))
        if any(id(each) not in settled for each in ast.walk(root) if _reads(each, word)):
            return ()
    return tuple(found) if len(found) >= _FEWEST else ()


def _is_kept(node: ast.Assign | ast.AnnAssign) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return all(isinstance(each, ast.Attribute) for each in targets)


def _reads(node: ast.AST, word: str) -> bool:
    return isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load) and is_name(node, word)


def _compared(node: ast.Compare, word: str) -> list[str] | None:
    """Return the texts that something is compared with; None where it is another thing, or not compared with texts."""
    [operator, *more], sides = node.ops, (node.left, *node.comparators)
    if more or sum(is_name(each, word) for each in sides) != 1:
        return None
    other = next(each for each in sides if not is_name(each, word))
    if isinstance(operator, _IDENTITY):
        return [] if isinstance(other, ast.Constant) and other.value is None else None
    values = list(_constants(other)) if isinstance(operator, _EQUALITY) else []
    return values if values and None not in values else None  # type: ignore[return-value]  # all of them are texts


def _constants(node: ast.expr) -> Iterator[str | None]:
    for each in node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else (node,):
        yield each.value if isinstance(each, ast.Constant) and isinstance(each.value, str) else None
