"""Variables that only a `.env` of this machine sets, and what stands in for them while tests are made.

A `.env` may hold secrets, so its values are made up twice over, and a test that depends on one of them does not hold in
the repeats. What stays is a short list that tells nothing of anybody: amounts, switches, levels of a log, names of
algorithms. A name that sounds secret spares no value.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.testgen.foreign import ends_in_amount, is_amount, is_left_alone

_LINE = re.compile(r"^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=[ \t]*(.*?)\s*$")
_SECRET = re.compile(
    r"SECRET|PASS|PWD|TOKEN|KEY|PRIVATE|CREDENTIAL|SALT|PEPPER|SIGNATURE|DSN|USERNAME|(^|_)(AUTH|LOGIN|PIN|USER)$"
)
_ALGORITHM_OF = re.compile(r"(^|_)ALG(ORITHM)?$")  # what a secret is used with is none
_ADDRESS = re.compile(r"^([a-z][a-z0-9+.-]*)://", re.I)
_NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,4})?")
_SWITCHES = ("true", "false")
_KNOWN = re.compile(
    r"true|false|yes|no|on|off|trace|debug|info|warn(ing)?|error|critical|fatal"
    r"|dev(elopment)?|prod(uction)?|staging|test(ing)?|local|[HREP]S(256|384|512)|EdDSA|sha(1|224|256|384|512)|bcrypt|argon2",
    re.I,
)
_NUMBERS, _FRACTIONS = ("5381", "7649", "2917"), ("0.25", "0.75", "0.5")
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
            if read is not None and not is_left_alone(read[1]) and (value := _value(read[2])):
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
    if _may_stay(name.upper(), value):
        return value
    if _NUMBER.fullmatch(value):
        return [each for each in (_FRACTIONS if "." in value else _NUMBERS) if each != value][which]
    if value.lower() in _SWITCHES:
        return _SWITCHES[which]
    return _MADE_UP[which] if _SECRET.search(name.upper()) else _HOSTS[which]


def _may_stay(name: str, value: str) -> bool:
    """Say whether a value says how the program works, and nothing of whoever runs it."""
    is_number = _NUMBER.fullmatch(value) is not None
    if _SECRET.search(name) and not (ends_in_amount(name) if is_number else _ALGORITHM_OF.search(name)):
        return False
    return is_amount(name) if is_number else _KNOWN.fullmatch(value) is not None
