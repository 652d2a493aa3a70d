"""The stable part of an error's message, as a pattern for `pytest.raises`."""

import re

from .literals import is_stable_text

_LONGEST_MATCH = 60


def match_text(message: str) -> str:
    """Return the source of a pattern for the message's stable beginning, the whole of a short one; empty: none."""
    first = message.split("\n", maxsplit=1)[0].rstrip()
    line = first[:_LONGEST_MATCH].rstrip()
    if len(message.rstrip()) > len(line) and " " in line.strip():
        line = line.rpartition(" ")[0]
    if not line.strip() or not is_stable_text(line):
        return ""
    end = "$" if line == message else ""
    escaped = re.sub(r"([.^$*+?{}\[\]\\|()])", r"\\\1", line)
    if ("'" in escaped and '"' in escaped) or any(each in escaped for each in "\n\t\r\x1b\x00"):
        return f"re.escape({line!r})"
    quote = '"' if "'" in escaped else "'"
    return f"r{quote}^{escaped}{end}{quote}"
