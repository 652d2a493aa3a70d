"""What an unquoted word of YAML means: the YAML 1.2 core schema, so `no`, `010` and `12:30` are what they look like.

Source: YAML 1.2.2, section 10.3.2. Left as text, because JSON cannot carry them or nobody means them as a number:
`.inf`, `.nan`, and whole numbers of more than 18 digits.
"""

import math
import re

_NUMBER_START = frozenset("0123456789+-.")
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}\Z")
_OCTAL = re.compile(r"0o[0-7]{1,20}\Z")
_HEX = re.compile(r"0x[0-9a-fA-F]{1,15}\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]{1,40}|[0-9]{1,40}(?:\.[0-9]{0,40})?)(?:[eE][-+]?[0-9]{1,3})?\Z")
_WORDS = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}

Plain = str | int | float | bool | None


def resolve(text: str) -> Plain:
    """Return the value of an unquoted scalar."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_START:
        return text
    if _INTEGER.match(text):
        return int(text)
    if _OCTAL.match(text):
        return int(text[2:], 8)
    if _HEX.match(text):
        return int(text[2:], 16)
    if _FLOAT.match(text) and not (text.lstrip("+-").isdigit()):
        number = float(text)
        return number if math.isfinite(number) else text
    return text
