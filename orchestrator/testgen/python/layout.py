"""Lay Python lines out for reading: double quotes, and one element per line where a line would be too long."""

import ast
import io
import tokenize

WIDTH = 100


def lay_out(line: str, indent: int = 0) -> list[str]:
    """Return a statement as lines that fit, as far as it can be broken at brackets; `indent` is in characters."""
    text = double_quoted(line)
    if len(text) + indent <= WIDTH or text.rstrip().endswith(":"):
        return [text]
    lead = text[: len(text) - len(text.lstrip())]
    try:
        node = ast.parse(text.strip()).body[0]
    except (SyntaxError, IndexError):
        return [text]
    prefix, value = _last_value(node)
    if value is None:
        return [text]
    return [lead + each for each in _broken(prefix, value, "", indent + len(lead))]


def double_quoted(text: str) -> str:
    """Return source whose plain strings are written with double quotes."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, IndentationError):
        return text
    lines = text.splitlines(keepends=True)
    for token in reversed(tokens):
        is_single = token.type == tokenize.STRING and token.string.endswith("'") and not token.string.endswith("'''")
        if not is_single or '"' in token.string or token.start[0] != token.end[0]:
            continue
        at = token.string.index("'")
        prefix, body = token.string[:at], token.string[at + 1 : -1].replace("\\'", "'")
        row = token.start[0] - 1
        line = lines[row]
        lines[row] = f'{line[: token.start[1]]}{prefix}"{body}"{line[token.end[1] :]}'
    return "".join(lines)


def _last_value(node: ast.stmt) -> tuple[str, ast.expr | None]:
    """Return the part of a statement that can be broken, and what stands before it."""
    if isinstance(node, ast.Assert) and isinstance(node.test, ast.Compare) and len(node.test.ops) == 1:
        sign = " is " if isinstance(node.test.ops[0], ast.Is) else " == "
        left = double_quoted(ast.unparse(node.test.left))
        if len(left) < WIDTH - 20:
            return f"assert {left}{sign}", node.test.comparators[0]
    if isinstance(node, ast.Assign):
        return f"{ast.unparse(node.targets[0])} = ", node.value
    if isinstance(node, ast.Expr):
        return "", node.value
    return "", None


def _broken(prefix: str, node: ast.expr, suffix: str, indent: int) -> list[str]:
    flat = prefix + double_quoted(ast.unparse(node)) + suffix
    if len(flat) + indent <= WIDTH:
        return [flat]
    parts = _parts(node)
    if parts is None:
        return [flat]
    opening, closing, elements = parts
    lines = [prefix + opening]
    for before, element in elements:
        lines += ["    " + each for each in _broken(before, element, ",", indent + 4)]
    return [*lines, closing + suffix]


def _parts(node: ast.expr) -> tuple[str, str, list[tuple[str, ast.expr]]] | None:
    if isinstance(node, ast.List) and node.elts:
        return "[", "]", [("", each) for each in node.elts]
    if isinstance(node, ast.Tuple) and node.elts:
        return "(", ")", [("", each) for each in node.elts]
    if isinstance(node, ast.Set):
        return "{", "}", [("", each) for each in node.elts]
    if isinstance(node, ast.Dict) and node.keys:
        pairs = zip(node.keys, node.values, strict=True)
        return "{", "}", [(f"{_text(key)}: " if key else "**", value) for key, value in pairs]
    if isinstance(node, ast.Call) and (node.args or node.keywords):
        named = [(f"{each.arg}=" if each.arg else "**", each.value) for each in node.keywords]
        return f"{_text(node.func)}(", ")", [("", each) for each in node.args] + named
    return None


def _text(node: ast.expr) -> str:
    return double_quoted(ast.unparse(node))
