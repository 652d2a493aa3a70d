"""Reading text the way the services need it: words, disguises, repetition."""

import re
import unicodedata

_DISGUISES = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s"})
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def words(text: str) -> list[str]:
    """Return the words of a text in lower case."""
    return [match.group().lower() for match in _WORD.finditer(text)]


def plain(text: str) -> str:
    """Return a text without accents, disguises and stretched letters, for comparison with a list."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return re.sub(r"(.)\1{2,}", r"\1", bare.translate(_DISGUISES))


def shouting(text: str) -> float:
    """Return the share of letters that are capitals; short texts do not count."""
    letters = [character for character in text if character.isalpha()]
    if len(letters) < 8:
        return 0.0
    return sum(character.isupper() for character in letters) / len(letters)
