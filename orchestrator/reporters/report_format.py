"""What a report can be written as; apart from what writes it, which loads Jinja2."""

from enum import StrEnum


class Format(StrEnum):
    """What a report is written as."""

    MD = "md"
    HTML = "html"
    JUNIT = "junit"
