"""Which files Jest counts: globs as micromatch reads them with `dot`, taken in order as jest-util does.

A list is read from front to back: a `!` glob takes files out, a later positive one takes them in again.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

_WILD = re.compile(r"[*?\[\]{}()!+@|]")
_EXTGLOB = {"@": "", "?": "?", "*": "*", "+": "+"}


class UnknownGlob(ValueError):
    """A glob uses a form whose meaning is not known here."""


def without_root(pattern: str) -> str:
    """Return a pattern without `<rootDir>/` and `./`, as Jest compares it."""
    negated = pattern.startswith("!")
    plain = pattern.removeprefix("!").removeprefix("<rootDir>/").removeprefix("./")
    return "!" + plain if negated else plain


def static_folder(pattern: str) -> str:
    """Return the folder that a positive glob begins with, up to its first wildcard; '' for none."""
    parts = without_root(pattern).removeprefix("!").split("/")[:-1]
    plain = []
    for part in parts:
        if _WILD.search(part):
            break
        plain.append(part)
    return "/".join(plain)


def counted(patterns: Sequence[str], files: Iterable[str]) -> frozenset[str]:
    """Return the files that a list of globs leaves; UnknownGlob when one of them cannot be read."""
    rules = [(one.startswith("!"), matcher(without_root(one).removeprefix("!"))) for one in patterns]
    only_negative = bool(rules) and all(negated for negated, _ in rules)

    def is_kept(path: str) -> bool:
        kept = only_negative
        for negated, rule in rules:
            if rule.fullmatch(path):
                kept = not negated
        return kept

    return frozenset(path for path in files if is_kept(path))


@lru_cache(maxsize=4096)
def matcher(pattern: str) -> re.Pattern[str]:
    """Return the glob as a regular expression for whole paths; UnknownGlob when a form is not known."""
    text, at = _translate(pattern, 0, "")
    if at != len(pattern):
        raise UnknownGlob(pattern)
    try:
        return re.compile(text, re.DOTALL)
    except re.error as error:
        raise UnknownGlob(pattern) from error


def _translate(pattern: str, at: int, stops: str) -> tuple[str, int]:
    """Return the expression for a pattern up to one of the stop characters, and where that stands."""
    out = ""
    while at < len(pattern) and pattern[at] not in stops:
        char = pattern[at]
        if char in "@?*+!" and pattern[at + 1 : at + 2] == "(":
            piece, at = _extglob(pattern, at)
        elif char == "*":
            piece, at = _stars(pattern, at)
        elif char == "?":
            piece, at = "[^/]", at + 1
        elif char == "[":
            piece, at = _class(pattern, at)
        elif char == "{":
            piece, at = _alternatives(pattern, at)
        elif char == "\\" and at + 1 < len(pattern):
            piece, at = re.escape(pattern[at + 1]), at + 2
        elif char in "()":
            raise UnknownGlob(pattern)
        else:
            piece, at = re.escape(char), at + 1
        out += piece
    return out, at


def _stars(pattern: str, at: int) -> tuple[str, int]:
    end = at
    while pattern[end : end + 1] == "*":
        end += 1
    alone = (at == 0 or pattern[at - 1] == "/") and (end == len(pattern) or pattern[end] == "/")
    if end - at < 2 or not alone:
        whole = at == 0 or pattern[at - 1] in "/,{|("
        return ("[^/]+" if whole and pattern[end : end + 1] in ("", "/") else "[^/]*"), end
    if end == len(pattern):
        return ".*", end
    return "(?:.*/)?", end + 1


def _class(pattern: str, at: int) -> tuple[str, int]:
    end = pattern.find("]", at + 2)
    if end < 0 or pattern[at + 1] == ":" or "[" in pattern[at + 1 : end]:
        raise UnknownGlob(pattern)
    body = pattern[at + 1 : end].replace("\\", "\\\\")
    return f"(?!/)[{'^' + body[1:] if body[0] in '!^' else body}]", end + 1


def _alternatives(pattern: str, at: int) -> tuple[str, int]:
    choices = []
    start = at
    while pattern[at : at + 1] in ("{", ","):
        choice, at = _translate(pattern, at + 1, ",}")
        choices.append(choice)
    if pattern[at : at + 1] != "}" or len(choices) < 2 or ".." in pattern[start:at]:
        raise UnknownGlob(pattern)
    return f"(?:{'|'.join(choices)})", at + 1


def _extglob(pattern: str, at: int) -> tuple[str, int]:
    sign = pattern[at]
    if sign not in _EXTGLOB:
        raise UnknownGlob(pattern)
    choices = []
    at += 1
    while pattern[at : at + 1] in ("(", "|"):
        choice, at = _translate(pattern, at + 1, "|)")
        choices.append(choice)
    if pattern[at : at + 1] != ")":
        raise UnknownGlob(pattern)
    return f"(?:{'|'.join(choices)}){_EXTGLOB[sign]}", at + 1
