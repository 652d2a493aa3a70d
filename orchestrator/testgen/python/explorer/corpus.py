"""The calls that were carried out, and what they reached together."""

import functools
import re
from collections import deque
from dataclasses import dataclass, field

from .brief import brief_text
from .calling import Outcome, Program
from .fitting import unfitting
from .subjects import Argument, Arguments, Subject
from .wording import oddness, renamed
from .words import PLAINLY_WRONG, words_for

INSTANCE = "instance"
_QUOTED, _EMPTY = ("'", '"', "b"), ("''", "b''")
_PERCENT = "percent"
_DIGITS = re.compile(r"""(['"])-?[\d.]+\1""")
_CONSTANT_LAMBDA = re.compile(r"lambda[^:]*: (True|False|None|-?\d+)")
_PLAIN, _PLAIN_EXAMPLE = 0.5, 4.0  # of oddness, at most
_EXAMPLE = 2  # of plainness
_SHOWN = 0.4  # of what looks odd where somebody explains the function by it
_OF_PRIVATE = 1.5
_OF_SAME_ANSWER = 2.5  # for a function that answers the same whatever it is asked
_OF_NO_CHANGE = 1.0
_OF_OWN = 1.2  # for what the object itself gives: nobody sees what that is
_ROUND_TRIP = re.compile(rf"{INSTANCE}\.\w+\([^(),]+\)")  # what it makes of one value
_OF_OTHER_CLASS = 0.6
_OF_NO_EQUAL, _EQUAL = 2.0, ("__eq__", "__ne__")  # that raises: nobody means that, whatever is on the other side
_OF_PASSED_ON = 0.6  # of what is odd about what one function makes and another takes: that is what it is for
_OF_NEGATIVE_PART = 0.6  # of an object with which all goes well: few may have one, and where it is refused it is meant
_NEGATIVE_PART = re.compile(r"\b[A-Z]\w*\((?:[^()]*[ =])?-\d")
_LONGEST_GARBAGE = 1000  # characters that are looked at
_OF_GARBAGE = 0.8  # where bytes come out that say nothing: what went in was none of what is meant
_COMPARING = frozenset(("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"))
_NEUTRAL_OF = {"__mul__": "1", "__rmul__": "1", "__truediv__": "1", "__floordiv__": "1", "__pow__": "1", "__add__": "0"}
_CALLED = ("function", "method", "static", "classmethod")


@dataclass(eq=False)
class Try:
    """One call that was carried out."""

    subject: Subject
    arguments: Arguments
    instance: str
    program: Program
    outcome: Outcome
    origin: str = ""  # "example" when the call stands in a docstring
    is_new: bool = False
    leads_on: bool = False  # it went where none before went, whether or not it came through
    strange: int = 0  # arguments of a kind that the hints do not allow
    unfit: float = 0.0  # how badly suits what the object is made of
    passed_on: frozenset[str] = frozenset()  # arguments that a call of something else gave
    is_idle: bool = False  # it gives back what it is given, as it does without one of its options

    @property
    def is_accident(self) -> bool:
        """Say whether it shows what happens to come of a value that nobody gives, or of an error nobody meant."""
        outcome = self.outcome
        if outcome.kind != "raised" or self.subject.kind in ("route", "program", "config"):
            return False
        is_usual = isinstance(outcome.error, (LookupError, StopIteration)) and self.subject.owner is not None
        is_told = is_usual or self.subject.tells_of(type(outcome.error).__name__)
        return not outcome.is_explicit and (self.strange > 0 or not is_told)

    @property
    def _shows_little(self) -> bool:
        """Say whether the result is empty, nothing, or what was given: many ways lead to that."""
        value = self.outcome.value
        if self.outcome.kind != "value" or type(value) not in (str, bytes, int, float, list, tuple, dict, set):
            return False
        text = self._text if type(value) in (str, bytes, list, tuple) else None
        return not value or (text is not None and any(_is_same_text(each, text) for each in self.arguments))

    @functools.cached_property
    def _text(self) -> str | None:
        return brief_text(self.outcome.value)

    @property
    def plainness(self) -> int:
        """Return 2 for a person's example that shows what its subject is for, 1 for an ordinary call, else 0."""
        if self.outcome.kind != "value" or self.subject.kind not in _CALLED or self.outcome.value is None:
            return 0
        if self._shows_little:
            return 0
        is_example = self.origin == "example" and self.oddness <= _PLAIN_EXAMPLE
        return _EXAMPLE if is_example else int(self.oddness <= _PLAIN)

    @property
    def is_telling_example(self) -> bool:
        """Say whether it is a person's example that shows what its subject is for."""
        return self.plainness == _EXAMPLE

    @functools.cached_property
    def oddness(self) -> float:
        """Say how strange what is given looks to a reader; 0 is natural."""
        if self.subject.kind == "config":  # what is set there has to fit the variable
            return 0.0
        given = (self.program.call, *(each.partition(" = ")[2] or each for each in self.program.setup))
        strange = (
            2.0 * self.strange + _OF_PRIVATE * self.subject.is_private + 0.6 * self._repeats + 1.2 * self._without_sign
        )
        strange += _OF_SAME_ANSWER * sum(answers_alike(each) for each in self.arguments) + self.unfit
        strange += unfitting(self.arguments, self.subject.parameters, makes_object=self.subject.kind == "class")
        strange += _OF_GARBAGE * self._gives_garbage
        is_taken = self.outcome.kind != "raised"
        strange += _OF_NO_EQUAL * (not is_taken and self.subject.short in _EQUAL)
        strange += _OF_NEGATIVE_PART * is_taken * sum(_NEGATIVE_PART.search(each) is not None for each in given)
        strange += _OF_OWN * sum(map(_gives_own, self.arguments)) + _OF_OTHER_CLASS * self._compares_with_others
        strange += _OF_NO_CHANGE * (self._leaves_order + self._sets_what_is_there) + _OF_NO_CHANGE * (
            self.arguments[:1] == (_NEUTRAL_OF.get(self.subject.short, ""),)
        )
        found = max(0.0, sum(map(oddness, given)) - self._known) + strange
        return found * _SHOWN if self.origin == "example" else found

    @property
    def _leaves_order(self) -> bool:
        """Say whether the result is the list that was given, or counts its items: no order, no choice comes of it."""
        value = self.outcome.value if self.outcome.kind == "value" else None
        if type(value) is not list or not value or (text := self._text) is None:
            return False
        return text == repr(list(range(len(value)))) or any(each in (text, f"iter({text})") for each in self.arguments)

    @property
    def _sets_what_is_there(self) -> bool:
        """Say whether an attribute is set to what the object was made with."""
        start = self.program.setup[0] if self.subject.kind == "setter" and self.program.setup else ""
        return any(
            isinstance(each, str) and re.search(rf"[(= ]{re.escape(each)}[,)]", start) for each in self.arguments
        )

    @property
    def _gives_garbage(self) -> bool:
        """Say whether the result is bytes or text that nobody can read."""
        value = self.outcome.value if self.outcome.kind == "value" else None
        if type(value) not in (str, bytes) or len(value) > _LONGEST_GARBAGE:  # type: ignore[arg-type]
            return False
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
        return "\ufffd" in text or not text.replace("\n", "").isprintable()

    @property
    def _compares_with_others(self) -> bool:
        """Say whether an object is compared with what is no object of its class, though it would take one."""
        owner, short = self.subject.owner, self.subject.short
        if owner is None or short not in _COMPARING or not self.arguments:
            return False
        is_taken = ("class", owner) in self.subject.parameters[0].hinted or short == "__eq__"
        return is_taken and not str(self.arguments[0]).startswith((f"{owner.__name__}(", INSTANCE))

    @property
    def _known(self) -> float:
        """Return how much less odd the arguments are because the docs or their own names suggest them."""
        found = 0.0
        for argument, parameter in zip(self.arguments, self.subject.parameters, strict=True):
            if isinstance(argument, str):
                is_suggested = argument in map(repr, (*parameter.choices, *words_for(parameter.name)))
                found += oddness(argument) if is_suggested else 0.6 * (argument in self.subject.documented)
                found += _OF_PASSED_ON * oddness(argument) * (argument in self.passed_on and not is_suggested)
        return found

    @property
    def _without_sign(self) -> int:
        """Return how many numbers are given as text without a sign where names speak of percentages."""
        of_all = _PERCENT in self.subject.short.partition("_to_")[0]
        given = zip(self.arguments, self.subject.parameters, strict=True)
        texts = [str(each) for each, parameter in given if of_all or _PERCENT in parameter.name]
        return sum(len(_DIGITS.findall(each)) for each in texts)

    @property
    def _repeats(self) -> int:
        """Return how many texts are given twice: which of them went where cannot be told."""
        texts = [
            each for each in self.arguments if isinstance(each, str) and each[:1] in _QUOTED and each not in _EMPTY
        ]
        return len(texts) - len(set(texts))

    @functools.cached_property
    def cost(self) -> float:
        """Say how hard the test would be to read; less is better."""
        return (
            38.0 * self.subject.is_private
            + 6.0 * (self.outcome.kind == "raised")
            + 10.0 * self.is_accident
            + 1.0 * self._shows_little
            + 0.5 * sum(each is not None for each in self.arguments)
            + len(self.program.call) / 25
            - 0.1 * sum(each in self.subject.documented for each in self.arguments)
            + self.oddness
            + 4.0 * len(self.program.setup)
            - 8.0 * (self.origin == "example")
            + 4.0 * self.strange
            + 2.0 * self.is_idle
            - 0.5 * (self.outcome.kind == "raised" and not {*self.arguments}.isdisjoint(PLAINLY_WRONG))
            + _OF_SAME_ANSWER * sum(answers_alike(each) for each in self.arguments)
        )

    def note_idle(self) -> None:
        """Note that the result is the same without one of the options: it shows nothing where it is what was given."""
        self.is_idle = self._shows_little
        self.__dict__.pop("cost", None)


def _is_same_text(argument: Argument, result: str) -> bool:
    """Say whether a result is what was given, be it in other letters, as text, or decoded."""
    if not isinstance(argument, str):
        return False
    given = argument[1:] if argument[:2] in ("b'", 'b"') else argument
    return given.lower().strip("'\"") == result.lower().strip("'\"")


def _gives_own(argument: Argument) -> int:
    """Say how hard it is to see what an argument is that the object itself gives: 0 for what it makes of one value."""
    return 1 + ("(" in str(argument).replace("()", "")) if is_own(argument) else 0


def is_own(argument: Argument) -> bool:
    """Say whether an argument is taken from the object under test, and is not what that makes of one value."""
    if not isinstance(argument, str) or INSTANCE not in argument or _ROUND_TRIP.fullmatch(argument):
        return False
    return renamed(argument, INSTANCE, "") != argument


def answers_alike(argument: Argument) -> bool:
    """Say whether it is a function that answers the same, or nearly so, whatever it is asked: no order comes of it."""
    return isinstance(argument, str) and (argument == "bool" or _CONSTANT_LAMBDA.fullmatch(argument) is not None)


Lead = tuple[Try, str]  # with the instance as it is made


@dataclass(slots=True)
class Leads:
    """Calls of one subject that led somewhere new; `unsolved` are those whose comparisons nobody looked at yet."""

    all: list[Lead] = field(default_factory=list)
    unsolved: deque[Lead] = field(default_factory=deque)

    def add(self, lead: Lead) -> None:
        """Remember one."""
        self.all.append(lead)
        self.unsolved.append(lead)


@dataclass(slots=True)
class Corpus:
    """All calls so far, and what they reached together."""

    tries: dict[Program, Try] = field(default_factory=dict)
    reached: set[object] = field(default_factory=set)  # by calls that a test could pin
    touched: set[int] = field(default_factory=set)  # by any call
