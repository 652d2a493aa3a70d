"""What modules keep between calls is put back, and tests that change it say so."""

import sys
import types
from collections.abc import Iterator

import pytest

from orchestrator.testgen.python.candidates import Candidate
from orchestrator.testgen.python.explorer.state import KeptData
from orchestrator.testgen.python.fresh_data import asking_for_fresh_data, write_fresh_data

SOURCE = """
class Shelf:
    size = 3

    def __init__(self):
        self.books = []

shelf = Shelf()
prices = {"a": 1}
names = ["x"]
seen = set()
count = 0
"""


@pytest.fixture
def shop() -> Iterator[types.ModuleType]:
    module = types.ModuleType("shop_of_tests")
    sys.modules[module.__name__] = module
    exec(SOURCE, vars(module))
    yield module
    del sys.modules[module.__name__]


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("prices['b'] = 2", "prices"),
        ("prices.clear()", "prices"),
        ("names.append('y')", "names"),
        ("seen.add(1)", "seen"),
        ("count = 5", "count"),
        ("shelf.books.append('b')", "shelf"),
        ("Shelf.size = 4", "Shelf"),
    ],
)
def test_a_change_is_put_back_and_named(shop: types.ModuleType, change: str, name: str) -> None:
    kept = KeptData([shop])
    exec(change, vars(shop))
    assert kept.restore() == (("shop_of_tests", name),)
    assert (shop.prices, shop.names, shop.seen, shop.count) == ({"a": 1}, ["x"], set(), 0)
    assert (shop.shelf.books, shop.Shelf.size) == ([], 3)


def test_nothing_is_named_when_nothing_changed(shop: types.ModuleType) -> None:
    assert KeptData([shop]).restore() == ()


def test_caches_and_classes_are_not_copied_for_tests(shop: types.ModuleType) -> None:
    kept = KeptData([shop])
    changed = [("shop_of_tests", "prices"), ("shop_of_tests", "Shelf")]
    assert kept.copyable(changed) == [("shop_of_tests", "prices")]


def test_tests_that_change_data_get_a_fixture_that_copies_it() -> None:
    candidate = Candidate(
        number=1, subject="f", kind="function", line=1, lines=(), call="f()", changes=(("pkg.store", "books"),)
    )
    names: dict[str, str] = {}
    (source,) = write_fresh_data([candidate], names, for_all=True)
    assert 'monkeypatch.setattr(store, "books", copy.deepcopy(store.books))' in source
    assert names == {"store": "from pkg import store"}


def test_a_module_that_its_package_hides_is_reached_by_its_name() -> None:
    candidate = Candidate(
        number=1, subject="f", kind="function", line=1, lines=(), call="f()", changes=(("pkg:store", "books"),)
    )
    names: dict[str, str] = {}
    (source,) = write_fresh_data([candidate], names, for_all=True)
    assert "monkeypatch.setattr(importlib.import_module('pkg.store'), \"books\", copy.deepcopy(" in source
    assert names == {"importlib": "import importlib"}


def test_others_get_none() -> None:
    candidate = Candidate(number=1, subject="f", kind="function", line=1, lines=(), call="f()")
    assert write_fresh_data([candidate], {}, for_all=True) == []


def test_the_few_tests_that_change_data_ask_for_the_fixture_themselves() -> None:
    plain = {"subject": "f", "kind": "function", "line": 1, "lines": ()}
    groups = [[Candidate(number=n, call=f"f({n})", **plain)] for n in range(3)]
    changing = [Candidate(number=3, call="f(3)", changes=(("shop", "books"),), **plain)]
    asking = asking_for_fresh_data([*groups, changing])
    assert asking is not None
    assert [each.fixtures for (each,) in asking] == [(), (), (), ("fresh_data",)]
    assert asking_for_fresh_data([changing, groups[0], changing]) is None
    assert "autouse" not in write_fresh_data(changing, {}, for_all=False)[0]


UNFINISHED = """\
class Record:
    def __init__(self, **fields: int) -> None:
        self.__dict__["fields"] = fields

    @classmethod
    def _getters(cls) -> dict[str, object]:
        raise NotImplementedError

    def __getattr__(self, name: str) -> object:
        return self._getters()[name]

    def total(self, more: int) -> int:
        return sum(self.__dict__["fields"].values()) + more


def empty() -> Record:
    return Record()
"""


def test_an_object_that_breaks_down_when_it_is_asked_for_an_attribute_ends_nothing(workbench):
    """Whoever only wants to know whether there is one must not be the one who ends the exploration."""
    workbench.write("unfinished.py", UNFINISHED)
    made = workbench.generate("unfinished.py", budget=10)
    assert made.avoided == ()
    assert "total(" in made.text
