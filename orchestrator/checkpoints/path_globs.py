"""Match the paths of a coverage report, which may be absolute or relative, against globs below the root."""

from collections.abc import Sequence
from fnmatch import fnmatchcase


def matches_any(path: str, patterns: Sequence[str]) -> bool:
    """Say whether the path, or its part below some folder, matches one of the globs (`**` crosses folders)."""
    parts = path.replace("\\", "/").strip("/").split("/")
    return any(_matches(parts, ["**", *pattern.removeprefix("./").split("/")]) for pattern in patterns)


def _matches(parts: Sequence[str], globs: Sequence[str]) -> bool:
    """Follow all ways at once: the number of steps is parts times globs, however hostile the pattern."""
    reached = {0}
    for glob in globs:
        if glob == "**":
            reached = set(range(min(reached), len(parts) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(parts) and fnmatchcase(parts[at], glob)}
        if not reached:
            return False
    return len(parts) in reached
