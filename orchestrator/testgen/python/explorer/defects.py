"""What looks wrong while exploring: listed for a person, never hidden in an assertion."""

import contextlib
import doctest
import inspect
import io
from collections.abc import Iterator
from dataclasses import dataclass

from .corpus import Corpus, Try
from .names import Names
from .plausible import fits_hints
from .sandbox import Blocked, Fence, TooSlow

_CRASHES = (
    TypeError, AttributeError, IndexError, KeyError, ZeroDivisionError, UnboundLocalError, RecursionError,
    AssertionError, UnicodeError, OverflowError, NameError,
)  # fmt: skip
_MOST_PER_SUBJECT = 2


@dataclass(frozen=True, slots=True)
class Defect:
    """One suspicious finding."""

    kind: str  # crash, slow, example, default
    subject: str
    call: str
    detail: str


def find_defects(corpus: Corpus, names: Names, fence: Fence) -> list[Defect]:
    """Return crashes on inputs that fit the hints, calls that do not end, defaults that changed, wrong examples."""
    found: list[Defect] = []
    counts: dict[tuple[str, str], int] = {}
    for made in sorted(corpus.tries.values(), key=lambda each: (len(each.program.call), each.program.call)):
        defect = _of_try(made, names)
        if defect is None or made.subject.is_private:
            continue
        key = defect.subject, defect.detail.partition(":")[0]
        counts[key] = counts.get(key, 0) + 1
        if counts[key] <= (1 if defect.kind == "crash" else _MOST_PER_SUBJECT):
            found.append(defect)
    return [*found, *_examples(names, fence)]


def _of_try(made: Try, names: Names) -> Defect | None:
    outcome, call = made.outcome, "; ".join((*made.program.setup, made.program.call))
    if outcome.is_before or not fits_hints(made, names):
        return None
    if outcome.kind == "slow":
        return Defect("slow", made.subject.name, call, "did not end in reasonable time")
    if outcome.kind == "raised" and not outcome.is_explicit and isinstance(outcome.error, _CRASHES):
        return Defect("crash", made.subject.name, call, f"{type(outcome.error).__name__}: {str(outcome.error)[:160]}")
    if outcome.kind == "value" and made.subject.kind == "route" and outcome.value.status_code >= 500:
        return Defect("crash", made.subject.name, call, f"replies {outcome.value.status_code}")
    return None


def _examples(names: Names, fence: Fence) -> Iterator[Defect]:
    """Yield the docstring examples that do not give what they say."""
    try:
        tests = [each for each in doctest.DocTestFinder().find(names.module) if each.examples]
    except Exception:  # a module whose members cannot be inspected
        return
    for test in tests:
        output = io.StringIO()
        runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
        try:
            with contextlib.redirect_stdout(io.StringIO()), fence.raised(2.0):
                runner.run(test, out=output.write)
        except (TooSlow, Blocked, SystemExit):
            continue
        text = output.getvalue()
        if runner.failures and "NameError" not in text and "ModuleNotFound" not in text:
            example = inspect.cleandoc(text.partition("Failed example:\n")[2].partition("**********")[0])
            yield Defect(
                "example", test.name, example.partition("\n")[0], "the docstring's example gives something else"
            )
