"""What comes out of a call as a list, in the words of a title."""

import re
from collections.abc import Sequence

from orchestrator.testgen.typescript.candidates import Candidate
from orchestrator.testgen.typescript.echoes import is_echo
from orchestrator.testgen.typescript.sources import LONGEST_VALUE, object_in, parted, parts_of

_ID = re.compile(r"(^|_)id$|Id$")  # says something of an order alone
_TEXT = re.compile(r"""'[^'\\]+'|["][^"\\]+["]""")


def list_in_words(candidate: Candidate) -> str:
    """Return what a list is: the one that went in, some of it, the text or the object with which it begins."""
    items = [each.strip() for each in parted(candidate.expected[1:-1])]
    if kept := _kept(items, candidate):
        return kept
    if all(_TEXT.fullmatch(each) for each in items) and len(items[0]) <= LONGEST_VALUE + 10:
        more = len(items) - 1
        return f"{items[0]}{'' if more == 0 else ' and one more' if more == 1 else f' and {more} more'}"
    key = _key(items, candidate)
    values = [parts_of(object_in(each)).get(key, "") for each in items]
    if len(items) == 1 or not key:
        return f"a list of {'one' if len(items) == 1 else len(items)}{f' with {key} {values[0]}' if key else ''}"
    told = f"{key} {', '.join(values[:-1])} and {values[-1]}"
    return f"a list with {told}" if len(told) <= LONGEST_VALUE else f"a list that begins with {key} {values[0]}"


def _kept(items: Sequence[str], candidate: Candidate) -> str:
    """Return which part of a list that was given comes out; "" where that is something else."""
    for name, text in candidate.args:
        given = [each.strip() for each in parted(text[1:-1])] if text.startswith("[") else []
        if len(given) > 1 and sorted(items) == sorted(given):
            many = f"{len(given)} " if name.endswith("s") else ""
            return f"the {many}{name} {'as given' if list(items) == given else 'in another order'}"
        if len(given) > len(items) and all(items.count(each) <= given.count(each) for each in items):
            return f"{'one' if len(items) == 1 else len(items)} of the {len(given)} {name}"
    return ""


def _key(items: Sequence[str], candidate: Candidate) -> str:
    """Return what the objects of a list are told by: what others say otherwise, if it did not go in before all else."""
    told = [{key: value for key, value in parts_of(object_in(each)).items() if value} for each in items]
    names = [key for key in told[0] if len(items) == 1 or any(each.get(key) != told[0][key] for each in told[1:])]
    made = [key for key in names if not any(is_echo(key, each[key], candidate) for each in told if key in each)]
    values = {key: [each[key] for each in told] for key in names if all(key in each for each in told)}
    telling = [key for key, each in values.items() if not (_ID.search(key) and each == sorted(each))]
    others = telling if len(items) > 1 else []
    return next((key for key in [*(each for each in made if each in telling), *others]), "")
