"""Change one thing in a function, as a careless edit would: what a good test notices."""

import ast
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
_RELATIONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_TEXT_METHODS = frozenset(
    ("lower", "upper", "strip", "lstrip", "rstrip", "replace", "title", "capitalize", "casefold", "swapcase", "zfill")
)
_OPPOSITES = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list"}
ECHO, _MOST_ECHOES = -2, 3
_Function = ast.FunctionDef | ast.AsyncFunctionDef
Apply = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Mutant:
    """Where one change is: the node's number in `ast.walk` order, which of its changes, the line, what it does."""

    node: int
    change: int
    line: int
    kind: str
    function: str = ""


def find_mutants(source: str, *, limit: int = 0, seed: int = 7) -> list[Mutant]:
    """Return the mutants of all functions; `limit` > 0 takes a sample. `gone` ones replace a whole function."""
    tree = ast.parse(source)
    nodes = list(ast.walk(tree))
    inside, untouched = _scopes(nodes)
    found = []
    for number, node in enumerate(nodes):
        if id(node) in untouched or id(node) not in inside:
            continue
        for change, (kind, _) in enumerate(_changes(node)):
            found.append(Mutant(number, change, getattr(node, "lineno", 0), kind, inside[id(node)]))
    if limit and len(found) > limit:
        sample = random.Random(seed).sample(found, limit)  # noqa: S311 - no secret
        found = sorted(sample, key=lambda each: (each.node, each.change))
    return found


def find_gone(source: str) -> list[Mutant]:
    """Return one mutant per function that makes it return something useless at once."""
    nodes = list(ast.walk(ast.parse(source)))
    return [
        Mutant(number, -1, node.lineno, "gone", node.name)
        for number, node in enumerate(nodes)
        if isinstance(node, _Function)
    ]


def find_echoes(source: str) -> list[Mutant]:
    """Return for each of the first parameters of a function a mutant that gives back what it is given there."""
    nodes = list(ast.walk(ast.parse(source)))
    functions = ((number, node) for number, node in enumerate(nodes) if isinstance(node, _Function))
    return [
        Mutant(number, ECHO - place, node.lineno, "gone", node.name)
        for number, node in functions
        if _says_something(node)
        for place in range(min(len(_given(node)), _MOST_ECHOES))
    ]


def _given(node: _Function) -> list[str]:
    return [each.arg for each in (*node.args.posonlyargs, *node.args.args)]


def _says_something(node: _Function) -> bool:
    """Say whether a function that people call returns more than a name; special methods have results of their own."""
    values = [each.value for each in ast.walk(node) if isinstance(each, ast.Return)]
    is_plain = not node.name.startswith("__") and not node.decorator_list
    return is_plain and any(each is not None and not isinstance(each, ast.Name | ast.Constant) for each in values)


class Mutable:
    """A parsed source in which one mutant can be made, in place: meant for a forked child."""

    def __init__(self, source: str) -> None:
        self._tree = ast.parse(source)
        self._nodes = list(ast.walk(self._tree))
        self._tops = {id(node): top for top in self._tree.body for node in ast.walk(top)}

    def mutated(self, mutant: Mutant) -> ast.Module:
        """Make the change and return the statement of the module in which it is, as a tree of its own."""
        node = self._nodes[mutant.node]
        top = self._tops[id(node)]
        if mutant.change < 0:
            assert isinstance(node, _Function)
            is_echo = mutant.change <= ECHO
            node.body = [_echo(node, ECHO - mutant.change) if is_echo else _useless(node)]
        elif isinstance(node, ast.Break | ast.Continue):
            _swap_jump(self._nodes, node)
        else:
            list(_changes(node))[mutant.change][1]()
        return ast.fix_missing_locations(ast.Module(body=[top], type_ignores=[]))

    @property
    def whole(self) -> ast.Module:
        """Return the whole module with the change in it."""
        return ast.fix_missing_locations(self._tree)


def _scopes(nodes: list[ast.AST]) -> tuple[dict[int, str], set[int]]:
    """Return the nodes inside functions with the function's name, and those that no change makes sense for."""
    inside: dict[int, str] = {}
    untouched: set[int] = set()
    for node in nodes:
        if isinstance(node, _Function):
            for statement in node.body:
                inside.update(dict.fromkeys(map(id, ast.walk(statement)), node.name))
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            hints = [node.returns, *(each.annotation for each in arguments)]
            untouched.update(id(part) for hint in hints if hint is not None for part in ast.walk(hint))
            if any(ast.unparse(each).endswith("overload") for each in node.decorator_list):
                untouched.update(map(id, ast.walk(node)))
        elif isinstance(node, ast.AnnAssign):
            untouched.update(map(id, ast.walk(node.annotation)))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            untouched.add(id(node.value))
        elif isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            untouched.update(map(id, ast.walk(node.format_spec)))
        elif isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            untouched.update(map(id, ast.walk(node)))
    return inside, untouched


def _useless(node: _Function) -> ast.stmt:
    is_generator = any(isinstance(each, ast.Yield | ast.YieldFrom) for each in ast.walk(node))
    text = "yield object()" if is_generator else "return object()"
    return ast.copy_location(ast.parse(text).body[0], node.body[0])


def _echo(node: _Function, place: int) -> ast.stmt:
    return ast.copy_location(ast.parse(f"return {_given(node)[place]}").body[0], node.body[0])


def _changes(node: ast.AST) -> Iterator[tuple[str, Apply]]:
    """Yield what can be changed at one node."""
    if isinstance(node, ast.BinOp | ast.AugAssign):
        other = _ARITHMETIC.get(type(node.op))
        if other is not None:
            yield "arithmetic", lambda: setattr(node, "op", other())
    elif isinstance(node, ast.Compare):
        for position, relation in enumerate(node.ops):
            for replacement in _RELATIONS[type(relation)]:
                yield "relation", lambda at=position, new=replacement: node.ops.__setitem__(at, new())  # type: ignore[misc]
    elif isinstance(node, ast.BoolOp):
        yield "logic", lambda: setattr(node, "op", ast.Or() if isinstance(node.op, ast.And) else ast.And())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not", lambda: setattr(node, "operand", ast.UnaryOp(ast.Not(), node.operand))
    elif isinstance(node, ast.Constant):
        yield from _constant_changes(node)
    elif isinstance(node, ast.Call):
        yield from _call_changes(node)
    else:
        yield from _statement_changes(node)


def _constant_changes(node: ast.Constant) -> Iterator[tuple[str, Apply]]:
    value = node.value
    if isinstance(value, bool):
        yield "truth", lambda: setattr(node, "value", not value)
    elif isinstance(value, int | float):
        yield "number", lambda: setattr(node, "value", value + 1)
    elif isinstance(value, str):
        yield "text", lambda: setattr(node, "value", f"XX{value}XX" if value else "XX")


def _call_changes(node: ast.Call) -> Iterator[tuple[str, Apply]]:
    """Leave a method of texts out, or call the opposite of a builtin."""
    function = node.func
    if isinstance(function, ast.Attribute) and function.attr in _TEXT_METHODS:

        def leave_out() -> None:
            function.attr, node.args, node.keywords = "__str__", [], []

        yield "method", leave_out
    elif isinstance(function, ast.Name) and function.id in _OPPOSITES:

        def call_opposite() -> None:
            function.id = _OPPOSITES[function.id]
            if function.id == "list":
                node.keywords = []

        yield "function", call_opposite


def _statement_changes(node: ast.AST) -> Iterator[tuple[str, Apply]]:
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        yield "condition", lambda: setattr(node, "test", ast.UnaryOp(ast.Not(), node.test))
    elif isinstance(node, ast.Return) and node.value is not None:
        if not (isinstance(node.value, ast.Constant) and node.value.value is None):
            yield "return", lambda: setattr(node, "value", ast.Constant(None))
    elif isinstance(node, ast.Break | ast.Continue):
        yield "jump", lambda: None
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield "call", lambda: setattr(node, "value", ast.Constant(None))
    elif isinstance(node, ast.Assign):
        yield "assignment", lambda: setattr(node, "value", ast.Constant(None))


def _swap_jump(nodes: list[ast.AST], jump: ast.Break | ast.Continue) -> None:
    other = ast.copy_location(ast.Continue() if isinstance(jump, ast.Break) else ast.Break(), jump)
    for parent in nodes:
        for name in ("body", "orelse", "finalbody"):
            block = getattr(parent, name, None)
            if isinstance(block, list) and jump in block:
                block[block.index(jump)] = other
