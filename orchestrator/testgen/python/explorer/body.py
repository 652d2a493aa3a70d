"""The lines of one test."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Body:
    """The lines of one test.

    With `table` the test is one row: the claim with parameter names in place of arguments, the names, the row's
    expressions, and the expected value.
    """

    lines: tuple[str, ...]
    table: str = ""
    columns: tuple[str, ...] = ()
    row: tuple[str, ...] = ()
    expected: str = ""
    label: str = ""  # what is special about the outcome, in the words of a test's name
    fixtures: tuple[str, ...] = ()  # that the test needs without naming them
    more: str = ""  # further words, for when two tests would have one name


def slug(text: str) -> str:
    """Return the first words of a text as a part of a name."""
    text = re.sub(r"(?<![\w.)])-(?=\d)", " minus ", text)
    return "_".join(re.findall(r"[a-z0-9]+", text.lower())[:5])
