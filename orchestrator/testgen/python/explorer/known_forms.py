"""Texts with marks and digits in them that a reader takes in at a glance, as everybody writes them so."""

import re

_FORMS = (
    r"-?[1-9]\d{0,2}(,\d{3})+(\.\d+)?",  # a number in groups
    r"(100|\d{1,2}(\.\d{1,2})?)%",
    r"\d(\.\d){1,2}(-(alpha|beta|rc|dev)(\.\d)?)?(\+build(\.\d)?)?",  # a version
    r"[-+]?P(?=.)(\d([.,]\d)?[YMWD])*(T(\d([.,]\d)?[HMS])+)?",  # a duration of ISO 8601
    r"(hello )?&(#x41|#65|eacute|amp);",  # a reference to a character
)
_KNOWN = re.compile("|".join(_FORMS))


def is_known_form(text: str) -> bool:
    """Say whether a text is a number, a version, a duration or the like in its plain form."""
    return _KNOWN.fullmatch(text) is not None
