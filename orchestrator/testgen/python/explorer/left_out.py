"""Give what makes an object the option that was left out, where code compares its default with something."""

import ast
from collections.abc import Callable, Iterator, Sequence

from .evolve import parsed
from .subjects import Argument, Parameter

_PLAIN = (str, int, float)
_LONGEST = 60  # characters
Compared = tuple[int, object, object]


def fill_in(
    arguments: Sequence[Argument], compared: Sequence[Compared], parameters_of: Callable[[str], Sequence[Parameter]]
) -> Iterator[tuple[int, str]]:
    """Yield (position, expression): an argument in which a call also gives an option that it left out.

    What it gives is what the default was compared with.

    `parameters_of` gives, for the name of what makes objects, its parameters.
    """
    pairs = dict.fromkeys(
        pair for _, *sides in compared if _are_plain(sides) for pair in (tuple(sides), tuple(sides[::-1]))
    )
    for position, argument in enumerate(arguments):
        tree = parsed(argument)
        if tree is None:
            continue
        for call in [each for each in ast.walk(tree) if isinstance(each, ast.Call)]:
            for parameter in _left_out(call, parameters_of(ast.unparse(call.func))):
                for old, new in pairs:
                    if type(parameter.default) is type(old) and parameter.default == old:
                        yield from ((position, text) for text in _with_option(tree, call, parameter.name, new))


def _are_plain(sides: Sequence[object]) -> bool:
    return all(type(each) in _PLAIN and len(repr(each)) <= _LONGEST for each in sides)


def _left_out(call: ast.Call, parameters: Sequence[Parameter]) -> list[Parameter]:
    given = {each.arg for each in call.keywords}
    rest = parameters[len(call.args) :]
    return [each for each in rest if each.name not in given and not each.is_required and not each.is_variadic]


def _with_option(tree: ast.AST, call: ast.Call, name: str, value: object) -> Iterator[str]:
    near = (value, value + 1, value - 1) if type(value) is int else (value,)
    for each in near:
        call.keywords.append(ast.keyword(arg=name, value=ast.parse(repr(each), mode="eval").body))
        yield ast.unparse(tree)
        call.keywords.pop()
