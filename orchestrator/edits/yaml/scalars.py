"""Scalars: what a plain one means in the YAML 1.2 core schema, and how a value is written so that 1.1 reads the same.

GitHub, most linters and most editors read 1.2 (or nearly), PyYAML and many scripts 1.1: `yes`, `012` or `3:25` are a
text in one and something else in the other, so a text that either of them would take for something else gets quotes.
"""

import math
import re

from orchestrator.edits.result import EditCode, Refusal
from orchestrator.models.json import Json

INT = re.compile(r"[-+]?[0-9]+\Z|0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
INFINITE = re.compile(r"(?P<sign>[-+]?)\.(?:inf|Inf|INF)\Z")
NAN = re.compile(r"\.(?:nan|NaN|NAN)\Z")
NULLS = frozenset(("", "~", "null", "Null", "NULL"))
TRUES = frozenset(("true", "True", "TRUE"))
FALSES = frozenset(("false", "False", "FALSE"))
MOST_DIGITS = 4_000  # Python refuses to read longer numbers

_OTHER_READERS = re.compile(
    r"(?:y|n|yes|no|on|off|true|false|null|~|<<|=)\Z"
    r"|(?=.*\d)[-+]?[0-9._:][-+0-9._:eExXobaA-Fa-f]*\Z"  # numbers of 1.1: 1_000, 0b1, 3:25, 012, dates
    r"|\d{4}-\d\d?-\d\d?(?:[Tt\s].*)?\Z",
    re.IGNORECASE,
)
_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`")
_ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0", "\x1b": "\\e"}
# What may not stand in a YAML text, or is a line break for some readers, or is invisible.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u2028\u2029\u200b-\u200f\u202a-\u202e\ufeff\ufffe\uffff]")


def resolve(text: str) -> Json:
    """Return what a plain scalar means in the YAML 1.2 core schema."""
    if text in NULLS:
        return None
    if text in TRUES:
        return True
    if text in FALSES:
        return False
    if INT.match(text) and len(text) < MOST_DIGITS:
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if FLOAT.match(text):
        return float(text)
    if found := INFINITE.match(text):
        return -math.inf if found["sign"] == "-" else math.inf
    return math.nan if NAN.match(text) else text


def write_scalar(
    value: Json, *, quote: str = "'", prefer: str = "", in_flow: bool = False, is_key: bool = False
) -> str:
    """Return a scalar on one line.

    `quote` is the character for a text that needs quotes, `prefer` one that is used in any case ("" = none).
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _float(value)
    text = str(value)
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise Refusal(EditCode.PARAM, "a text holds half of a surrogate pair, which no file can")
    if "\n" in text or "\t" in text or _UNPRINTABLE.search(text):
        return _double(text)
    if is_key and text == "on":  # every workflow starts with it, and nobody quotes it
        return text
    wanted = prefer or (quote if needs_quotes(text, in_flow=in_flow) else "")
    if wanted == '"':
        return _double(text)
    return "'" + text.replace("'", "''") + "'" if wanted else text


def needs_quotes(text: str, *, in_flow: bool = False) -> bool:
    """Say whether some reader would not take the plain text for this very text."""
    if not text or text != text.strip() or text.endswith(":") or ": " in text or " #" in text:
        return True
    if text[0] in _INDICATORS and not (text[0] in "-?:" and len(text) > 1 and text[1] not in " ,[]{}" and not in_flow):
        return True
    if text.startswith(("---", "...")) or _OTHER_READERS.match(text):
        return True
    return in_flow and any(character in "[]{},:?" for character in text)  # some readers end a key at any `?`


def fits_literal(text: str) -> bool:
    """Say whether a text of several lines can stand as a `|` block without any doubt about its value."""
    if "\n" not in text or text.endswith("\n\n") or text[0] in " \n\t":
        return False
    if "\r" in text or _UNPRINTABLE.search(text.replace("\n", "")):
        return False
    return all(line == "" or line.strip() != "" for line in text.split("\n"))


def _float(value: float) -> str:
    if math.isnan(value):
        return ".nan"
    if math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    return repr(value)


def _double(text: str) -> str:
    def escape(found: re.Match[str]) -> str:
        character = found[0]
        return _ESCAPED.get(character) or (f"\\x{ord(character):02x}" if ord(character) < 256 else _unicode(character))

    escaped = re.sub(r'[\\"\n\t\r]', escape, text)
    return '"' + _UNPRINTABLE.sub(escape, escaped) + '"'


def _unicode(character: str) -> str:
    return f"\\u{ord(character):04x}" if ord(character) < 0x10000 else f"\\U{ord(character):08x}"
