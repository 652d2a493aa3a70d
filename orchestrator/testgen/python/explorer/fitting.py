"""How badly arguments suit their parameters: what is given for a secret is a secret, a key tells things apart."""

import ast
import builtins
import functools
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from .subjects import Argument, Parameter
from .words import PLAINLY_WRONG, words_for

_ANY_WILL_DO = re.compile(r"secret|passw|salt|e?mail|(^|_)(user|author|owner|username)(_?name)?$", re.IGNORECASE)
_YEAR = re.compile(r"(^|_)year$", re.IGNORECASE)
_OF_STRANGER = 1.0  # a text that the name of its parameter does not suggest, where any would do
_OF_LIST_OF_ONE = 0.3  # where the text in it would do by itself
_OF_NOTHING = 2.0  # an object that is made of something empty
_OF_MARKS, _OF_WORD = re.compile(r"(^|_)sep(arator)?$|delim", re.IGNORECASE), 1.0  # given where a mark is meant
_OF_YEAR, _FIRST_YEAR = 0.8, 1583  # before which nobody counts as we do
_OF_NO_DATE, _NUMBER = 1.5, re.compile(r"-?\d{1,9}")
_PARTS_OF_DATES: dict[str, tuple[int, int | None]] = {
    "month": (1, 12), "day": (1, 31), "hour": (0, 23), "minute": (0, 59), "second": (0, 59),
}  # fmt: skip
_OF_MOMENT = 0.8  # where a day is asked for: what becomes of the hour is beside the point
_OF_FUNCTION, _OF_LAMBDA = 0.5, 0.8  # beside what is odd about how it is written
_OF_FURTHER_FUNCTION = 1.5  # beside another
_OF_SAME_FUNCTION = 1.5  # given twice: which of them was called cannot be told
_TEXTS = frozenset(("str", "bytes"))
_EMPTY = frozenset(("''", "b''", "[]", "{}", "()", "set()"))


def unfitting(arguments: Iterable[Argument], parameters: Iterable[Parameter], *, makes_object: bool = False) -> float:
    """Say how badly arguments suit their parameters; 0 is well."""
    found, functions = 0.0, Counter[str]()
    for argument, parameter in zip(arguments, parameters, strict=True):
        if not isinstance(argument, str):
            continue
        found += _OF_NOTHING * (makes_object and argument in _EMPTY)
        found += _OF_STRANGER * (_is_stranger(argument, parameter.name) or _is_no_choice(argument, parameter))
        found += _OF_WORD * (_OF_MARKS.search(parameter.name) is not None and _is_word(argument))
        found += _OF_LIST_OF_ONE * (_alone(argument, parameter) != argument)
        found += _OF_NO_DATE * _is_no_part_of_a_date(argument, parameter.name)
        is_day = "date" in parameter.hinted and "datetime" not in parameter.hinted
        found += _OF_MOMENT * (is_day and argument.startswith("datetime.datetime("))
        found += _OF_YEAR * (_YEAR.search(parameter.name) is not None and _is_early(argument))
        functions.update(_functions_in(argument))
    lambdas = sum(count for text, count in functions.items() if text.startswith("lambda"))
    return (
        found
        + _OF_LAMBDA * lambdas
        + _OF_FUNCTION * (functions.total() - lambdas)
        + _OF_FURTHER_FUNCTION * max(0, functions.total() - 1)
        + _OF_SAME_FUNCTION * (functions.total() - len(functions))
    )


def _is_word(argument: str) -> bool:
    """Say whether a text has letters or digits in it."""
    return argument[:1] in ("'", '"', "b") and any(re.search(r"[^\W_]", each) for each in _texts_in(argument))


def _is_no_part_of_a_date(argument: str, name: str) -> bool:
    """Say whether a number is given for a month, a day or the like that no calendar and no clock has."""
    first, last = _PARTS_OF_DATES.get(name.rpartition("_")[2].lower(), (0, None))
    return last is not None and _NUMBER.fullmatch(argument) is not None and not first <= int(argument) <= last


def _is_early(argument: str) -> bool:
    return re.fullmatch(r"-?\d+", argument) is not None and int(argument) < _FIRST_YEAR


def suggested(argument: Argument, parameter: Parameter) -> Argument:
    """Return a text that the name of a parameter suggests in place of a stranger or of nothing; anything else as is.

    Of a list of one text the text, where that would do.
    """
    argument = _alone(argument, parameter) if isinstance(argument, str) else argument
    if isinstance(argument, str) and _is_no_choice(argument, parameter):
        return PLAINLY_WRONG[0]
    is_nothing = argument in _EMPTY and _ANY_WILL_DO.search(parameter.name) is not None
    if isinstance(argument, str) and (is_nothing or _is_stranger(argument, parameter.name)):
        return repr(words_for(parameter.name)[0])
    return argument


def _alone(argument: str, parameter: Parameter) -> str:
    """Return the text of a list that has no other, where the parameter takes a text by itself; anything else as is."""
    if not argument.startswith("[") or parameter.hinted.isdisjoint(_TEXTS):
        return argument
    node = ast.parse(argument, mode="eval").body
    items = node.elts if isinstance(node, ast.List) else []
    is_text = len(items) == 1 and isinstance(items[0], ast.Constant) and isinstance(items[0].value, str | bytes)
    is_taken = is_text and type(items[0].value).__name__ in parameter.hinted  # type: ignore[attr-defined]  # a constant
    return ast.unparse(items[0]) if is_taken else argument


def _is_no_choice(argument: str, parameter: Parameter) -> bool:
    """Say whether a text is none of those among which the parameter chooses, without saying that it is wrong."""
    meant = (*map(repr, parameter.choices), repr(parameter.default), *PLAINLY_WRONG)
    return bool(parameter.choices) and argument[:1] in "'\"" and argument not in meant


def _is_stranger(argument: str, name: str) -> bool:
    """Say whether a text, or one in a list of texts, is none that the name suggests though any would do."""
    if argument in _EMPTY or not _ANY_WILL_DO.search(name):
        return False
    words = words_for(name)
    return any(each not in words for each in _texts_in(argument))


def _encoded(node: ast.expr) -> object:
    """Return the value of a constant, and of one that is encoded."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "encode":
        node = node.func.value
    return node.value if isinstance(node, ast.Constant) else None


@functools.lru_cache(maxsize=5_000)
def _texts_in(argument: str) -> tuple[str, ...]:
    """Return the texts of a literal: itself, or the items of a list."""
    node = ast.parse(argument, mode="eval").body
    items = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
    values = [_encoded(each) for each in items]
    texts = [each.decode("utf-8", "replace") if isinstance(each, bytes) else each for each in values]
    return tuple(each for each in texts if isinstance(each, str))


def _functions_in(argument: str) -> Iterator[str]:
    """Yield the functions of ours and of Python that an argument is, or that stand in its list."""
    node = ast.parse(argument, mode="eval").body
    for each in node.elts if isinstance(node, ast.List | ast.Tuple) else [node]:
        start = each.value if isinstance(each, ast.Attribute) else each
        is_built_in = isinstance(start, ast.Name) and callable(getattr(builtins, start.id, None))
        if isinstance(each, ast.Lambda) or is_built_in:
            yield ast.unparse(each)
