"""The pytest plug-in that watches tests while they prove themselves."""

import contextlib
import json
import os
import random
import threading
from collections.abc import Generator
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from .clock import ClockWatch
from .killing import MUTANT_SEED, MutantRunner, Trial
from .limits import limit_process
from .loading import ProbedModule
from .probes import Recorder
from .sandbox import Fence
from .stopwatch import Stopwatch
from .turns import NO_TURN, Turns

_TEST_SECONDS = 10.0
_MOST_TESTS = 1000  # on one mutant


def make(order: dict[str, Any]) -> object:
    """Return the plug-in for an order of the parent."""
    limit_process(int(order["cpu_seconds"]))
    fence = Fence(order["scratch"], Stopwatch(order["waited"]))
    probed = None
    if order.get("probe"):
        probed = ProbedModule(order["probe"]["module"], order["probe"]["path"], Recorder(), fence)
        probed.install()
    fence.install()
    return Proving(order, probed, fence, Turns(fence.stopwatch, order.get("test_seconds")))


class Proving:
    """Run tests behind the fence, in any order, and write down how each went and what it reached."""

    def __init__(self, order: dict[str, Any], probed: ProbedModule | None, fence: Fence, turns: Turns) -> None:
        self._order = order
        self._turns = turns
        self._probed = probed
        self._fence = fence
        self._watch = ClockWatch(order["project"])
        self._results: dict[str, dict[str, Any]] = {}
        self._verdicts: list[dict[str, Any]] = []
        self._unjudged: list[str] = []  # tests that not every mutant that judges them was shown to
        if order["has_properties"] and (order.get("mutants") or order.get("watch_clock")):
            _hurry_properties()

    def pytest_configure(self, config: Any) -> None:
        """Have the tests that get no turn passed over."""
        config.pluginmanager.register(self._turns, "orchestrate-turns")

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Shuffle, when the order says so."""
        if self._order.get("shuffle") is not None:
            random.Random(self._order["shuffle"]).shuffle(items)  # noqa: S311 - no secret

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: Any) -> Generator[None, Any, Any]:
        """Watch one test with its fixtures."""
        result: dict[str, Any] = {"outcome": "passed", "touched": [], "clock": False, "goals": [], "threads": False}
        self._results[item.nodeid] = result
        before = set(threading.enumerate())
        if self._probed is not None:
            self._probed.recorder.reset()
        watching = self._watch.watching() if self._order.get("watch_clock") else contextlib.nullcontext()
        if not self._turns.has_turn():
            result["outcome"] = NO_TURN
        with watching, self._fence.raised(_TEST_SECONDS):
            answer = yield
        result["touched"] = sorted(set(self._fence.attempts))
        result["clock"] = self._watch.was_read
        left = [thread for thread in threading.enumerate() if thread not in before]
        for thread in left:
            thread.join(0.2)
        result["threads"] = any(thread.is_alive() for thread in left)
        if self._probed is not None:
            result["goals"] = sorted(self._probed.recorder.goals)
        return answer

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: Any) -> Generator[None, Any, Any]:
        """After the tests, try them on mutants when the order says so."""
        answer = yield
        if self._probed is not None and self._order.get("mutants"):
            self._verdicts = self._try_mutants(session.items)
        return answer

    def _try_mutants(self, items: list[Any]) -> list[dict[str, Any]]:
        assert self._probed is not None
        usable = [each for each in items if self._results[each.nodeid]["outcome"] == "passed"]

        def fails(number: int) -> bool:
            item = usable[number]
            item._initrequest()
            with self._fence.raised(_TEST_SECONDS):
                reports = runtestprotocol(item, log=False, nextitem=None)
            return any(each.failed for each in reports)

        runner = MutantRunner(self._probed, self._fence)
        reaches = [self._probed.map.lines_of(self._results[each.nodeid]["goals"]) for each in usable]
        until, enough = self._fence.stopwatch.now() + self._order["mutant_seconds"], self._order.get("enough", 0)
        trial = Trial(until, tests=_MOST_TESTS, others=_MOST_TESTS, enough=enough, judges=True)
        mutants = runner.all(self._order["mutants"], seed=self._order.get("mutant_seed", MUTANT_SEED))
        verdicts = runner.run(mutants, reaches, fails, trial)
        names = [each.nodeid for each in usable]
        self._unjudged = [names[number] for number in sorted(runner.unasked)]
        return [{**each.as_json(), "killers": [names[number] for number in each.killers]} for each in verdicts]

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Remember the worst of set-up, call and tear-down."""
        result = self._results.get(report.nodeid)
        if result is not None and report.outcome != "passed":
            result["outcome"] = report.outcome
            result["message"] = str(report.longrepr)[-1500:]

    def pytest_sessionfinish(self) -> None:
        """Write everything down."""
        content: dict[str, Any] = {"tests": self._results, "mutants": self._verdicts, "unjudged": self._unjudged}
        if self._probed is not None:
            content["imported"] = sorted(self._probed.import_goals)
            content["statements"] = self._probed.map.statements
            content["branches"] = self._probed.map.branches
        scratch = self._order["result"] + ".part"
        with open(scratch, "w", encoding="utf-8") as file:
            json.dump(content, file)
        os.replace(scratch, self._order["result"])


def _hurry_properties() -> None:
    """Let Hypothesis try few examples and stop at the first that fails.

    Of a mutant nobody wants to know the smallest counterexample, and watching for the clock slows every call down.
    """
    with contextlib.suppress(ImportError):
        from hypothesis import Phase, settings

        settings.register_profile("hurry", phases=[Phase.explicit, Phase.generate], max_examples=30)
        settings.load_profile("hurry")
        from hypothesis.internal.charmap import charmap

        charmap()  # made once per process, and slow when it is made under watch
