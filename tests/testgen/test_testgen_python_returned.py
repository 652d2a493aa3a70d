"""What calls give that is no plain value: functions, which are called in turn, and objects, which are compared."""

import pytest

SOURCE = """
class Money:
    def __init__(self, amount):
        self.amount = amount

    def __eq__(self, other):
        return isinstance(other, Money) and self.amount == other.amount

    def __hash__(self):
        return hash(self.amount)

    def __sub__(self, other):
        if not isinstance(other, Money):
            return NotImplemented
        return Money(self.amount - other.amount)


def times(factor):
    def multiply(number):
        return number * factor

    return multiply


def counted(function):
    def wrapper(*args):
        wrapper.calls += 1
        return function(*args)

    wrapper.calls = 0
    return wrapper


def codec(text):
    if ":" not in text:
        raise ValueError("no codec is named")
    name, rest = text.split(":", 1)
    if name == "up":
        return rest.upper()
    if name == "down":
        return rest.lower()
    if name == "turned":
        if rest == "":
            return "nothing to turn"
        return rest[::-1]
    return rest
"""


@pytest.fixture(scope="module")
def made(workbench):
    workbench.write("shop.py", SOURCE)
    return workbench.generate("shop.py", budget=30)


def test_every_line_and_branch_is_reached(made):
    assert (made.statements.percent, made.branches.percent) == (100.0, 100.0)


def test_a_function_that_a_function_returns_is_called(made):
    assert "multiply = times(" in made.text and "assert multiply(" in made.text


def test_what_a_decorated_function_keeps_is_looked_at_after_calls(made):
    assert "= counted(" in made.text and ".calls" in made.text


def test_objects_are_compared_in_plain_words(made):
    assert "assert (money == other) is expected" in made.text
    assert "hash(money) == hash(copy.copy(money))" in made.text  # and no number that differs by process


def test_an_operator_that_does_not_know_the_other_side_says_so(made):
    assert "pytest.raises(TypeError, match=" in made.text


GATE = """
class Gate:
    def __init__(self):
        self.pushes = 0

    def push(self):
        self.pushes += 1
        return self.pushes

    def state(self):
        if self.pushes > 1:
            return "open"
        return "shut"
"""


def test_a_test_is_as_short_as_it_can_be_and_still_do(workbench):
    workbench.write("gate.py", GATE)
    text = workbench.generate("gate.py", budget=30).text
    bodies = [part for part in text.split("def test_") if 'state() == "open"' in part]
    assert [part.count(".push()") for part in bodies] == [2]


GRAMS = '''
class Grams:
    """Cut a text into pieces.

    >>> Grams(2)("abc")
    ['ab', 'bc']
    """

    def __init__(self, size=1, step=1, mark="", strict=False):
        self.size = size
        self.step = step
        self.mark = mark
        self.strict = strict

    def __call__(self, text="room"):
        if self.strict and not text:
            raise ValueError("nothing to cut")
        shifted = [text[place:] for place in range(self.size)]
        return [self.mark + "".join(each) for each in zip(*shifted)][:: self.step]
'''


def test_objects_that_can_be_called_are_not_called_to_find_out_which_options_made_them_matter(workbench):
    workbench.write("grams.py", GRAMS)
    made = workbench.generate("grams.py", budget=20)
    assert made.statements.percent > 70
