"""What operators between a parameter and `self` say of the parameter: the class's special methods take it."""

import ast
from collections.abc import Iterator

from .facts import Definition

_NAMES = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv", ast.FloorDiv: "floordiv", ast.Mod: "mod",
    ast.BitAnd: "and", ast.BitOr: "or", ast.BitXor: "xor",
}  # fmt: skip


def is_name(node: ast.AST, name: str) -> bool:
    """Say whether a node is that name; `self.x` is one as well."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}" == name
    return isinstance(node, ast.Name) and node.id == name


def given_to_operators(node: Definition, owner: ast.AST, name: str) -> Iterator[tuple[Definition, str]]:
    """Yield special methods that get a parameter (`__radd__` for `name + self`) and what they call it.

    `owner` is the class of the definition; a method may have a second name: `__radd__ = __add__`.
    """
    body = owner.body if isinstance(owner, ast.ClassDef) else []
    methods = {each.name: each for each in body if isinstance(each, Definition)}
    for each in body:
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Name) and each.value.id in methods:
            named = [target.id for target in each.targets if isinstance(target, ast.Name)]
            methods |= dict.fromkeys(named, methods[each.value.id])
    for method in dict.fromkeys(_methods(node, name)):
        definition = methods.get(method)
        if definition is not None and definition is not node and len(definition.args.args) > 1:
            yield definition, definition.args.args[1].arg


def _methods(node: ast.AST, name: str) -> Iterator[str]:
    for each in ast.walk(node):
        word = _NAMES.get(type(each.op)) if isinstance(each, ast.BinOp) else None
        if isinstance(each, ast.BinOp) and word is not None:
            if is_name(each.left, name) and is_name(each.right, "self"):
                yield f"__r{word}__"
            if is_name(each.right, name) and is_name(each.left, "self"):
                yield f"__{word}__"
