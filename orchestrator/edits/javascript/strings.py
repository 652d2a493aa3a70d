"""What a string literal of JavaScript stands for (ECMA-262, 12.9.4)."""

import re

_ESCAPE = re.compile(
    r"\\(?:u\{(?P<point>[0-9a-fA-F]+)\}|u(?P<unit>[0-9a-fA-F]{4})|x(?P<byte>[0-9a-fA-F]{2})"
    r"|(?P<end>\r\n|[\n\r\u2028\u2029])|(?P<zero>0(?![0-9]))|(?P<one>[^0-9ux]))",
    re.DOTALL,
)
_NAMED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
_ODD = re.compile(r"\\[0-9ux]")


def string_value(source: str) -> str | None:
    """Return the text of a literal in quotes or backticks; None when it is computed or cannot be told."""
    body = source[1:-1]
    if source[0] == "`":
        if "${" in body:
            return None
        body = body.replace("\r\n", "\n").replace("\r", "\n")
    if "\\" not in body:
        return body
    if _ODD.search(_ESCAPE.sub("", body)):
        return None
    try:
        return _paired(_ESCAPE.sub(_meaning, body))
    except ValueError:
        return None


def _meaning(found: re.Match[str]) -> str:
    for group in ("point", "unit", "byte"):
        if found[group] is not None:
            return chr(int(found[group], 16))
    if found["end"] is not None:
        return ""
    if found["zero"] is not None:
        return "\0"
    return _NAMED.get(found["one"], found["one"])


def _paired(text: str) -> str:
    """Join surrogates that were written one by one."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
