"""Make text from outside safe to show: what a terminal would obey becomes visible instead."""

import re

# C0 but newline and tab, DEL, C1, line and paragraph separators, bidi controls, zero-width characters, lone surrogates.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_COLOUR = re.compile("\x1b\\[[0-9;:]*m")
_OVERWRITTEN = re.compile("[^\n]*\r(?!\n)")


def sanitize(text: str) -> str:
    r"""Return the text with control, bidi and zero-width characters spelled out (`\x1b`); newline and tab stay."""
    return _UNSAFE.sub(_spelled, text)


def sanitize_coloured(text: str) -> str:
    """Return the text sanitized but for colour sequences (`ESC [ digits m`), which cannot move or type anything."""
    pieces: list[str] = []
    start = 0
    for colour in _COLOUR.finditer(text):
        pieces += (sanitize(text[start : colour.start()]), colour[0])
        start = colour.end()
    return "".join(pieces) + sanitize(text[start:])


def plain(output: bytes) -> str:
    """Return a program's output as it would stand on paper: no colours, of a line written over itself the last."""
    text = _COLOUR.sub("", output.decode("utf-8", "replace")).replace("\r\n", "\n")
    return sanitize(_OVERWRITTEN.sub("", text.rstrip("\r")))


def _spelled(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
