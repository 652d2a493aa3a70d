"""How much of what is told a title has room for, and in which order one says it."""

from collections import Counter
from collections.abc import Sequence

from orchestrator.testgen.typescript.candidates import Candidate

LONGEST = 98
_NOTHING = ("undefined", "[]", "null", "0")  # rows that are found, or changed


def within(title: str, told: Sequence[str]) -> str:
    """Return a title with as much of what is told as there is room for; nothing is cut off in the middle of a claim."""
    words = title if len(title) <= LONGEST else title[:LONGEST].rsplit(" ", 1)[0]
    last = ""
    for each in told:
        begin, _, rest = each.partition(" ")
        more = f" and {rest}" if begin == last else f" {each}"
        if len(words) + len(more) <= LONGEST:
            words, last = words + more, begin
    return words


def roomy(heads: Sequence[str], told: Sequence[str]) -> str:
    """Return a title with the first head that leaves room for all that is told; else with the first that fit the last.

    What is told comes in the order in which it matters, and is said in the order in which one says it.
    """
    for head in heads:
        if len(" ".join([head, *told])) <= LONGEST:
            return within(head, _spoken(told))
    left, fitting = LONGEST - len(heads[-1]), list[str]()
    for each in told:
        if len(each) < left:
            fitting.append(each)
            left -= len(each) + 1
    return within(heads[-1], _spoken(fitting))


def circumstances(candidate: Candidate) -> str:
    """Return in words that a query fails or nothing is found, and what went before."""
    parts = []
    if candidate.is_fault:
        parts.append(" when a query fails")
    elif candidate.answers:
        empty = all(each in _NOTHING for each in candidate.answers)
        parts.append(" when nothing is found" if empty else "")
    return "".join([*parts, after(candidate)])


def after(candidate: Candidate) -> str:
    """Return in words which calls went before, and how often."""
    if not candidate.steps:
        return ""
    return f" after {' and '.join(_often(step, count) for step, count in Counter(candidate.steps).items())}"


def _spoken(told: Sequence[str]) -> list[str]:
    """Return conditions in the order in which one says them: what is given, then when something happens."""
    return sorted(told, key=lambda each: each.startswith("when "))


def _often(step: str, count: int) -> str:
    return step if count == 1 else f"{step} twice" if count == 2 else f"{step} {count} times"
