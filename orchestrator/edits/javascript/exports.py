"""What a file exports as its default: `module.exports =`, `export default`, `export =`, `export { x as default }`."""

from orchestrator.edits.javascript.grammar import Node
from orchestrator.edits.javascript.source import Source
from orchestrator.edits.literals.tree import clipped
from orchestrator.edits.result import EditCode, Refusal

_TARGETS = frozenset({"module.exports", "exports.default", "module.exports.default", "exports"})


def exported_values(source: Source) -> list[Node]:
    """Return the exported expressions; Refusal E_DYNAMIC when they come from another file or key by key."""
    found: list[Node] = []
    for statement in source.root.named_children:
        if statement.type == "export_statement":
            found += _exported(source, statement)
        elif statement.type == "expression_statement" and statement.named_children:
            found += _assigned(source, statement.named_children[0])
    if not found:
        _refuse_hidden(source)
    return found


def _exported(source: Source, statement: Node) -> list[Node]:
    words = [child.type for child in statement.children]
    if "default" in words:
        value = statement.child_by_field_name("value") or statement.child_by_field_name("declaration")
        return [value] if value is not None else []
    if "=" in words:
        return [child for child in statement.named_children if child.type != "comment"][:1]
    for clause in statement.named_children:
        for one in clause.named_children if clause.type == "export_clause" else ():
            alias, name = one.child_by_field_name("alias"), one.child_by_field_name("name")
            if name is not None and source.code(alias or name) == "default":
                if statement.child_by_field_name("source") is not None:
                    raise Refusal(EditCode.DYNAMIC, f"the config comes from `{clipped(source.code(statement), 80)}`")
                return [name]
    return []


def _assigned(source: Source, node: Node) -> list[Node]:
    """Return what a chain of assignments gives to the exports."""
    is_export = False
    while node.type == "assignment_expression":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return []
        target = source.code(left).replace('["', ".").replace("['", ".").replace('"]', "").replace("']", "")
        is_export = is_export or target in _TARGETS
        node = right
    return [node] if is_export else []


def _refuse_hidden(source: Source) -> None:
    """Refuse with a better reason than "nothing" when exports are set some other way."""
    for needle, reason in (
        ("module.exports.", "the exports are assigned key by key"),
        ("exports.", "the exports are assigned key by key"),
        ("module.exports", "`module.exports` is assigned inside of another statement"),
    ):
        if any(needle in text for text in source.between()):
            raise Refusal(EditCode.DYNAMIC, reason)
