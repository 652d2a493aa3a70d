"""The lines of a test that expects an error."""

from .body import MISSING_KEY, Body, slug_of_error, snake
from .corpus import Try
from .matching import match_text
from .names import Names
from .settled_calls import settling_call

_LASTING = ("invalid literal for int() with base", "could not convert string to float")


def error_body(made: Try, names: Names) -> Body | None:
    """Pin what was raised, with its words where these are the project's own and say more than which key was asked for.

    The interpreter's words differ by version. None where the error has no name that a test can import.
    """
    error = made.outcome.error
    assert error is not None
    name, message = names.of(type(error)), str(error)
    if name is None:
        return None
    is_key = isinstance(error, KeyError)
    says_key = is_key and message != "" and message in made.program.call
    is_lasting = made.outcome.is_explicit or is_key or message.startswith(_LASTING)
    match = match_text(message) if is_lasting and not says_key else ""
    call = settling_call(made, made.program.call)
    lines = (*made.program.setup, f"with {raising(name, match)}:", f"    {call}")
    more = MISSING_KEY if says_key else slug_of_error(message)
    return Body(lines, label=f"raises_{snake(type(error).__name__)}", more=more)


def raising(name: str, match: str) -> str:
    """Return the context in which an error of that name is expected; `match` is the source of a pattern, or empty."""
    return f"pytest.raises({name}, match={match})" if match else f"pytest.raises({name})"
