"""Texts with marks and digits in them that a reader takes in at a glance, as everybody writes them so."""

import re

_FORMS = (
    r"-?[1-9]\d{0,2}(,\d{3})+(\.\d+)?",  # a number in groups
    r"(100|\d{1,2}(\.\d{1,2})?)%",
    r"\d(\.\d){1,2}(-(alpha|beta|rc|dev)(\.\d)?)?(\+build(\.\d)?)?",  # a version
    r"P(?=.)(\d[YMWD])*(T(\d[HMS])+)?",  # a duration of ISO 8601
    r"(hello )?&(#x41|#65|eacute|amp);",  # a reference to a character
)
_KNOWN = re.compile("|".join(_FORMS))
_IN_PLACE_OF = (
    (re.compile(r"\d+\.\d+\.\d+\W"), ("1.0.0-rc.1", "1.2.3-rc.1", "1.2.3-rc.1+build.1", "1.2.3+build.1")),
    (re.compile(r"[-+]?P[\d.,]+[YMWD]"), ("P1Y2M3D", "P1Y", "P2W", "P1DT2H")),
    (re.compile(r"[-+]?PT[\d.,]+[HMS]"), ("PT1H", "PT2H3M")),
)


def is_known_form(text: str) -> bool:
    """Say whether a text is a number, a version, a duration or the like in its plain form."""
    return _KNOWN.fullmatch(text) is not None


def plain_forms(text: str) -> tuple[str, ...]:
    """Return what everybody would write in place of a text that begins as a version or a duration; none for others."""
    return next((forms for pattern, forms in _IN_PLACE_OF if pattern.match(text)), ())
