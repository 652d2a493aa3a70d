"""Let code without probes count its steps, so that one that does not end is ended at the same place on every machine.

Seconds would not do: a busy machine takes more of them for the same work, also of its processors.
"""

import ast

TICK = "_orc_tick"
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Loop = ast.While | ast.For | ast.AsyncFor


def add_ticks(tree: ast.AST) -> None:
    """Let every function and every turn of a loop count one step, in place; what probes count already as well."""
    for node in [*ast.walk(tree)]:
        if isinstance(node, _Function | _Loop):
            first = node.body[0]
            is_doc = (
                isinstance(node, _Function) and isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            )
            node.body.insert(int(is_doc), _tick(first))


def _tick(place: ast.stmt) -> ast.stmt:
    tick = ast.Expr(ast.Call(ast.Name(TICK, ast.Load()), [], []))
    return ast.fix_missing_locations(ast.copy_location(tick, place))
