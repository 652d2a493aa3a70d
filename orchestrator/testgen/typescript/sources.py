"""Reads what stands in objects and lists as source."""

import re

LONGEST_VALUE = 40
_SHORT = re.compile(r"""'[^'\\]*'|"[^"\\]*"|-?[\d.]+|true|false|null|\[\]|\{\}""")
_QUOTES = "'\"`"


def object_in(expected: str) -> str:
    """Return the source of an object that is expected as a whole or in part; "" where none is."""
    inner = expected.removeprefix("expect.objectContaining(")
    if not inner.startswith("{"):
        return ""
    return expected if inner == expected else inner.removesuffix(")")


def parts_of(text: str) -> dict[str, str]:
    """Return what stands in an object as source: by its path the value where that is short, else ""."""
    found: dict[str, str] = {}
    for key, value in sources_in(text).items():
        inner = parts_of(value) if value.startswith("{") and value != "{}" else {}
        short = value if _SHORT.fullmatch(value) and len(value) <= LONGEST_VALUE else ""
        found |= {f"{key}.{path}": each for path, each in inner.items()} if inner else {key: short}
    return found


def sources_in(text: str) -> dict[str, str]:
    """Return what stands directly in an object, by its key."""
    pairs = [part.partition(":") for part in parted(re.sub(r"^\{\s*|\s*\}$", "", text))]
    return {key.strip(): value.strip() for key, _, value in pairs if re.fullmatch(r"\w+", key.strip())}


def parted(inner: str) -> list[str]:
    """Return what stands between the commas of a list or an object."""
    parts, depth, quote, start = list[str](), 0, "", 0
    for at, one in enumerate(inner):
        if quote:
            quote = "" if one == quote and inner[at - 1] != "\\" else quote
        elif one in _QUOTES:
            quote = one
        elif one in "([{":
            depth += 1
        elif one in ")]}":
            depth -= 1
        elif one == "," and depth == 0:
            parts.append(inner[start:at])
            start = at + 1
    return [*parts, inner[start:]]
