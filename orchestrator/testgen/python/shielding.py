"""Give each test of a file the environment that it needs: without the variables of whoever runs it."""

from collections.abc import Sequence
from dataclasses import replace

from orchestrator.testgen.python.candidates import Candidate
from orchestrator.testgen.python.variables import ANEW, Shield, Variables, set_by


def shield(
    chosen: Sequence[Candidate], variables: Variables, anew: frozenset[int], *, with_mark: bool
) -> tuple[Sequence[Candidate], Shield]:
    """Return candidates with the fixtures that they ask for, and these; `anew` have modules loaded anew by number.

    `with_mark` when not all tests of the file may get the fixture: somebody else wrote some of them.
    """
    if not variables.names:
        return chosen, Shield()
    wanted = {each.number: _wanted(each, variables) for each in chosen}
    late = anew.intersection(wanted)
    every = sorted(set().union(*wanted.values()))
    made = variables.shield(every, with_mark=with_mark, anew=bool(late))

    def marked(each: Candidate) -> Candidate:
        own = (made.marked,) if made.marked and (wanted[each.number] or each.number in late) else ()
        return replace(
            each, fixtures=(*each.fixtures, *own, *((ANEW,) if each.number in late and made.has_anew else ()))
        )

    return [marked(each) for each in chosen], made


def can_be_shielded(chosen: Sequence[Candidate], variables: Variables) -> bool:
    """Say whether tests that depend on the environment still can be given one of their own."""
    wanted = set[str]().union(*(_wanted(each, variables) for each in chosen))
    return bool(variables.readers) or not wanted.issuperset(variables.movable)


def _wanted(each: Candidate, variables: Variables) -> set[str]:
    """Return what a test has to take out: what its call reads; of a test that is given as text nobody has seen that."""
    read = variables.movable if each.source else each.variables
    return set(read).intersection(variables.movable) - set_by(each.lines)
