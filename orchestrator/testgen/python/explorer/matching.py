"""The stable part of an error's message, as a pattern for `pytest.raises`."""

import re

from .literals import is_stable_text

_LONGEST_MATCH = 60


def match_text(message: str) -> str:
    """Return the source of a pattern for the message's stable beginning; empty when it has none."""
    line = message.split("\n", maxsplit=1)[0].strip()[:_LONGEST_MATCH]
    if len(message.strip()) > len(line) and " " in line:
        line = line.rpartition(" ")[0]
    if not line.strip() or not is_stable_text(line):
        return ""
    escaped = re.sub(r"([.^$*+?{}\[\]\\|()])", r"\\\1", line)
    if escaped == line:
        return repr(line)
    return (
        f"r{escaped!r}".replace("\\\\", "\\") if "'" not in escaped and '"' not in escaped else f"re.escape({line!r})"
    )
