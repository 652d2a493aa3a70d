"""Words that a person would use for a field of this name."""

import re

PLAIN = ("ada", "ben", "cleo")
_KNOWN = """
ada abc another ben cleo com de en example first foo bar fr hello http https law localhost maths more music name one
two three four five six red blue second secret text the there thing user word world www yes no true
"""
WELL_KNOWN = frozenset(_KNOWN.split())  # what a reader passes over without asking where it comes from
_BY_NAME = [
    (re.compile(pattern, re.IGNORECASE), values)
    for pattern, values in (
        (r"e?mail", ("ada@example.com", "ben@example.com", "not-an-address")),
        (r"(^|_)(id|key|slug|code|ref|token)$", ("a1", "b2", "c3")),
        (
            r"(^|_)(user|author|owner|actor|reviewer|learner|mentor|person|username|by)(_?name)?$",
            ("ada", "ben", "cleo"),
        ),
        (r"languages?|locale|lang", ("en", "de", "fr")),
        (r"country", ("DE", "US")),
        (r"currency", ("EUR", "USD")),
        (r"(time)?zone|tz", ("UTC", "Europe/Berlin")),
        (r"url|uri|href|link|endpoint", ("https://example.com/a", "http://localhost:8000", "not a url")),
        (r"host|domain", ("example.com", "localhost")),
        (r"(^|_)ip", ("192.0.2.1", "::1")),
        (r"phone", ("+49 30 1234567",)),
        (r"date|(^|_)(day|since|until|due|today)$", ("2024-01-31", "2024-03-05")),
        (r"cron", ("0 5 * * 1", "*/15 * * * *")),
        (r"version", ("1.2.3", "2.0.0-rc.1")),
        (r"(file|path|folder|dir)", ("a/b.txt", "x.tar.gz", "readme.md")),
        (r"colou?r", ("#ff8800", "red")),
        (r"goals?|skills?|topics?|tags?|subjects?|categor", ("maths", "music", "law")),
        (
            r"text|message|body|content|comment|note|description|title|summary|phrase|sentence",
            ("Hello there", "One more thing"),
        ),
        (r"secret|passw|(^|_)key$", ("secret", "another-secret")),
        (r"salt|prefix|namespace", ("first", "second")),
        (r"(^|_)sep(arator)?$|delim", ("-", ", ")),
        (r"name|label", ("Ada", "Ben", "Cleo")),
    )
]


_NUMBERS_BY_NAME = [
    (re.compile(pattern, re.IGNORECASE), values)
    for pattern, values in (
        (r"(^|_)years?$", (2024, 2023, 1900)),
        (r"(^|_)months?$", (2, 4, 12)),
        (r"(^|_)(days?|hours?)$", (3, 15)),
        (r"(^|_)(minutes?|seconds?)$", (30, 5)),
        (r"width|length|size|limit|max|count|(^|_)n(um)?(ber)?$", (3, 5, 10)),
        (r"port$", (8080,)),
        (r"price|amount|total", (100, 20)),
        (r"percent", (50, 100)),
    )
]


def numbers_for(name: str) -> tuple[int, ...]:
    """Return numbers that a person would give for this name; empty when it says nothing."""
    return next((values for pattern, values in _NUMBERS_BY_NAME if pattern.search(name)), ())


def words_for(name: str) -> tuple[str, ...]:
    """Return what to fill into a text field; empty when the name says nothing."""
    return next((values for pattern, values in _BY_NAME if pattern.search(name)), ())
