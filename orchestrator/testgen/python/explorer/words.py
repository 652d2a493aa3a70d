"""Words that a person would use for a field of this name."""

import re
from collections.abc import Iterable

PLAINLY_WRONG = ("'unknown'", "'invalid'")  # what is given where an error is meant
PLAIN = ("ada", "ben", "cleo")
_KNOWN = """
ada abc an and another apple author ben bike blue book box boy café car cat child city class cleo code color com cow
data day de dog door en example eight false file first fish five foo bar four fr friend game girl green hello her his
house http https is item key kind law letter line list localhost long man map maths men money month more music name new
nine no node not note number of old one order orange page part people person place point post price quick red right room
second secret seven sheep short side sister size six small story street student system table tea ten test text the
their there thing things this three time title to town tree true two type user value water week white with woman women
word unknown invalid words work world write www year yellow yes yesterday you zero
"""
_OF_LENGTH = ("a", "to", "one", "word", "hello", "second", "example", "possible", "something", "everything")
# What a reader passes over without asking where it comes from.
WELL_KNOWN = frozenset((*_KNOWN.split(), *_OF_LENGTH))


def usual_word(text: str) -> str:
    """Return a word that a reader knows, as long as this one and in the same letters; a known one is left alone."""
    if text.lower() in WELL_KNOWN or not 0 < len(text) <= len(_OF_LENGTH):
        return text
    return in_case_of(_OF_LENGTH[len(text) - 1], text)


def known_words(words: Iterable[str]) -> dict[str, str]:
    """Return a known word for each of these that no reader knows: one as long, and for each another one."""
    given = dict.fromkeys(each.lower() for each in words)
    taken = set(given)
    found: dict[str, str] = {}
    for each in given:
        if each not in WELL_KNOWN:
            fitting = (word for word in (*_OF_LENGTH, *sorted(WELL_KNOWN)) if len(word) == len(each))
            found[each] = next((word for word in fitting if word not in taken), each)
            taken.add(found[each])
    return found


def in_case_of(word: str, text: str) -> str:
    """Return a word in the letters of a text: small ones, capitals, or a capital first."""
    return word.upper() if text.isupper() and len(text) > 1 else word.capitalize() if text[0].isupper() else word


_BY_NAME = [
    (re.compile(pattern, re.IGNORECASE), values)
    for pattern, values in (
        (r"e?mail", ("ada@example.com", "ben@example.com", "not-an-address")),
        (r"secret|passw|signing_key", ("secret", "another-secret")),
        (r"(^|_)(id|key|slug|code|ref|token)$", ("a1", "b2", "c3")),
        (
            r"(^|_)(user|author|owner|actor|reviewer|learner|mentor|person|username|by)(_?name)?$",
            ("ada", "ben", "cleo"),
        ),
        (r"encoding|charset|codec", ("utf-8", "ascii")),
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
        (r"salt|prefix|namespace", ("first", "second")),
        (r"(^|_)sep(arator)?$|delim", ("_", "-", ", ")),
        (r"name|label", ("Ada", "Ben", "Cleo")),
    )
]


_NUMBERS_BY_NAME = [
    (re.compile(pattern, re.IGNORECASE), values)
    for pattern, values in (
        (r"(^|_)year$", (2024, 2023, 1900, 2000)),
        (r"(^|_)years$", (2, 1, 10)),
        (r"(^|_)months?$", (2, 4, 12, 1)),
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
