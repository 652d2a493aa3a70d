"""What is special about a call, in the words of a test's name."""

import re

from .body import slug
from .corpus import INSTANCE, Try


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
