"""How readable an expression is, and how it is written as a statement of its own."""

import ast
import io
import re
import tokenize

_TWICE = re.compile(r"(.{3,}).*\1")
_WORDS = re.compile(r"^[\w .,:/@#%+=<>()\[\]{}'\"!?*;&$|^~-]*$")


def oddness(expression: str) -> float:
    """Say how strange the literals of an expression look to a reader; 0 is natural."""
    try:
        tree = ast.parse(expression, mode="eval")
    except (SyntaxError, ValueError, RecursionError):
        return 0.0
    total = 0.0
    for node in ast.walk(tree):
        if isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant) and node.operand.value == 0:
            total += 2.0  # -0
        if not isinstance(node, ast.Constant):
            continue
        if isinstance(node.value, str):
            total += _of_text(node.value)
        elif isinstance(node.value, int | float) and not isinstance(node.value, bool):
            total += 0.15 * max(0, len(repr(node.value).rstrip("0")) - 3)
    return total


def _of_text(text: str) -> float:
    if not text:
        return 0.3
    if not _WORDS.match(text):
        return 2.0
    letters = sum(each.isalnum() or each == " " for each in text)
    switches = len(re.findall(r"[a-z][A-Z](?![a-z])|[A-Z]{2,}[a-z]+[A-Z]", text))
    edges = (text != text.strip()) + (_TWICE.search(text) is not None)
    return 3.0 * (1 - letters / len(text)) + 0.7 * switches + 0.8 * edges + (0.6 if len(text) == 1 else 0.0)


def as_statement(text: str) -> str:
    """Return a call that stands for an assignment or a deletion as that statement; anything else as it is."""
    try:
        node = ast.parse(text, mode="eval").body
    except SyntaxError:
        return text
    if not isinstance(node, ast.Call):
        return text
    function, written = ast.unparse(node.func), [ast.get_source_segment(text, each) or "" for each in node.args]
    name = node.args[1].value if len(node.args) > 1 and isinstance(node.args[1], ast.Constant) else None
    if function == "setattr" and isinstance(name, str) and name.isidentifier():
        return f"{written[0]}.{name} = {written[2]}"
    if function == "operator.setitem":
        return f"{written[0]}[{written[1]}] = {written[2]}"
    if function == "operator.delitem":
        return f"del {written[0]}[{written[1]}]"
    return text


def truth(expression: str, value: bool) -> str:
    """Return the claim that an expression is true or false; a comparison stands for itself."""
    node = ast.parse(expression, mode="eval").body
    if not isinstance(node, ast.Compare):
        return f"assert {expression} is {value}"
    if value:
        return f"assert {expression}"
    if isinstance(node.ops[0], ast.In):
        left, right = (ast.get_source_segment(expression, each) for each in (node.left, node.comparators[0]))
        return f"assert {left} not in {right}"
    return f"assert not {expression}"


def renamed(text: str, old: str, new: str) -> str:
    """Return source in which a name is another; texts and attributes stay."""
    if old not in text:
        return text
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, IndentationError):
        return text
    lines = text.splitlines(keepends=True)
    for before, token in reversed(list(zip([None, *tokens], tokens, strict=False))):
        if token.type == tokenize.NAME and token.string == old and (before is None or before.string != "."):
            row, (first, last) = token.start[0] - 1, (token.start[1], token.end[1])
            lines[row] = lines[row][:first] + new + lines[row][last:]
    return "".join(lines)
