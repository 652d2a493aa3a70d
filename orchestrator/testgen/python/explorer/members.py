"""Members of enumerations in calls, and the same calls with fewer of them."""

import ast
import enum
import inspect
import re
from collections.abc import Iterator

from .names import Names

_MEMBERS = re.compile(r"(\w+)\.\w+( \| \1\.\w+)*")
_NEUTRAL = "DEFAULT"


def fewer_members(text: str, names: Names) -> Iterator[str]:
    """Yield in place of members of an enumeration the one that is nothing, then each alone, then all but one."""
    found = _MEMBERS.fullmatch(text)
    owner = names.namespace().get(found[1]) if found is not None else None
    if found is None or not inspect.isclass(owner) or not issubclass(owner, enum.Enum):
        return
    nothing = [name for name, each in owner.__members__.items() if type(each.value) is int and each.value == 0]
    name = _NEUTRAL if _NEUTRAL in nothing else next(iter(nothing), "")
    if name and text != f"{found[1]}.{name}":
        yield f"{found[1]}.{name}"
    yield from fewer_flags(text)


def fewer_flags(expression: str) -> Iterator[str]:
    """Yield each of the flags that an expression puts together, and then all but one of them."""
    flags = [each.strip() for each in expression.split("|")]
    if len(flags) > 1 and all(re.fullmatch(r"[\w.]+", each) for each in flags):
        yield from flags
        yield from (" | ".join(flags[:at] + flags[at + 1 :]) for at in range(len(flags)) if flags[2:])


def with_fewer_members(call: str, names: Names) -> Iterator[str]:
    """Yield a call with fewer members of an enumeration in one of its arguments."""
    node = ast.parse(call, mode="eval").body
    for at, argument in enumerate(node.args) if isinstance(node, ast.Call) else ():
        assert isinstance(node, ast.Call)
        for text in fewer_members(ast.unparse(argument), names):
            node.args[at] = ast.parse(text, mode="eval").body
            yield ast.unparse(node)
        node.args[at] = argument
