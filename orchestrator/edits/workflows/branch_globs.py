"""Patterns of `branches`, `tags` and `paths`: `*` stays within a `/`, `**` does not, later `!` entries take back."""

import re
from collections.abc import Sequence
from functools import lru_cache


def accepts(patterns: Sequence[str], name: str) -> bool:
    """Say whether a name passes a list of patterns, read in order."""
    verdict = False
    for pattern in patterns:
        if pattern.startswith("!"):
            verdict = verdict and not _regex(pattern[1:]).fullmatch(name)
        elif _regex(pattern).fullmatch(name):
            verdict = True
    return verdict


def sample(pattern: str) -> str:
    """Return some name that a pattern matches, or at least looks like it."""
    return re.sub(r"\*+", "x", re.sub(r"\[([^\]^!])[^\]]*\]", r"\1", pattern)).replace("?", "").replace("+", "")


@lru_cache(maxsize=512)
def _regex(pattern: str) -> re.Pattern[str]:
    parts, at = [], 0
    while at < len(pattern):
        if pattern.startswith("**", at):
            slash = pattern.startswith("**/", at)
            parts.append("(?:.*/)?" if slash else ".*")
            at += 3 if slash else 2
            continue
        character = pattern[at]
        if character == "*":
            parts.append("[^/]*")
        elif character in "?+" and parts:
            parts.append(character)
        elif character == "[" and (end := pattern.find("]", at)) > at:
            parts.append("[" + re.escape(pattern[at + 1 : end]).replace(r"\-", "-") + "]")
            at = end
        else:
            parts.append(re.escape(character))
        at += 1
    try:
        return re.compile("".join(parts))
    except re.error:
        return re.compile(re.escape(pattern))
