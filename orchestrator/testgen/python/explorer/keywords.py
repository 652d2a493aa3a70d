"""Which keywords and keys a function takes, as its code shows."""

import ast
import inspect
from collections.abc import Collection, Iterator
from keyword import iskeyword
from typing import Any

from .facts import Definition

_INVENTED = {"size": "2", "color": "'red'", "label": "'x'"}


def any_keywords(taken: Collection[str]) -> list[str]:
    """Return what to give to `**more` of which the code names nothing; `taken` are the other parameters."""
    pairs = [f"'{name}': {value}" for name, value in _INVENTED.items() if name not in taken]
    return [f"{{{', '.join(pairs[:count])}}}" for count in (1, 2)]


def written_keywords(display: str) -> str:
    """Return a dict's display as keywords of a call; what is none is unpacked."""
    node = ast.parse(display, mode="eval").body
    found: dict[str, str] = {}
    for key, value in zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ():
        word = key.value if isinstance(key, ast.Constant) else None
        if not isinstance(word, str) or not word.isidentifier() or iskeyword(word):
            return f"**{display}"
        found[word] = ast.unparse(value)
    return ", ".join(f"{word}={text}" for word, text in found.items()) or f"**{display}"


def handed_to(node: Definition, name: str) -> Iterator[tuple[ast.expr, int | str]]:
    """Yield the functions that are called with a parameter as it is, and its place or keyword there."""
    for each in ast.walk(node):
        if isinstance(each, ast.Call) and not any(isinstance(part, ast.Starred) for part in each.args):
            for place, part in enumerate(each.args):
                if isinstance(part, ast.Name) and part.id == name:
                    yield each.func, place
            for word in each.keywords:
                if word.arg and isinstance(word.value, ast.Name) and word.value.id == name:
                    yield each.func, word.arg


def forwarded_to(node: Definition, name: str) -> Iterator[str]:
    """Yield the names of functions and classes that are called with `**name`."""
    for each in ast.walk(node):
        if not isinstance(each, ast.Call) or not isinstance(each.func, ast.Name):
            continue
        if any(word.arg is None and ast.unparse(word.value) == name for word in each.keywords):
            yield each.func.id


def keywords_of(target: Any) -> list[inspect.Parameter]:
    """Return the parameters of a callable that have a default and can be given by name."""
    try:
        parameters = list(inspect.signature(target).parameters.values())
    except (ValueError, TypeError):
        return []
    taken = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [each for each in parameters if each.kind in taken and each.default is not inspect.Parameter.empty]


def looked_up(node: Definition, name: str) -> Iterator[str]:
    """Yield the texts that are used as keys of a parameter."""
    for each in ast.walk(node):
        key: ast.expr | None = None
        if isinstance(each, ast.Subscript) and ast.unparse(each.value) == name:
            key = each.slice
        elif isinstance(each, ast.Call) and each.args and ast.unparse(each.func) in (f"{name}.get", f"{name}.pop"):
            key = each.args[0]
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value


def parameter_at(node: Definition, place: int | str) -> str | None:
    """Return the name of the parameter that gets what is given at this place or by this keyword."""
    parameters = [each.arg for each in (*node.args.posonlyargs, *node.args.args)]
    if isinstance(place, str):
        return place if place in (*parameters, *(each.arg for each in node.args.kwonlyargs)) else None
    return parameters[place] if place < len(parameters) else None
