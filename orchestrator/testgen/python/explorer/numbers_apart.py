"""Call methods once more on an object whose numbers are all set and differ: there a reader sees what they do."""

from collections.abc import Sequence

from .contents import equals
from .corpus import INSTANCE, Try
from .receivers import shows_parts, with_numbers_apart
from .search import Search
from .subjects import Subject

_OF_EACH = 3  # calls of one method


def call_on_numbers_apart(search: Search, subjects: Sequence[Subject], until: float) -> None:
    """Repeat the plainest calls of each method that tells what its object is made of, as long as there is time."""
    tries = sorted(search.corpus.tries.values(), key=lambda each: (each.cost, each.program.call))
    for subject in subjects:
        own = [made for made in tries if made.subject is subject and len(made.program.setup) == 1]
        for made in [each for each in own if shows_parts(subject, each.outcome)][:_OF_EACH]:
            if search.caller.stopwatch.now() > until:
                search.cut_short = True
                return
            maker, arguments = search.makers.made_by(made.program.setup[0].partition(" = ")[2])
            apart = with_numbers_apart(maker, arguments)
            owner = maker.write(apart, search.names) if maker is not None and apart is not None else None
            if owner is not None and not _gives_itself(search, made, owner):
                search.attempt(subject, made.arguments, INSTANCE, (f"{INSTANCE} = {owner}",))


def _gives_itself(search: Search, made: Try, owner: str) -> bool:
    """Say whether a method gives the same as the object on which it is called: it shows nothing there."""
    namespace = search.caller.run((f"{INSTANCE} = {owner}", f"held = {made.program.call}"))
    return namespace is None or equals(namespace["held"], namespace[INSTANCE])
