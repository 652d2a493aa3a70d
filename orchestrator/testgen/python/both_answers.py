"""A question that tests only ever see answered one way is shown answered the other way as well.

A function that always says yes would pass them else.
"""

from collections.abc import Sequence

from orchestrator.testgen.python.candidates import Candidate

_BOTH = frozenset(("True", "False"))
_MOST_ODD, _TOO_HARD = 1.5, 12.0  # oddness and cost of what is added


def with_other_answers(chosen: Sequence[Candidate], among: Sequence[Candidate]) -> list[Candidate]:
    """Return what was chosen, and for each subject that says only yes, or only no, the plainest test of the other."""
    said: dict[str, set[str]] = {}
    for each in chosen:
        said.setdefault(each.subject, set()).add(each.verdict)
    found = list(chosen)
    for subject, answers in said.items():
        missing = _BOTH - answers if len(answers) == 1 else frozenset()
        if len(missing) != 1:
            continue
        fitting = [each for each in among if each.subject == subject and each.verdict in missing]
        plain = [each for each in fitting if each.oddness <= _MOST_ODD and each.cost < _TOO_HARD]
        found += sorted(plain, key=lambda each: (each.cost, each.number))[:1]
    return found
