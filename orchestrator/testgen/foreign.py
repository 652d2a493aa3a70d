"""Values that somebody else may have in the variables of an environment: other ones than any test sets."""

import re
from collections.abc import Iterable

_OF_RUNNER = frozenset(("PATH", "HOME", "TZ", "CI", "NODE_ENV", "NODE_OPTIONS", "LANG", "PYTHONPATH", "VIRTUAL_ENV"))
_OF_INTERPRETERS = re.compile(
    r"(PYTHON|PYTEST|COVERAGE|LC_|LD_|DYLD_|GIT_|ORCHESTRATE)\w*"
    r"|LANGUAGE|TMPDIR|TEMP|TMP|USER|LOGNAME|SHELL|TERM|PWD|IFS"
)
_PLACES = (("REDIS", "redis://elsewhere.example:6379/1"), ("MONGO", "mongodb://elsewhere.example/other"))
_DATABASE = re.compile(r"DATABASE|POSTGRES|PG|SQL|DB")
_ADDRESS = re.compile(r"UR[LI]S?$|DSN$|ORIGINS?$|ENDPOINT$|BROKERS?$")
_AMOUNT = re.compile(
    r"(^|_)(PORT|SECONDS?|MINUTES?|HOURS?|DAYS?|MS|TTL|MAX|MIN|LIMIT|SIZE|LENGTH|COUNT|TIMEOUT|INTERVAL|RETRIES|ROUNDS"
    r"|POOL|WORKERS|CONCURRENCY|EXPIRES?)(_|$)"
)
_COST = re.compile(r"(^|_)(ROUNDS|COST|FACTOR|ITERATIONS)(_|$)")  # one more of bcrypt takes twice as long
_LASTING = re.compile(r"(^|_)(EXPIRES?|EXPIRY|EXPIRATION|LIFETIME)(_|$)")  # in seconds or, as a text of digits, in ms
_FLAG = re.compile(r"(^|_)(ENABLED?|DISABLED?|DEBUG|VERBOSE|USE|IS|FORCE|TRUST|SSL|TLS|SECURE|SKIP|WITH)(_|$)")
_SECRET = re.compile(r"SECRET|KEY|TOKEN|PASSWORD|SALT")


def foreign_environment(names: Iterable[str]) -> dict[str, str]:
    """Return for each variable a value that its name lets expect; none for those that interpreters and tools need."""
    return {name: foreign_value(name) for name in dict.fromkeys(names) if not is_left_alone(name)}


def is_left_alone(name: str) -> bool:
    """Say whether it is a variable that an interpreter or a tool needs: no test may take it away."""
    return name in _OF_RUNNER or _OF_INTERPRETERS.fullmatch(name) is not None


def is_amount(name: str) -> bool:
    """Say whether a variable of this name holds a number: a count, a size, a time, a port."""
    return _AMOUNT.search(name) is not None


def ends_in_amount(name: str) -> bool:
    """Say whether the last word of a name is an amount: whatever else is named is only counted."""
    return is_amount(name.rpartition("_")[2])


def foreign_value(name: str) -> str:
    """Return what a variable of this name may hold on another machine."""
    if _ADDRESS.search(name):
        known = (value for word, value in _PLACES if word in name)
        other = "postgresql://elsewhere.example:5432/other" if _DATABASE.search(name) else "https://elsewhere.example"
        return next(known, other)
    if _COST.search(name):
        return "5"
    if _LASTING.search(name):
        return "36610"
    if is_amount(name):
        return "61"
    if _FLAG.search(name):
        return "true"
    if _SECRET.search(name):
        return "a-value-of-somebody-else-that-is-long-enough"
    return "error" if name.endswith("LEVEL") else "elsewhere.example"
