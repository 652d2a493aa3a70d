"""Where calls have to pass by for a chance to go where no test goes: at what comes before it in the same function."""

import ast
from collections.abc import Collection


def last_passed(source: str, lines: Collection[int], passed: Collection[int]) -> frozenset[int]:
    """Return for each of some lines the last one up to it that is passed, in its function; none where none is.

    What an exception leads to lies behind the statements that may raise it, a branch behind its condition.
    """
    bodies = [range(each.body[0].lineno, (each.end_lineno or 0) + 1) for each in _functions(source)]
    found = set[int]()
    for line in lines:
        body = min((each for each in bodies if line in each), key=len, default=range(0))
        found.update(sorted(each for each in passed if body.start <= each <= line)[-1:] if body else ())
    return frozenset(found)


def _functions(source: str) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    found = ast.walk(ast.parse(source))
    return [each for each in found if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
