"""The lock table against the plainest definition of "one file, one writer"."""

from engine_referee import overlap
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.engine.locks import Locks, lock_keys

names = st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map("/".join)
paths = st.tuples(names, st.booleans()).map(lambda pair: pair[0] + ("/" if pair[1] else ""))


@given(held=st.lists(paths, max_size=6), wanted=st.lists(paths, min_size=1, max_size=3))
def test_a_conflict_is_found_exactly_when_two_paths_overlap(held: list[str], wanted: list[str]) -> None:
    locks = Locks()
    taken: list[str] = []
    for number, path in enumerate(held):
        if locks.conflict([path]) is None:
            locks.acquire(number, [path])
            taken.append(path)
    clashes = {path for path in taken for own in wanted if overlap(own, path)}
    found = locks.conflict(lock_keys(wanted))
    assert (found in clashes) if clashes else (found is None)


@given(held=st.lists(paths, max_size=6))
def test_nothing_is_held_after_everything_was_released(held: list[str]) -> None:
    locks = Locks()
    keys = lock_keys(held)
    locks.acquire(0, keys)
    locks.release(keys)
    assert locks.conflict(["/"]) is None


def test_spellings_of_one_path_are_one_key() -> None:
    assert lock_keys(["./src//a", "src/a", "src/./a"]) == ("src/a",)
    assert lock_keys([".", "./", ""]) == ("/",)
    assert lock_keys(["src/", "src/."]) == ("src/",)
