"""The lines of one test."""

import re
from dataclasses import dataclass

_OF_KIND = re.compile(r"assert (isinstance\(|.* is not None$)")
_VALUE = re.compile(r"(?<!\w)(b(['\"]).*?\2|(['\"])(?!(?!unknown|invalid)[a-z]{3,}\3).*?\3)(?!\w)")
_CLAUSES = re.compile(r"(?<=\w\w)(?:[.;:] |,? (?:but|got|where|because)\b| \()")
_MOST_OF_CLAUSE = 9  # words
OF_VALUE = "it_"  # in place of the value with which a message begins
_OF_SOMETHING = re.compile(r"(is|are|was|has|does|cannot)_")
MISSING_KEY = "for_missing_key"  # of an error that says nothing but which key was asked for
_SIGN = re.compile(r"(?<!\w)b?(['\"])\\?([.,:;/@=-])\1")
_SIGNS = {
    ".": "dot",
    ",": "comma",
    ":": "colon",
    ";": "semicolon",
    "/": "slash",
    "@": "at sign",
    "=": "equals sign",
    "-": "dash",
}
_OF_INTERPRETER = "unsupported operand type"  # the name of the test says which
# What a name does not end with.
_LITTLE = re.compile(
    r"(_(a|an|and|as|at|b|be|because|but|by|can|cannot|does|for|from|if|in|is|it|may|must|of|on|or|should|the|to|with))+$"
)


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
    wide: str = ""  # the claim with `**options` in place of what need not be given, for rows of different options
    options: str = ""  # what is given of these, as a dictionary
    label: str = ""  # what is special about the outcome, in the words of a test's name
    fixtures: tuple[str, ...] = ()  # that the test needs without naming them
    more: str = ""  # further words, for when two tests would have one name

    @property
    def says_little(self) -> bool:
        """Say whether it asserts of what kind something is, or that it is there, and nothing more."""
        claims = [each for each in self.lines if each.lstrip().startswith("assert ")]
        return bool(claims) and all(_OF_KIND.match(each.lstrip()) for each in claims)


def slug_of_error(text: str) -> str:
    """Return the first clause of what an error says, without the values in it, as a part of a name; whole or none."""
    if text.startswith(_OF_INTERPRETER):
        return ""
    clause, *_ = _CLAUSES.split(signs_in_words(text), maxsplit=1)
    found = (_slug(each, _MOST_OF_CLAUSE) for each in (_VALUE.sub(" ", clause), clause))
    said = next((each for each in found if each), "")
    return OF_VALUE + said if _OF_SOMETHING.match(said) else said


def signs_in_words(text: str) -> str:
    """Return a text with what a sign in quotes is called in its place: `No b'.' found` says that no dot is found."""
    return _SIGN.sub(lambda found: _SIGNS[found[2]], text)


def _slug(text: str, most: int) -> str:
    words = re.findall(r"[a-z0-9]+", text.lower())
    return "_".join(words) if len(words) <= most else ""


def slug(text: str) -> str:
    """Return the first words of a text as a part of a name."""
    text = re.sub(r"(?<![\w.)])-(?=\d)", " minus ", text)
    return _LITTLE.sub("", "_".join(re.findall(r"[a-z0-9]+", text.lower())[:5]))


def snake(name: str) -> str:
    """Return a name in small letters with underscores, as a part of the name of a test: `HTTPError`, `http_error`."""
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name.replace(".", "_")).lower()
    return re.sub(r"\W+", "_", plain).strip("_")
