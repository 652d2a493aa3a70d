"""Why a proposed test is dropped: the filters, in the order in which they are applied."""

NOT_COMPILED = "does not compile"
NOT_PASSED = "does not pass"
NOT_REPEATED = "does not pass every time"
TOUCHES = "touches network, files or processes"
CLOCK = "depends on the clock"
THREADS = "leaves threads behind"
NOT_RUN = "did not run"
WEAK = "asserts nothing about the subject"
ADDS_NOTHING = "adds nothing that others do not"
FILTERS = (NOT_COMPILED, NOT_RUN, NOT_PASSED, NOT_REPEATED, CLOCK, TOUCHES, THREADS, WEAK, ADDS_NOTHING)
