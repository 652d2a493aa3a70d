"""What the source of a test file says about what it asserts."""

import pytest

from orchestrator.testgen.python.reading import asserted_names, imported_names


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("from shop.prices import total", {"total"}),
        ("from shop.prices import total as t", {"t"}),
        ("from shop import prices", {"prices"}),
        ("import shop.prices", {"shop"}),
        ("import shop.prices as p", {"p"}),
        ("from elsewhere import total", set()),
    ],
)
def test_names_that_come_from_the_module(line, names):
    assert imported_names(line, "shop.prices") == names


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("assert total(1) == one", {"total", "one"}),
        ("result = total(1)\n    assert result == 1", {"result", "total"}),
        ("with raises(ValueError):\n        total(1)", {"total"}),
        ("total(1)\n    assert True", set()),
    ],
)
def test_names_that_are_asserted_about(body, names):
    assert asserted_names(f"def test_it():\n    {body}\n") == {"test_it": names}
