"""Objects that hold things: what a test of them has to do one after another."""

import re

import pytest

SOURCE = """
import collections.abc


class Key(tuple):
    def __add__(self, other):
        return Key(tuple.__add__(self, other))


def key_of(*args, **kwargs):
    if kwargs:
        return Key(args + tuple(sorted(kwargs.items())))
    return Key(args)


class Shelf(collections.abc.MutableMapping):
    def __init__(self):
        self._rows = {}
        self._order = []

    def __getitem__(self, key):
        value = self._rows[key]
        self._order.remove(key)
        self._order.append(key)
        return value

    def __setitem__(self, key, value):
        if key in self._rows:
            self._order.remove(key)
        self._rows[key] = value
        self._order.append(key)

    def __delitem__(self, key):
        del self._rows[key]
        self._order.remove(key)

    def __iter__(self):
        return iter(list(self._order))

    def __len__(self):
        return len(self._rows)


def _entered(function, guard):
    def wrapper(*args):
        with guard:
            return function(*args)

    return wrapper


def guarded(function, guard):
    return _entered(function, guard)
"""


@pytest.fixture(scope="module")
def made(workbench):
    workbench.write("shelf.py", SOURCE)
    return workbench.generate("shelf.py", budget=60)


def test_nearly_every_line_is_reached(made):
    assert made.statements.percent > 95


def test_a_function_that_takes_any_keywords_gets_some(made):
    assert re.search(r"key_of\((.*, )?size=", made.text)


def test_what_is_below_a_plain_class_is_compared_with_a_plain_value(made):
    assert " == ((" in made.text
    assert "isinstance(result, Key)" not in made.text


def test_what_a_mapping_holds_is_asserted_after_a_change(made):
    assert "assert dict(shelf) == {" in made.text


def test_what_was_put_in_is_taken_out_again(made):
    assert "del shelf[" in made.text


def test_a_parameter_that_is_handed_on_gets_what_the_other_function_takes(made):
    assert "contextlib.nullcontext()" in made.text or "threading.Lock()" in made.text


def test_what_changes_the_code_is_noticed(made):
    assert made.mutants.percent > 85
