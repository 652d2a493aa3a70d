"""The calls that stand in arguments, as calls of their own: what is reached on the way to a call it does not show."""

import ast
from collections.abc import Iterator, Mapping

from .arguments import match_call
from .corpus import INSTANCE, Try
from .search import Search
from .subjects import Subject


def inner_calls(made: Try, subjects: Mapping[str, Subject], search: Search) -> Iterator[Try]:
    """Carry out the calls on the same object that a call is given the results of; yield those that can be pinned."""
    owner = made.subject.owner
    for argument in made.arguments:
        if owner is None or not isinstance(argument, str) or not argument.startswith(f"{INSTANCE}."):
            continue
        call = ast.parse(argument, mode="eval").body
        name = call.func.attr if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) else ""
        subject = subjects.get(f"{owner.__name__}.{name}")
        arguments = match_call(subject, call, search.names) if subject and isinstance(call, ast.Call) else None
        if subject is not None and arguments is not None:
            found = search.attempt(subject, arguments, INSTANCE, made.program.setup)
            if found is not None and found.outcome.is_usable:
                yield found
