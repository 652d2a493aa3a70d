"""Variables that only a `.env` of this machine sets, and what stands in for them while tests are made.

A `.env` may hold secrets, so none of its values gets into a test: secrets, addresses and whoever is named are made up
twice over, and a test that depends on one of them does not hold in the repeats. What is left (a number, a word like
`HS256`) says how the program works.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

_LINE = re.compile(r"^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=[ \t]*(.*?)\s*$")
_OF_THE_SYSTEM = re.compile(
    r"^(?:PATH|HOME|SHELL|USER|TMPDIR|IFS|TZ|(?:LD|DYLD|GIT)_\w+|(?:PYTHON|PYTEST|COVERAGE|ORCHESTRATE)\w*)$", re.I
)
_SECRET = re.compile(r"SECRET|PASS|TOKEN|KEY|PRIVATE|CREDENTIAL|SALT|PEPPER|SIGNATURE|DSN|USERNAME", re.I)
_ADDRESS = re.compile(r"^([a-z][a-z0-9+.-]*)://", re.I)
_WORD = re.compile(r"^[A-Za-z][A-Za-z0-9_-]{0,15}$|^-?\d{1,9}(?:\.\d{1,4})?$")
_MADE_UP = ("0a1b2c3d4e5f60718293a4b5c6d7e8f9", "f9e8d7c6b5a4938271605f4e3d2c1b0a")
_PEOPLE = ("ada@example.com", "ben@example.org")
_HOSTS = ("localhost", "example.com")


@dataclass(frozen=True, kw_only=True, slots=True)
class StandIns:
    """Values by name: `first` while exploring, `second` in half of the repeats."""

    first: dict[str, str] = field(default_factory=dict)
    second: dict[str, str] = field(default_factory=dict)


def find_stand_ins(*folders: Path) -> StandIns:
    """Return what stands in for the variables of the `.env` files of some folders; those of the first folder count."""
    found = StandIns()
    for folder in folders:
        try:
            rows = (folder / ".env").read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            continue
        for row in rows:
            read = _LINE.match(row)
            if read is not None and not _OF_THE_SYSTEM.match(read[1]) and (value := _value(read[2])):
                found.first.setdefault(read[1], _stand_in(read[1], value, 0))
                found.second.setdefault(read[1], _stand_in(read[1], value, 1))
    return found


def _value(text: str) -> str:
    quoted = re.match(r"(['\"])(.*?)\1\s*(?:#.*)?$", text)
    return quoted[2] if quoted else re.sub(r"(?:^|\s+)#.*$", "", text)


def _stand_in(name: str, value: str, which: int) -> str:
    address = _ADDRESS.match(value)
    if address is not None:
        return f"{address[1]}://{_HOSTS[which]}/orders"
    if "@" in value:
        return _PEOPLE[which]
    is_number = value.lstrip("-").replace(".", "", 1).isdigit()
    if _SECRET.search(name) and not is_number and value.lower() not in ("true", "false"):
        return _MADE_UP[which]
    return value if _WORD.match(value) else _HOSTS[which]
