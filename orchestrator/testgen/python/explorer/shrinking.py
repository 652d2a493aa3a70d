"""Make an input shorter as long as the call still shows what it was chosen for."""

import ast
from collections.abc import Callable, Iterator

_MOST = 60  # attempts per input
_DAY = 3  # numbers


def shrink(expression: str, still_good: Callable[[str], bool]) -> str:
    """Return the shortest variant found by leaving out elements, keys and arguments, biggest parts first."""
    attempts = 0
    improved = True
    while improved and attempts < _MOST:
        improved = False
        for variant in shorter(expression):
            attempts += 1
            if still_good(variant):
                expression, improved = variant, True
                break
            if attempts >= _MOST:
                break
    return expression


def shorter(expression: str) -> Iterator[str]:
    """Yield the expression without one of its elements, keys or arguments, the biggest first."""
    try:
        tree = ast.parse(expression, mode="eval")
    except (SyntaxError, ValueError, RecursionError):
        return
    spots = [(node, place) for node in ast.walk(tree) for place in range(_count(node))]
    spots.sort(key=lambda spot: -len(ast.unparse(_part(*spot))))
    for node, place in spots:
        undo = _take_out(node, place)
        yield ast.unparse(tree)
        undo()


def _count(node: ast.AST) -> int:
    if isinstance(node, ast.List | ast.Tuple):
        return len(node.elts)
    if isinstance(node, ast.Set):
        return len(node.elts) if len(node.elts) > 1 else 0
    if isinstance(node, ast.Dict):
        return len(node.keys)
    return len(node.keywords) + _is_moment(node) if isinstance(node, ast.Call) else 0


def _is_moment(node: ast.Call) -> bool:
    """Say whether it is a moment more exact than a day: its last number can be left out."""
    return ast.unparse(node.func) == "datetime.datetime" and len(node.args) > _DAY


def _part(node: ast.AST, place: int) -> ast.AST:
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return node.elts[place]
    if isinstance(node, ast.Dict):
        return node.values[place]
    assert isinstance(node, ast.Call)
    return node.keywords[place].value if place < len(node.keywords) else node.args[-1]


def _take_out(node: ast.AST, place: int) -> Callable[[], None]:
    """Remove a part and return what puts it back."""
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        items, element = node.elts, node.elts.pop(place)
        return lambda: items.insert(place, element)
    if isinstance(node, ast.Dict):
        keys, values = node.keys, node.values
        key, value = keys.pop(place), values.pop(place)

        def put_back() -> None:
            keys.insert(place, key)
            values.insert(place, value)

        return put_back
    assert isinstance(node, ast.Call)
    if place == len(node.keywords):
        arguments, last = node.args, node.args.pop()
        return lambda: arguments.append(last)
    keywords, keyword = node.keywords, node.keywords.pop(place)
    return lambda: keywords.insert(place, keyword)
