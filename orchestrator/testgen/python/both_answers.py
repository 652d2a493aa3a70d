"""A question that tests only ever see answered one way is shown answered the other way as well.

A function that always says yes would pass them else; what it says of nothing at all is no answer by itself. Tests that
exist count: what they notice already is not shown once more.
"""

import re
from collections.abc import Sequence

from orchestrator.testgen.python.candidates import Candidate
from orchestrator.testgen.selection import OF_SAME_ANSWER, Settled, deeds, worth_of

_BOTH = frozenset(("True", "False"))
_NOTHING = frozenset(("", "''", '""', "b''", "[]", "{}", "()", "set()", "None", "0"))
_EMPTY = re.compile(r"\w+ = [A-Z]\w*\(\)")  # how an object is made of nothing
_MOST_ODD, _TOO_HARD = 1.5, 12.0  # oddness and cost of what is added


def with_other_answers(
    chosen: Sequence[Candidate], among: Sequence[Candidate], *, settled: Settled, min_gain: int = 1
) -> list[Candidate]:
    """Return what was chosen, and for each subject that says only yes, or only no, the plainest test of the other.

    Each of those does `min_gain` more than what is settled, whatever the chosen ones do.
    """
    adding = [each for each in among if _gain(each, settled) >= min_gain]
    said: dict[str, set[str]] = {}
    for each in chosen:
        if not each.label.startswith("raises_"):
            is_answer = each.verdict == "" or _is_about_something(each)
            said.setdefault(each.subject, set()).add(each.verdict if is_answer else "0")
    found = list(chosen)
    for subject, answers in said.items():
        for answer in sorted(_BOTH - answers) if answers <= {*_BOTH, "0"} else ():
            fitting = [each for each in adding if each.subject == subject and each.verdict == answer]
            plain = [each for each in fitting if each.oddness <= _MOST_ODD and each.cost < _TOO_HARD]
            telling = [each for each in plain if _is_about_something(each)]
            is_said = any(each.subject == subject and each.verdict == answer for each in chosen)
            added = sorted(telling if is_said else telling or plain, key=lambda each: (each.cost, each.number))[:1]
            found += added
            if is_said and added:
                _drop_what_tells_nothing(found, added[0], settled)
    return found


def _drop_what_tells_nothing(found: list[Candidate], told: Candidate, settled: Settled) -> None:
    """Remove all but one of the tests that give the answer of `told` about nothing at all, but for what does much."""
    alike = [each for each in found if (each.subject, each.verdict) == (told.subject, told.verdict)]
    for each in [each for each in alike if not _is_about_something(each)][1:]:
        others = {deed for other in found if other is not each for deed in deeds(other, settled)}
        if worth_of(set(deeds(each, settled)) - others) <= OF_SAME_ANSWER:
            found.remove(each)


def _gain(candidate: Candidate, settled: Settled) -> int:
    kills = len(candidate.kills - settled.kills)
    return max(kills, len(candidate.goals - settled.goals)) if kills else 0


def _is_about_something(candidate: Candidate) -> bool:
    """Say whether a question is asked of an object and about values that are not empty."""
    is_made_of_nothing = bool(candidate.lines) and _EMPTY.fullmatch(candidate.lines[0]) is not None
    return not is_made_of_nothing and not any(text in _NOTHING for _, text, _ in candidate.arguments)
