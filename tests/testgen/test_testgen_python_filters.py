"""Each filter has a test that only it drops; all of them stand in one file, which is examined once."""

import pytest

from orchestrator.errors import TaskFailed
from orchestrator.testgen import filters
from orchestrator.testgen.filters import NOT_PASSED, NOT_RUN
from orchestrator.testgen.python.candidates import Candidate
from orchestrator.testgen.python.emission import TestFile, WrittenTest
from orchestrator.testgen.python.generate import _Making
from orchestrator.testgen.results import Proof

MODULE = """\
import pathlib
import socket
import threading
import time

SEEN = []


def total(price, count=1):
    return price * count


def now():
    return int(time.time()) > 0


def names():
    return list({"ann", "bob", "cid", "dan", "eve", "fay"})


def remember(name):
    SEEN.append(name)
    return len(SEEN)


def ask(host):
    socket.create_connection((host, 80), timeout=1)


def save(path):
    with open(path, "w") as file:
        file.write("saved")
    return True


def files():
    return [each.name for each in pathlib.Path(".").rglob("*.txt")]


def begin():
    event = threading.Event()
    threading.Thread(target=event.wait, daemon=True).start()
    return event.is_set()
"""
TESTS = """\
import pathlib
import subprocess

import pytest

from shop import ask, begin, files, names, now, remember, save, total


def test_sound():
    assert total(2, 3) == 6


def test_wrong():
    assert total(2, 3) == 7


def test_order_of_a_set():
    assert names() == NAMES


def test_first():
    assert remember("ann") == 1


def test_second():
    assert remember("bob") == 2


def test_time_of_day():
    assert now() is True


def test_network():
    with pytest.raises(BaseException):
        ask("127.0.0.1")


def test_writes_outside():
    save(OUTSIDE)


def test_writes_inside(tmp_path):
    assert save(tmp_path / "x") is True


def test_files_around():
    assert files() == []


def test_child():
    with pytest.raises(BaseException):
        subprocess.run(["true"])


def test_thread():
    assert begin() is False


def test_tautology():
    result = total(2, 3)
    assert result == result


def test_nothing_of_the_module():
    assert 1 + 1 == 2


def test_again():
    assert total(4, 5) == 20
"""
WANTED = {
    "test_wrong": filters.NOT_PASSED,
    "test_order_of_a_set": filters.NOT_REPEATED,
    "test_first": filters.NOT_REPEATED,
    "test_second": filters.NOT_REPEATED,
    "test_files_around": filters.NOT_REPEATED,
    "test_time_of_day": filters.CLOCK,
    "test_network": filters.TOUCHES,
    "test_writes_outside": filters.TOUCHES,
    "test_child": filters.TOUCHES,
    "test_thread": filters.THREADS,
    "test_tautology": filters.WEAK,
    "test_nothing_of_the_module": filters.WEAK,
}


@pytest.fixture(scope="module")
def examined(workbench, tmp_path_factory):
    """Examine the tests once. `names()` is as the first run of the filters, with hash seed 0, sees it."""
    import os
    import subprocess
    import sys

    outside = tmp_path_factory.mktemp("outside") / "file"
    workbench.write("shop.py", MODULE)
    script = "print(list({'ann', 'bob', 'cid', 'dan', 'eve', 'fay'}))"
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    order = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True).stdout
    tests = TESTS.replace("NAMES", order.decode().strip()).replace("OUTSIDE", repr(str(outside)))
    return workbench.examine("shop.py", tests), outside


def test_each_filter_drops_what_it_is_for_and_nothing_else(examined):
    found, _ = examined
    assert found.proof.dropped == WANTED
    assert set(found.proof.goals) >= {"test_sound", "test_writes_inside", "test_again"}
    assert not found.is_sound


def test_a_test_that_others_make_superfluous_is_named(examined):
    assert examined[0].redundant == ("test_again",)


def test_nothing_was_written_outside(examined, workbench):
    assert not examined[1].exists()
    assert workbench.files() == ["shop.py"]


def test_a_file_that_does_not_compile_is_told(workbench):
    workbench.write("shop.py", MODULE)
    with pytest.raises(TaskFailed, match=r"^tests/test_shop.py cannot be run: .*invalid syntax"):
        workbench.examine("shop.py", "def test_(:\n")


def _made(number: int) -> Candidate:
    return Candidate(number=number, subject="f", kind="function", line=1, lines=(), call=f"f({number})")


def test_tests_of_which_nothing_is_known_as_a_process_did_not_answer_are_proven_once_more():
    candidates = [_made(number) for number in range(4)]
    table, alone, wrong = candidates[:2], candidates[2:3], candidates[3:]
    parts = {"test_table": table, "test_alone": alone, "test_wrong": wrong}
    file = TestFile(
        text="", tests=tuple(WrittenTest(name=each, source="", candidates=tuple(of)) for each, of in parts.items())
    )
    proof = Proof(dropped={"test_table": NOT_RUN, "test_alone": NOT_RUN, "test_wrong": NOT_PASSED})
    making = _Making(
        site=None, settings=None, finish=None, history=None, explored=None, existing=None, proposals=None,
        left=list(candidates),
    )  # fmt: skip
    making._forget(file, proof)
    assert (making.left, making.apart) == (candidates[:3], set())
    assert [each.number for each in making._held(file, proof)] == [0, 1, 2]
    making._forget(file, proof)
    assert (making.left, making.apart) == (table, {0, 1})
