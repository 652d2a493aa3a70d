"""Time limits that do not depend on who else uses the machine, and clocks that stand elsewhere."""

import asyncio
import fcntl
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from types import FunctionType

import pytest

from orchestrator.errors import TaskFailed
from orchestrator.testgen.generator import Settings
from orchestrator.testgen.python import patience as patience_of
from orchestrator.testgen.python.explorer import stopwatch
from orchestrator.testgen.python.explorer.job import Job, leave_time_for_proving
from orchestrator.testgen.python.explorer.killing import MutantRunner, Trial, _read_all
from orchestrator.testgen.python.explorer.loading import ProbedModule
from orchestrator.testgen.python.explorer.mutants import find_mutants
from orchestrator.testgen.python.explorer.probes import Recorder
from orchestrator.testgen.python.explorer.sandbox import Fence, TooSlow
from orchestrator.testgen.python.explorer.stopwatch import Stopwatch, queued_by
from orchestrator.testgen.python.generator import PythonGenerator
from orchestrator.testgen.python.patience import Patience
from orchestrator.testgen.python.proof import together
from orchestrator.testgen.python.running import Answer

EXPLORER = Path(stopwatch.__file__).parent


def test_seconds_in_line_for_a_processor_do_not_count(monkeypatch, tmp_path):
    waited = {"self": 1.0}
    monkeypatch.setattr(stopwatch, "queued_by", lambda process: waited[process])
    watch = Stopwatch(str(tmp_path / "waited"))
    begin = watch.now()
    waited["self"] += 1000.0
    assert watch.now() - begin < -900
    assert (tmp_path / "waited").read_bytes() == stopwatch._DOUBLE.pack(1001.0)


def test_what_children_stood_in_line_is_forgiven(monkeypatch):
    monkeypatch.setattr(stopwatch, "queued_by", lambda process: 500.0 if process == 7 else 0.0)
    watch = Stopwatch()
    begin = watch.now()
    watch.forgive(7)
    assert watch.now() - begin < -400


def test_whoever_is_gone_stood_in_no_line():
    assert queued_by(2**22 + 1) == 0.0
    assert 0.0 <= queued_by(os.getpid()) < time.monotonic()


def test_a_limit_moves_on_by_what_a_child_tells_up_to_an_end(tmp_path):
    told = tmp_path / "waited"

    async def moved() -> list[float]:
        patience, found = Patience(5.0), []
        async with asyncio.timeout(100) as limit:
            begin = limit.when()
            for seconds in (3.0, 30.0):
                with patience.moves(limit), patience.looks_at(told):
                    told.write_bytes(stopwatch._DOUBLE.pack(seconds))
                    await asyncio.sleep(0)
                found.append(round(limit.when() - begin, 3))
        return found

    assert asyncio.run(moved()) == [3.0, 5.0]


def test_two_children_that_stand_in_line_side_by_side_are_waited_for_once(tmp_path):
    async def moved() -> float:
        async with asyncio.timeout(100) as limit:
            begin, patience = limit.when(), Patience()
            with patience.moves(limit), patience.looks_at(tmp_path / "one"), patience.looks_at(tmp_path / "other"):
                await asyncio.sleep(0)
                for name in ("one", "other"):
                    (tmp_path / name).write_bytes(stopwatch._DOUBLE.pack(3.0))
            return limit.when() - begin

    assert asyncio.run(moved()) == pytest.approx(3.0)


def test_a_child_that_tells_nothing_gets_no_more(tmp_path):
    async def left() -> float:
        async with asyncio.timeout(100) as limit:
            begin = limit.when()
            patience = Patience(5.0)
            with patience.moves(limit), patience.looks_at(tmp_path / "nothing"):
                await asyncio.sleep(0)
            return limit.when() - begin

    assert asyncio.run(left()) == 0


def test_whoever_has_ended_is_looked_at_no_more(monkeypatch, tmp_path):
    monkeypatch.setattr(patience_of, "_LOOK", 0.0)
    told = tmp_path / "waited"

    async def given() -> float:
        patience = Patience()
        with patience.looks_at(told):
            await asyncio.sleep(0)
        told.write_bytes(stopwatch._DOUBLE.pack(3.0))
        for _ in range(10):
            await asyncio.sleep(0)
        return patience.given

    assert asyncio.run(given()) == 0


# On a machine that gives it nothing: whatever time passes is spent in line.
STANDS_IN_LINE = """\
import signal, sys, time
import boot
boot.load_package()
from _orchestrate_explorer import sandbox, stopwatch
stopwatch.queued_by = lambda process: time.monotonic()
fence = sandbox.Fence(sys.argv[1], stopwatch.Stopwatch(sys.argv[1] + "/waited"))
fence.install()
signal.setitimer(signal.ITIMER_REAL, 0.1, 0.1)  # as when a child is started

def tells():
    with open(sys.argv[1] + "/waited", "rb") as file:
        return file.read()

def is_told_anew(begun):
    while tells() == begun:
        if time.process_time() > 3:
            return False
    return True

with fence.raised(60):
    print(is_told_anew(tells()))
print(is_told_anew(tells()))
"""


def test_a_module_that_is_imported_for_long_tells_meanwhile_how_long_it_stood_in_line(tmp_path):
    argv = [sys.executable, "-c", STANDS_IN_LINE, str(tmp_path)]
    told = subprocess.run(argv, env={"PYTHONPATH": str(EXPLORER)}, check=True, capture_output=True, text=True).stdout
    assert told.split() == ["True", "True"]


ASKED = {
    "time.time": "int(time.time())",
    "time.localtime": "time.localtime().tm_year",
    "time.strftime": "int(time.strftime('%Y'))",
    "datetime.now": "datetime.datetime.now().year",
    "date.today": "datetime.date.today().year",
    "a library": "int(email.utils.formatdate().split()[3])",
}


@pytest.mark.parametrize("who", ASKED)
def test_a_moved_clock_is_what_everybody_asks(who):
    expected = 1_835_438_400 if who == "time.time" else 2028
    assert _moved(f"print({ASKED[who]})") == f"{expected}\n"


def test_a_moved_clock_leaves_the_class_of_moments_what_it_was():
    shown = _moved(
        """
        moment = datetime.datetime(2020, 1, 31)
        assert pickle.loads(pickle.dumps(moment)) == moment == sys.modules["_datetime"].datetime(2020, 1, 31)
        assert isinstance(sys.modules["_datetime"].datetime(2020, 1, 31), datetime.datetime)
        assert not isinstance(datetime.date(2020, 1, 31), datetime.datetime)
        print(repr(moment + datetime.timedelta(days=1)))
        """
    )
    assert shown == "datetime.datetime(2020, 2, 1, 0, 0)\n"


def _moved(lines: str) -> str:
    head = "import datetime, email.utils, pickle, sys, time\nimport moved_clock\nmoved_clock.move(1_835_438_400.0)\n"
    argv = [sys.executable, "-c", head + textwrap.dedent(lines)]
    return subprocess.run(
        argv, env={"PYTHONPATH": str(EXPLORER), "TZ": "UTC"}, check=True, capture_output=True, text=True
    ).stdout


def test_repeats_that_are_called_off_end_before_what_they_work_in_goes():
    ended = []

    async def work(*, waits: bool) -> Answer:
        if waits:
            return await asyncio.Event().wait()  # as one that stands in line
        try:
            return await asyncio.Event().wait()
        finally:
            for _ in range(5):
                await asyncio.sleep(0)  # as a program that is being ended
            ended.append("it")

    async def called_off() -> None:
        repeats = asyncio.ensure_future(together([work(waits=True), work(waits=False)]))
        for _ in range(10):  # until both have begun
            await asyncio.sleep(0)
        repeats.cancel()
        with pytest.raises(asyncio.CancelledError):
            await repeats
        assert ended == ["it"]

    asyncio.run(called_off())


def test_where_starting_takes_long_exploring_ends_earlier_so_that_what_was_found_is_proven() -> None:
    job = Job("shop", "", "", "", "", seconds=33.0, budget=60.0, calls=1, mutants=1, seed=1, parts=("unit",))
    seconds = [leave_time_for_proving(job, start).seconds for start in (0.2, 3.0, 5.0, 8.0, 9.0, 30.0)]
    assert seconds == pytest.approx([33.0, 33.0, 20.0, 8.25, 6.0, 1.65])


def test_what_was_found_is_proven_beyond_the_budget() -> None:
    async def work() -> bool:
        patience = Patience(0.0)  # nothing more for standing in line
        async with asyncio.timeout(0.05) as limit:
            with patience.moves(limit):
                patience.extend(30.0)
                await asyncio.sleep(0.1)
        return limit.expired()

    assert asyncio.run(work()) is False


def test_explorations_that_come_to_nothing_do_not_move_the_end_of_the_budget(workbench) -> None:
    class Counting(Patience):
        extended = -0.5  # what is given once something was found

        def extend(self, seconds: float) -> None:
            self.extended += seconds
            super().extend(seconds)

    patience = Counting()
    workbench.write("ends.py", "import os\n\n\ndef end(number: int) -> int:\n    os.abort()\n")
    workbench.write("data.txt", "")  # it is tried with data, too
    generator = PythonGenerator(lambda _: patience)

    async def generate() -> None:
        targets = generator.find_targets(str(workbench.root), "ends.py")
        async for _ in generator.generate(workbench.project, targets, Settings(budget=20)):
            pass

    with pytest.raises(TaskFailed, match=r"^ends\.py could not be explored"):
        asyncio.run(generate())
    assert patience.extended <= patience.given


def _runner(tmp_path: Path, source: str) -> tuple[MutantRunner, Recorder, FunctionType]:
    """Return what tries mutants of a source, with the recorder that counts their steps and the function `count`."""
    (tmp_path / "counted.py").write_text(source)
    probed = ProbedModule("counted", str(tmp_path / "counted.py"), Recorder(), Fence(str(tmp_path), Stopwatch()))
    probed.recorder.install()
    namespace: dict[str, FunctionType] = {}
    exec(compile(source, probed.path, "exec"), namespace)
    return MutantRunner(probed, Fence(str(tmp_path), Stopwatch())), probed.recorder, namespace["count"]


def _killers(
    tmp_path: Path, source: str, kind: str, fails: Callable[[FunctionType, Recorder], bool]
) -> tuple[int, ...]:
    """Return which of five tests, all of them `fails`, are told to notice the first mutant of a kind."""
    runner, recorder, count = _runner(tmp_path, source)
    mutant = next(each for each in find_mutants(source) if each.kind == kind)
    lines = [frozenset({1, 2, 3, 4})] * 5
    [verdict] = runner.run([mutant], lines, lambda _: fails(count, recorder), Trial(float("inf")))
    return verdict.killers


COUNT = "def count(n):\n    while n > 0:\n        n -= 1\n    return n\n"


def test_a_mutant_that_does_not_end_is_told_by_its_steps_and_shown_to_few_tests(tmp_path):
    def is_endless(count: FunctionType, recorder: Recorder) -> bool:
        with pytest.raises(TooSlow):
            count(5)
        return recorder.is_spent

    assert _killers(tmp_path, COUNT, "arithmetic", is_endless) == (0, 1)


def test_a_test_that_takes_seconds_of_a_busy_machine_does_not_pass_for_endless(tmp_path):
    def takes_long(count: FunctionType, recorder: Recorder) -> bool:
        begin = time.process_time()
        while time.process_time() - begin < 0.12:
            pass
        return count(5) != 0 and not recorder.is_spent

    assert _killers(tmp_path, COUNT, "return", takes_long) == (0, 1, 2, 3, 4)


@pytest.mark.parametrize(("enough", "told"), [(0, "-2,1,-4,-1,"), (1, "-2,1,-1,")])
def test_a_mutant_is_shown_to_all_tests_until_enough_of_them_failed(tmp_path, enough, told):
    runner, _, _ = _runner(tmp_path, COUNT)
    reading, writing = os.pipe()
    runner._answer([0, 1, 2], lambda number: number == 1, writing, enough)
    os.close(writing)
    assert _read_all(reading, os.getpid(), 5.0).decode() == told


def test_what_a_child_tells_is_read_though_explored_code_left_a_thousand_files_open():
    low, writing = os.pipe()
    high = fcntl.fcntl(low, fcntl.F_DUPFD, 1500)
    os.close(low)
    os.write(writing, b"-2,")
    os.close(writing)
    assert _read_all(high, os.getpid(), 5.0) == b"-2,"
