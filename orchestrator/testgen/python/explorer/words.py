"""Words that a person would use for a field of this name."""

import re

PLAIN = ("ada", "ben", "cleo")
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
        (r"name|label", ("Ada", "Ben", "Cleo")),
    )
]


def words_for(name: str) -> tuple[str, ...]:
    """Return what to fill into a text field; empty when the name says nothing."""
    return next((values for pattern, values in _BY_NAME if pattern.search(name)), ())
