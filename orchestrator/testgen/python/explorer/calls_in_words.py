"""What is special about a call, in the words of a test's name."""

import re

from .body import Body, slug
from .corpus import INSTANCE, Try
from .operators import OPERATORS


def telling_word(made: Try) -> str:
    """Return a plain word among the arguments, empty when there is none."""
    for argument in made.arguments:
        found = re.fullmatch(r"'([A-Za-z][\w-]{1,18})'", argument) if isinstance(argument, str) else None
        if found:
            return slug(found.group(1))
    return ""


def words_given(made: Try) -> str:
    """Return the words of what a call is given."""
    return slug(" ".join(str(each).replace(INSTANCE, "") for each in made.arguments if each is not None))


def told_by_result(body: Body, claim: str) -> str:
    """Return what a claim expects, as far as that tells it from others: yes, no and nothing are said by the label."""
    expected = body.expected or claim.partition(" == ")[2]
    return expected if re.match(r"b?['\"]|-?\d", expected) else ""


def outcome_in_words(made: Try, value: object) -> str:
    """Return what comes of a call: that it is empty, nothing, yes or no; empty where the claim tells more."""
    says = "returns" if made.subject.kind in ("function", "method", "static", "classmethod") else "is"
    if made.subject.short in OPERATORS:
        return "not" * (value is False)
    if value is None or isinstance(value, bool):
        return f"{says}_{str(value).lower()}"
    is_empty = type(value) in (list, dict, tuple, set, str, bytes) and not value
    return f"{says}_empty" if is_empty else ""
