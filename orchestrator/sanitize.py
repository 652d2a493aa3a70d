"""Make text of unknown origin harmless for a terminal: what would steer it becomes visible instead.

Names, messages and output come from documents, programs and agents. An escape sequence in them could move the cursor,
set the clipboard or hide text; a bidi control makes text read as something else (CVE-2021-42574, CVE-2024-52005).
"""

import re
import unicodedata

TAB = 4
_SGR = re.compile(r"\x1b\[[0-9;]{0,64}m")
_OVERWRITTEN = re.compile("[^\n]*\r(?!\n)")
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|\][^\x07\x1b]{0,4096}(?:\x07|\x1b\\))")


def line(text: str) -> str:
    r"""Return the text as one line: controls, bidi marks and line ends as `\x1b`, `\u202e`, `\n`."""
    if text.isprintable():
        return text
    return "".join(char if _is_plain(char) else _visible(char) for char in text)


def block(text: str) -> str:
    """Return the text with its line ends, tabs as spaces, everything else that steers a terminal made visible."""
    return "\n".join(line(part.expandtabs(TAB)) for part in text.replace("\r\n", "\n").split("\n"))


def output(text: str, *, colour: bool = False) -> str:
    r"""Return one line of a program's output as a terminal would have shown it last.

    What a progress bar overwrote by `\r` is left out, and so are escape sequences; with `colour` the sequences for
    colours and bold stay, and are closed at the end.
    """
    last = next((part for part in reversed(text.rstrip("\r\n").split("\r")) if part), "")
    if "\x1b" not in last:
        return line(last.expandtabs(TAB))
    if not colour:
        return line(_ESCAPES.sub("", last).expandtabs(TAB))
    parts = [line(_ESCAPES.sub("", part).expandtabs(TAB)) for part in _SGR.split(last)]
    codes = [*_SGR.findall(last), "\x1b[0m"]
    return "".join(text + code for text, code in zip(parts, codes, strict=True))


def coloured(text: str) -> str:
    """Return lines of a program's output with their colours; whatever else steers a terminal is made visible."""
    parts = (block(part) for part in _SGR.split(text))
    codes = [*_SGR.findall(text), ""]
    return "".join(part + code for part, code in zip(parts, codes, strict=True))


def plain(data: bytes) -> str:
    """Return a program's output as it would stand on paper: no colours, of a line written over itself the last."""
    text = _SGR.sub("", data.decode("utf-8", "replace")).replace("\r\n", "\n")
    return block(_OVERWRITTEN.sub("", text.rstrip("\r")))


def _is_plain(char: str) -> bool:
    """Say whether a character only shows itself; spaces of other widths do, line separators do not."""
    return char.isprintable() or unicodedata.category(char) == "Zs"


def _visible(char: str) -> str:
    short = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(char)
    if short:
        return short
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
