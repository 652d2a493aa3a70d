"""Why a proposed test is dropped: the filters, in the order in which they are applied."""

NOT_COMPILED = "does not compile"
NOT_PASSED = "does not pass"
NOT_REPEATED = "does not pass every time"
NOT_PROVEN = "could not be run often enough before the time was over"
TOUCHES = "touches network, files or processes"
CLOCK = "depends on the clock"
ENVIRONMENT = "depends on the environment of whoever runs it"
THREADS = "leaves threads behind"
TIMERS = "leaves timers behind"
NOT_RUN = "did not run"
NOT_ENDED = "does not end"
NO_NUMBER = "would pin a NaN of which the module does not know"
SHOWN = "is a constant that tests of its functions show"
NO_SHORT_VALUE = "has no short value"
TOO_LONG = "is too long to read"
BROKEN = "breaks down"
ASTRAY = "breaks down before the call"
ACCIDENT = "pins an error that nobody meant"
NOT_JUDGED = "was not tried on changes of the code before the time was over"
WEAK = "asserts nothing about the subject"
ADDS_NOTHING = "adds nothing that others do not"
ADDS_TOO_LITTLE = "adds less than `min_gain` asks for"
_EXPLORED = (NOT_ENDED, BROKEN, ASTRAY, NO_SHORT_VALUE, NO_NUMBER, SHOWN, TOO_LONG)  # no test was proposed
FILTERS = (
    *_EXPLORED, NOT_COMPILED, NOT_RUN, NOT_PASSED, NOT_REPEATED, NOT_PROVEN, CLOCK, ENVIRONMENT, TOUCHES, THREADS,
    TIMERS, ACCIDENT, NOT_JUDGED, WEAK, ADDS_NOTHING, ADDS_TOO_LITTLE,
)  # fmt: skip


def too_little(min_gain: int) -> str:
    """Return why a test that holds is not chosen."""
    return ADDS_TOO_LITTLE if min_gain > 1 else ADDS_NOTHING
