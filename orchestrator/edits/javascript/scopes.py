"""What a name stands for in a file, and who else uses or changes it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from orchestrator.edits.javascript.grammar import Node
from orchestrator.edits.javascript.source import Source
from orchestrator.edits.literals.tree import clipped
from orchestrator.edits.result import EditCode, Refusal

FUNCTIONS = frozenset(
    {"arrow_function", "function_expression", "function_declaration", "generator_function", "method_definition"}
)
_BLOCKS = frozenset({"program", "statement_block"})
_MUTATING = frozenset({"push", "unshift", "splice", "pop", "shift", "sort", "reverse", "fill", "copyWithin"})
_ASSIGNING = frozenset({"assignment_expression", "augmented_assignment_expression", "update_expression"})


@dataclass(frozen=True, slots=True)
class Use:
    """One place where a name stands. `key` is the property that is changed there, None for the whole."""

    node: Node
    changes: bool
    key: str | None
    text: str
    line: int


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all below it."""
    yield node
    for child in node.named_children:
        yield from walk(child)


def declaration_of(source: Source, use: Node) -> Node:
    """Return the value (or the function) that a name was declared with; Refusal E_DYNAMIC when there is none."""
    name = source.code(use)
    node = use.parent
    while node is not None:
        if node.type in FUNCTIONS:
            parameters = node.child_by_field_name("parameters") or node.child_by_field_name("parameter")
            if parameters is not None and any(_is_name(source, one, name) for one in walk(parameters)):
                raise Refusal(EditCode.DYNAMIC, f"`{name}` is a parameter of a function (line {source.line(node)})")
        if node.type in _BLOCKS:
            found = [one for one in _declared(node) if _declares(source, one, name)]
            if len(found) > 1:
                raise Refusal(EditCode.AMBIGUOUS, f"`{name}` is declared {len(found)} times")
            if found:
                return _declared_value(source, found[0], name)
        node = node.parent
    raise Refusal(EditCode.DYNAMIC, f"`{name}` is not declared in this file")


def _declared(block: Node) -> Iterator[Node]:
    """Yield the declarations that stand directly in a block."""
    for child in block.named_children:
        node = child
        if child.type == "export_statement":
            node = child.child_by_field_name("declaration") or child
        if node.type in ("lexical_declaration", "variable_declaration"):
            yield from (one for one in node.named_children if one.type == "variable_declarator")
        elif node.type in (
            "function_declaration",
            "generator_function_declaration",
            "class_declaration",
            "import_statement",
        ):
            yield node


def _declares(source: Source, node: Node, name: str) -> bool:
    if node.type == "import_statement":
        return any(_is_name(source, one, name) for one in walk(node))
    target = node.child_by_field_name("name")
    if target is None:
        return False
    return any(_is_name(source, one, name) for one in walk(target))


def _is_name(source: Source, node: Node, name: str) -> bool:
    kinds = ("identifier", "shorthand_property_identifier_pattern", "type_identifier")
    return node.type in kinds and source.code(node) == name


def _declared_value(source: Source, node: Node, name: str) -> Node:
    if node.type == "import_statement":
        raise Refusal(EditCode.DYNAMIC, f"`{name}` comes from `{clipped(source.code(node), 80)}`")
    if node.type == "function_declaration":
        return node
    if node.type != "variable_declarator":
        raise Refusal(EditCode.DYNAMIC, f"`{name}` is a {node.type.replace('_', ' ')}")
    target, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    if target is None or target.type != "identifier":
        raise Refusal(EditCode.DYNAMIC, f"`{name}` is taken out of `{clipped(source.code(value or node))}`")
    if value is None:
        raise Refusal(EditCode.DYNAMIC, f"`{name}` gets its value later")
    return value


def uses_of(source: Source, name: str, followed: set[int]) -> Iterator[Use]:
    """Yield the uses of a name besides its declaration and the places at which it was followed (their first bytes)."""
    if len(re.findall(rf"(?<![\w$]){re.escape(name)}(?![\w$])", source.text)) <= len(followed) + 1:
        return  # its declaration and where it was followed: no need to look at every node
    for node in walk(source.root):
        if node.type not in ("identifier", "shorthand_property_identifier") or node.start_byte in followed:
            continue
        if source.code(node) == name and not _is_declaration(node):
            yield _use(source, node)


def changes_of_exports(source: Source) -> Iterator[Use]:
    """Yield the places that change a property of `module.exports`."""
    if source.text.count("module.exports") < 2:
        return
    for node in walk(source.root):
        if node.type == "member_expression" and source.code(node) == "module.exports":
            use = _use(source, node)
            if use.changes and use.key is not None:
                yield use


def _is_declaration(node: Node) -> bool:
    parent = node.parent
    if parent is None:
        return False
    if parent.type in ("type_query", "import_specifier", "import_clause", "namespace_import"):
        return True
    return parent.type == "variable_declarator" and parent.child_by_field_name("name") == node


def _use(source: Source, node: Node) -> Use:
    """Classify one use by what stands around it."""
    top, key = _chain(source, node)
    parent = top.parent
    around = parent.parent if parent is not None and parent.type == "arguments" else parent
    line, text = source.line(node), clipped(source.code(around or node), 60)
    if parent is None:
        return Use(node, False, None, text, line)
    if parent.type in _ASSIGNING and parent.child_by_field_name("right") != top:
        return Use(node, True, key, text, line)
    if parent.type == "unary_expression" and source.code(parent).startswith("delete"):
        return Use(node, True, key, text, line)
    if parent.type == "call_expression" and parent.child_by_field_name("function") == top:
        method = top.child_by_field_name("property")
        changes = method is not None and source.code(method) in _MUTATING
        return Use(node, changes, key, text, line)
    if top == node and _escapes(source, parent):
        return Use(node, True, None, text, line)
    return Use(node, False, key, text, line)


def _chain(source: Source, node: Node) -> tuple[Node, str | None]:
    """Return the longest `name.a.b[0]` that begins with a node, and its first property."""
    key: str | None = None
    top = node
    while top.parent is not None and top.parent.type in (
        "member_expression",
        "subscript_expression",
        "non_null_expression",
    ):
        above = top.parent
        if above.child_by_field_name("index") == top:
            break
        if key is None and above.type != "non_null_expression":
            step = above.child_by_field_name("property") or above.child_by_field_name("index")
            key = source.code(step).strip("'\"`") if step is not None else None
        top = above
    return top, key


def _escapes(source: Source, parent: Node) -> bool:
    """Say whether a value gets another name or goes to a function that may change it."""
    if parent.type == "arguments":
        called = parent.parent.child_by_field_name("function") if parent.parent is not None else None
        return called is None or not source.code(called).startswith("console.")
    if parent.type == "variable_declarator":
        return True
    if parent.type == "assignment_expression":
        left = parent.child_by_field_name("left")
        return left is None or not source.code(left).startswith(("module.exports", "exports"))
    return False
