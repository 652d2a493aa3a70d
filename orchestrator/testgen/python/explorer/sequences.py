"""Call methods of one instance after another: state is reached in steps."""

import random
import re
from collections.abc import Mapping, Sequence

from .corpus import INSTANCE, Try
from .database import SESSION
from .places import FOLDER, is_given_place, look_into_folders
from .search import Search
from .subjects import Argument, Arguments, Subject

_LONGEST = 7  # steps
_CHANGES = 6  # calls of one function that others are called after
_REFUSED = 400
_SAME = 0.5  # of the calls: with what calls before were given for the same names
_PARTS = 4  # into so many the calls are parted at most, however many classes there are
_OF_ITS_OWN = 0.35  # of the calls: with what another method of the object gave
_GIFTS = (str, bytes, tuple, list, dict)
_STEPS = ("method", "setter")
_IS_STEP = re.compile(rf"{INSTANCE}((\.\w+)?\(|\[)|setattr\(|operator\.(setitem|delitem)\(")


class Sequences:
    """Lengthen the sequences of calls that led somewhere new."""

    def __init__(self, search: Search, rng: random.Random) -> None:
        self._search = search
        self._rng = rng

    def explore(self, subjects: Sequence[Subject], calls: int, seconds: float) -> None:
        """Try up to `calls` sequences over the methods of all classes."""
        until = self._search.caller.stopwatch.now() + seconds
        by_owner: dict[type, list[Try]] = {}
        for made in self._search.corpus.tries.values():
            is_call = made.subject.kind in _STEPS and made.instance == INSTANCE
            if is_call and made.outcome.kind in ("value", "raised") and not made.subject.is_private:
                by_owner.setdefault(made.subject.owner or object, []).append(made)
        for owner, tries in by_owner.items():
            members = [each for each in subjects if each.owner is owner and each.needs_object and not each.is_private]
            constructors = self._search.instances_of(members[0]) if members else []
            starts: list[tuple[str, ...]] = [(f"{INSTANCE} = {each}",) for each in constructors]
            if starts and not self._lengthen(members, tries, starts, calls // min(len(by_owner), _PARTS), until):
                return
        look_into_folders(self._search, _as_step)
        self._after_changes(subjects, calls, until)

    def _after_changes(self, subjects: Sequence[Subject], calls: int, until: float) -> None:
        """Call functions and routes after calls that changed the module's data."""
        kinds = ("function", "route")
        tries = [made for made in self._search.corpus.tries.values() if made.subject.kind in kinds]
        steps: dict[str, list[Try]] = {}
        for made in tries:
            is_change = (
                made.outcome.changed
                or _is_given_session(made)
                or is_given_place(made)
                or (self._search.keeps_rows and _is_accepted(made))
            )
            is_change = is_change and not made.subject.is_private
            if is_change and made.outcome.kind == "value" and not made.program.setup:
                steps.setdefault(made.subject.name, []).append(made)
        members = [each for each in subjects if each.kind in kinds and not each.is_private]
        known = {each.name: [made.arguments for made in tries if made.subject is each] for each in members}
        names = sorted(steps)
        for _ in range(calls if names and members else 0):
            if self._search.caller.stopwatch.now() > until:
                self._search.cut_short = True
                return
            chosen = [self._rng.choice(names) for _ in range(self._rng.choice((1, 1, 2)))]
            before = [self._rng.choice(steps[name][:_CHANGES]) for name in chosen]
            member = self._rng.choice(members)
            if known[member.name]:
                arguments = self._rng.choice(known[member.name])
                is_kept = SESSION in arguments or any(FOLDER in each for each in arguments if isinstance(each, str))
                if is_kept and self._rng.random() < _SAME:  # what was put in is looked for
                    arguments = _with_same(member, arguments, _given_to(before))
                self._search.attempt(member, arguments, "", [_as_step(each, each.program.call) for each in before])

    def _lengthen(
        self, members: list[Subject], tries: list[Try], starts: list[tuple[str, ...]], calls: int, until: float
    ) -> bool:
        """Grow the list of beginnings; False when the time is over."""
        known = {each.name: [made for made in tries if made.subject is each] for each in members}
        passed = [made for made in tries if made.outcome.kind == "value"]
        came_through = {made.subject.name for made in passed}
        # What fails on every new object may come through after other steps: to take out, something has to be in.
        steps = _some_of_each([*passed, *(made for made in tries if made.subject.name not in came_through)])
        gifts = [
            made.program.call
            for made in _some_of_each(
                [made for made in passed if type(made.outcome.value) in _GIFTS and not made.outcome.how]
            )
        ]
        known_given: dict[tuple[str, ...], Mapping[str, Argument]] = {}
        for _ in range(calls):
            if self._search.caller.stopwatch.now() > until:
                self._search.cut_short = True
                return False
            start = self._rng.choice(starts[-8:] if self._rng.random() < 0.5 else starts)
            more, given = self._steps(steps, known_given.get(start, {}))
            setup = (*start, *more)
            member = self._rng.choice(members)
            arguments = self._rng.choice(known[member.name]).arguments if known[member.name] else ()
            if len(arguments) == len(member.parameters) and self._rng.random() < _SAME:
                arguments = _with_same(member, arguments, given)
            if gifts and arguments and self._rng.random() < _OF_ITS_OWN:
                arguments = self._with_gift(arguments, gifts, member)
            if len(arguments) != len(member.parameters) or len(setup) > _LONGEST:
                continue
            made = self._search.attempt(member, arguments, INSTANCE, setup)
            if made is not None and made.leads_on and made.outcome.kind == "value":
                step = _as_step(made, made.program.call)
                starts.append((*setup, step) if _IS_STEP.match(made.program.call) else setup)
                known_given[starts[-1]] = given
        return True

    def _steps(
        self, steps: Sequence[Try], before: Mapping[str, Argument]
    ) -> tuple[tuple[str, ...], dict[str, Argument]]:
        """Return some calls to make one after another, often with what those before were given for the same names."""
        calls: list[str] = []
        given = dict(before)
        for _ in range(self._rng.choice((0, 1, 1, 2, 3)) if steps else 0):
            made = self._rng.choice(steps)
            arguments = made.arguments
            if self._rng.random() < _SAME:
                arguments = _with_same(made.subject, arguments, given)
            call = made.subject.write(arguments, self._search.names, INSTANCE) or made.program.call
            calls.append(_as_step(made, call))
            given |= {each.name: value for each, value in zip(made.subject.parameters, arguments, strict=True) if value}
        return tuple(calls), given

    def _with_gift(self, arguments: Arguments, gifts: Sequence[str], member: Subject) -> Arguments:
        """Return arguments of which one is what another method of the same object gives: signed, then verified."""
        others = [each for each in gifts if not each.startswith(f"{INSTANCE}.{member.short}(")]
        places = [n for n, each in enumerate(arguments) if isinstance(each, str)]
        if not others or not places:
            return arguments
        place = self._rng.choice(places)
        return (*arguments[:place], self._rng.choice(others), *arguments[place + 1 :])


def _as_step(made: Try, call: str) -> str:
    """Return a call as a line before another one: what is not awaited does nothing."""
    return f"asyncio.run({call})" if made.outcome.how == "await" else call


def _is_given_session(made: Try) -> bool:
    """Say whether a function was given the database of the test: what it put in is there for the next."""
    return made.subject.kind == "function" and SESSION in made.arguments


def _is_accepted(made: Try) -> bool:
    """Say whether a request asked for a change and was not refused: what it made may lie in a database."""
    asks_for_change = made.subject.kind == "route" and not made.subject.name.startswith("get_")
    return asks_for_change and made.outcome.kind == "value" and made.outcome.value.status_code < _REFUSED


def _given_to(tries: Sequence[Try]) -> dict[str, Argument]:
    """Return what calls were given, by the names of their parameters."""
    pairs = [pair for made in tries for pair in zip(made.subject.parameters, made.arguments, strict=True)]
    return {each.name: value for each, value in pairs if value}


def _with_same(subject: Subject, arguments: Arguments, given: Mapping[str, Argument]) -> Arguments:
    """Return arguments with what calls before were given for the same names: what was put in is found."""
    pairs = zip(subject.parameters, arguments, strict=True)
    return tuple(given.get(each.name, value) if value is not None else None for each, value in pairs)


def _some_of_each(tries: Sequence[Try]) -> list[Try]:
    """Return calls to use as steps: some of every method, so that none crowds out the others."""
    by_subject: dict[str, dict[str, Try]] = {}
    for made in tries:
        if _IS_STEP.match(made.program.call):
            by_subject.setdefault(made.subject.name, {}).setdefault(made.program.call, made)
    return [calls[text] for calls in by_subject.values() for text in sorted(calls, key=len)[:6]]
