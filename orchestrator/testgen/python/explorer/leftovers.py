"""What in a text shows that a search came upon it: nobody writes it so, and a reader wonders where it comes from."""

import re

_WEIGHTS = (
    (2.5, re.compile(r"(?=(.)(?!\1))(.{4,})\2")),  # "worldworld"
    (1.5, re.compile(r"[A-Za-z][\u0370-\ud7ff]|[\u0370-\ud7ff][A-Za-z]")),  # two scripts in one word
    (1.5, re.compile(r"(?![0-9])\d")),  # digits of a script that few can read
    (1.2, re.compile(r"\d,\d{4,}")),  # a comma that parts no group of three digits
    (1.2, re.compile(r"[a-z]\d+[A-Za-z]|\d[a-z]\d")),  # digits in a word
    (1.2, re.compile(r"\w ['\"]?%[rs]\b")),  # what a message of the code is made of
    (1.0, re.compile(r"\d[-+.][A-Za-z](?![A-Za-z0-9])")),  # a letter that hangs on a number
    (1.0, re.compile(r"[-+_.,;:][+.,;]|[+.,;]-|\w- \w")),  # a mark at another one, or that hangs on a word
)


def of_leftovers(text: str) -> float:
    """Say how much a text looks like what is left over from a search; 0 is not at all."""
    return sum(weight for weight, pattern in _WEIGHTS if pattern.search(text))
