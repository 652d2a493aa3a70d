"""A command as a person would type it: what a shell makes of the line are the same words again."""

import re
import shlex
from collections.abc import Iterable

_READ_IN_DOUBLE_QUOTES = re.compile(r'["$`\\!]')  # the last one by an interactive shell


def typed(words: Iterable[str]) -> str:
    """Return the words as a line for a shell; one with an apostrophe in double quotes where that is the same."""
    return " ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    if "'" in word and not _READ_IN_DOUBLE_QUOTES.search(word):
        return f'"{word}"'
    return shlex.quote(word)
