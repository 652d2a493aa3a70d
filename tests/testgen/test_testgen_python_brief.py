"""The text of a value, where it is brief."""

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.testgen.python.explorer.brief import brief_text

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
)


class Unwritten:
    """Cannot be written."""

    def __repr__(self):
        message = "it was written"
        raise ArithmeticError(message)


class Counted:
    """Counts how often it is written."""

    written = 0

    def __repr__(self):
        Counted.written += 1
        return "counted"


@given(PLAIN)
def test_it_is_the_text_of_the_value_or_none_where_that_is_long(value):
    text = brief_text(value)
    assert text == repr(value) if text is not None else len(repr(value)) > 30


def test_a_few_items_that_are_long_themselves_are_not_written():
    rows = [[Counted()] * 1_000] * 50
    assert brief_text(rows) is None
    assert brief_text({"rows": rows}) is None
    assert brief_text([10**5_000]) is None  # Python refuses to write it
    assert Counted.written == 0


def test_what_cannot_be_written_has_no_text():
    assert brief_text([Unwritten()]) is None
