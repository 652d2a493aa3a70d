"""Put probes into a module's syntax tree."""

import ast

from .probes import KINDS, REPLACING, Map

# Methods of which an argument says what the text or mapping should contain, or which text a pattern is looked for in.
_TELLING = REPLACING.union(
    [
        "startswith",
        "endswith",
        "match",
        "search",
        "fullmatch",
        "get",
        "split",
        "rsplit",
        "partition",
        "rpartition",
        "index",
        "find",
        "count",
        "replace",
        "strip",
        "lstrip",
        "rstrip",
        "findall",
        "finditer",
        "strptime",
        "issubset",
        "removeprefix",
        "removesuffix",
    ]
)
_UNPROBED = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Import,
    ast.ImportFrom,
    ast.Global,
    ast.Nonlocal,
)


class _Instrumenter(ast.NodeTransformer):
    """Wrap tests, loops, comparisons and telling method calls; put a probe before each statement in a body."""

    def __init__(self) -> None:
        self.count = 0
        self.statements: dict[int, int] = {}
        self.branches: dict[int, int] = {}
        self.comparisons: dict[int, int] = {}

    def _compared(self, node: ast.expr) -> int:
        probe = self._number()
        self.comparisons[probe] = node.lineno
        return probe

    def _number(self) -> int:
        self.count += 1
        return self.count

    def _call(self, name: str, *arguments: ast.expr) -> ast.Call:
        return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])

    def _branch(self, node: ast.AST) -> ast.Constant:
        probe = self._number()
        line = getattr(node, "lineno", 0)
        self.branches[probe * 4 + 1] = self.branches[probe * 4 + 2] = line
        return ast.Constant(probe)

    def _body(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        result: list[ast.stmt] = []
        for statement in statements:
            is_text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
            if not isinstance(statement, _UNPROBED) and not is_text:
                probe = self._number()
                self.statements[probe * 4] = statement.lineno
                marker = ast.Expr(self._call("_orc_line", ast.Constant(probe)))
                result.append(ast.copy_location(marker, statement))
            visited = self.visit(statement)
            result += visited if isinstance(visited, list) else [visited]
        return result

    def _test(self, test: ast.expr) -> ast.expr:
        if isinstance(test, ast.Constant):  # `while True` goes one way only
            return test
        probe = self._branch(test)
        return ast.copy_location(self._call("_orc_test", probe, self.visit(test)), test)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.decorator_list = [self.visit(each) for each in node.decorator_list]
        node.args.defaults = [self.visit(each) for each in node.args.defaults]
        first = node.body[0]
        has_doc = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
        doc, rest = (node.body[:1], node.body[1:]) if has_doc else ([], node.body)
        node.body = doc + self._body(rest)
        return node

    visit_AsyncFunctionDef = visit_FunctionDef  # type: ignore[assignment]  # noqa: N815 - ast names it

    def visit_If(self, node: ast.If) -> ast.If:
        node.test = self._test(node.test)
        node.body, node.orelse = self._body(node.body), self._body(node.orelse)
        return node

    visit_While = visit_If  # type: ignore[assignment]  # noqa: N815 - ast names it

    def visit_IfExp(self, node: ast.IfExp) -> ast.IfExp:
        node.test = self._test(node.test)
        node.body, node.orelse = self.visit(node.body), self.visit(node.orelse)
        return node

    def visit_For(self, node: ast.For) -> ast.For:
        name = "_orc_aloop" if isinstance(node, ast.AsyncFor) else "_orc_loop"
        probe = self._branch(node)
        node.iter = ast.copy_location(self._call(name, probe, self.visit(node.iter)), node.iter)
        node.body, node.orelse = self._body(node.body), self._body(node.orelse)
        return node

    visit_AsyncFor = visit_For  # type: ignore[assignment]  # noqa: N815 - ast names it

    def visit_With(self, node: ast.With) -> ast.With:
        node.items = [self.visit(item) for item in node.items]
        node.body = self._body(node.body)
        return node

    visit_AsyncWith = visit_With  # type: ignore[assignment]  # noqa: N815 - ast names it

    def visit_Try(self, node: ast.Try) -> ast.Try:
        node.body, node.orelse = self._body(node.body), self._body(node.orelse)
        for handler in node.handlers:
            handler.body = self._body(handler.body)
        node.finalbody = self._body(node.finalbody)
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.comprehension:
        node.iter = self.visit(node.iter)
        node.ifs = [self._test(test) for test in node.ifs]
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        node.left = self.visit(node.left)
        node.comparators = [self.visit(each) for each in node.comparators]
        if len(node.ops) != 1:
            return self._chain(node)
        probe, kind = ast.Constant(self._compared(node)), ast.Constant(KINDS.index(type(node.ops[0])))
        return ast.copy_location(self._call("_orc_compare", probe, kind, node.left, node.comparators[0]), node)

    def _chain(self, node: ast.Compare) -> ast.expr:
        """Watch `a < b < c` when looking at all of it changes nothing."""
        if not all(map(_is_harmless, node.comparators)):
            return node
        kinds = ast.Tuple([ast.Constant(KINDS.index(type(each))) for each in node.ops], ast.Load())
        probe = ast.Constant(self._compared(node))
        return ast.copy_location(self._call("_orc_chain", probe, kinds, node.left, *node.comparators), node)

    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        function = node.func
        if not isinstance(function, ast.Attribute) or function.attr not in _TELLING or not node.args:
            return node
        owner = function.value
        if isinstance(owner, ast.Call) or any(isinstance(each, ast.Starred) for each in node.args):
            return node
        if isinstance(owner, ast.Name) and owner.id in ("self", "cls", "super"):
            return node
        arguments = [ast.Constant(self._compared(node)), owner, ast.Constant(function.attr), *node.args]
        call = ast.Call(ast.Name("_orc_method", ast.Load()), arguments, node.keywords)
        return ast.copy_location(call, node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_Match(self, node: ast.Match) -> ast.Match:
        node.subject = self.visit(node.subject)
        for case in node.cases:
            probe = self._branch(case.pattern)
            self.branches.pop(int(str(probe.value)) * 4 + 2)
            case.guard = self._test(case.guard) if case.guard is not None else None
            marker = ast.Expr(self._call("_orc_test", probe, ast.Constant(value=True)))
            case.body = [ast.copy_location(marker, case.pattern), *self._body(case.body)]
        return node


def _is_harmless(node: ast.expr) -> bool:
    """Say whether evaluating an expression can neither raise nor change anything, as far as its form tells."""
    return isinstance(node, ast.Constant | ast.Name) or (
        isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant)
    )


def instrument(tree: ast.Module) -> Map:
    """Put probes into a tree, in place, and return its goals."""
    instrumenter = _Instrumenter()
    instrumenter.visit(tree)
    ast.fix_missing_locations(tree)
    return Map(
        statements=instrumenter.statements,
        branches=instrumenter.branches,
        comparisons=instrumenter.comparisons,
    )
