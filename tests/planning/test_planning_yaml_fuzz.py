"""Documents broken at random: each ends as a document or as problems with places, soon, never as a traceback.

Nothing is written, started or connected to meanwhile, as Python itself reports.
"""

import os
import random
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from planning_scene import HEAD, catalogue, scene

from orchestrator.planning.checks import check_document
from orchestrator.planning.document_loader import load_bytes

SLOWEST = 2.0  # seconds for one document
TOKEN = re.compile(r"\s+|[\w.]+|.", re.DOTALL)
STRANGE = [
    *"[]{},|>\"'#%@`~\t\r\n\x00\x1b\u202e\ufeffé😀\\/1a",
    *(": ", "- ", "? ", "&a ", "*a", "!!str ", "!x ", "|2-\n", "---\n", "...\n", "<<: ", "%YAML 1.1\n"),
    *(
        "null",
        "no",
        "true",
        "1e999",
        "1.10",
        "0x1f",
        "-1",
        ".inf",
        '"\\uD800"',
        '"\\x00"',
        "1" * 40,
        "a" * 300,
        "[" * 50,
    ),
    *("{{ x }}", "{{", "..", "id", "groups", "tasks", "phases", "depends_on", "foreach", "with", "type"),
    *("orchestrator", "include"),
]
NATIVE = (
    HEAD
    + """settings: {max_parallel_tasks: 2, timeout: 5m, retry: {attempts: 2, on: [timeout]}}
params: {cover: {type: integer, default: 80, minimum: 1, choices: [80, 90]}}
profiles: {ci: {settings: {timeout: 1m}, params: {cover: 90}, lock: [timeout]}}
phases:
  - id: 1
    name: One
    depends_on: []
    groups:
      - id: a
        execution: parallel
        max_parallel: 2
        tasks:
          - {id: "1.1", name: one, type: write, target: &x a.txt, with: {times: 2}, priority: high}
          - id: 1.10
            name: two
            type: write
            target: *x
            depends_on: ["1.1"]
            foreach: {items: [1, 2], as: item}
            when: "params.cover > 50"
            env: {NODE_ENV: test}
            outputs: {cover: "{{ result.x }}"}
            verify: [{type: level, min: 3}]
      - id: b
        depends_on: [a]
        tasks: [{id: "1.3", name: three, type: config_edit, target: x}]
        checkpoint: [{type: level, min: "{{ params.cover }}"}]
  - id: 2
    name: Two
    parallel_with: [phase_1]
    groups: [{id: c, tasks: [{id: "2.1", name: x, type: manual, depends_on: [1.a]}]}]
"""
)
ANCESTOR = (Path(__file__).parent.parent / "fixtures/documents/ancestor.yaml").read_text()


class Watch:
    """Notes what Python's audit events say about writes, programs and connections, while somebody looks."""

    _DEEDS = re.compile(r"subprocess\.|socket\.|shutil\.|os\.(?!listdir|scandir|walk|getxattr|listxattr|fwalk)")

    def __init__(self) -> None:
        self.deeds: list[str] = []
        self.is_on = False
        sys.addaudithook(self._heard)

    def _heard(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.is_on:
            return
        flags = arguments[2] if event == "open" else 0
        writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if writes or self._DEEDS.match(event):
            self.deeds.append(f"{event} {arguments}")


WATCH = Watch()


@contextmanager
def watched() -> Iterator[list[str]]:
    """Give the deeds of what happens inside."""
    WATCH.deeds.clear()
    WATCH.is_on = True
    try:
        yield WATCH.deeds
    finally:
        WATCH.is_on = False


def mutated(text: str, chance: random.Random) -> bytes:
    """Break a text in one to eight places: leave out, repeat, swap, replace or insert a token."""
    tokens = TOKEN.findall(text)
    for _ in range(chance.randint(1, 8)):
        at, other = chance.randrange(len(tokens)), chance.randrange(len(tokens))
        match chance.randrange(6):
            case 0:
                tokens[at] = ""
            case 1:
                tokens[at] *= 2
            case 2:
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case 3:
                tokens[at] = chance.choice(STRANGE)
            case 4:
                tokens[at] += chance.choice(STRANGE)
            case 5:
                first, last = sorted((at, other))
                tokens[at:at] = tokens[first : min(last, first + 30)]
    data = "".join(tokens).encode("utf-8", "surrogatepass")
    if chance.random() < 0.05:
        position = chance.randrange(len(data) + 1)
        data = data[:position] + bytes([chance.randrange(256)]) + data[position:]
    return data


def judge(count: int, seed: int) -> tuple[int, int]:
    """Load and check that many broken documents; return how many were valid and how many were not."""
    chance = random.Random(seed)
    plugins, around = catalogue(), scene("ci")
    valid = 0
    for number in range(count):
        data = mutated(chance.choice((NATIVE, NATIVE, ANCESTOR)), chance)
        started = time.perf_counter()
        try:
            loaded = load_bytes(data, Path("phases.yaml"))
            problems = check_document(loaded, plugins, around)
        except Exception:
            print(f"seed {seed}, document {number}:\n{data!r}")
            raise
        assert time.perf_counter() - started < SLOWEST, data
        assert loaded.document is not None or problems, data
        for problem in problems:
            assert problem.message
            assert problem.place is not None, problem
            assert problem.place.line >= 1, problem
            assert 1 <= problem.place.column < problem.place.end_column, problem
        valid += loaded.is_valid
    return valid, count - valid


def test_the_watch_sees_deeds(tmp_path: Path) -> None:
    with watched() as deeds:
        (tmp_path / "x").write_text("x")
        (tmp_path / "x").unlink()
        os.system("true")
    assert [each.partition(" ")[0] for each in deeds] == ["open", "os.remove", "os.system"]


@pytest.mark.slow
def test_ten_thousand_broken_documents_end_as_problems_without_a_deed() -> None:
    judge(50, seed=0)  # what is imported on first use is compiled and kept by Python
    with watched() as deeds:
        valid, broken = judge(10_000, seed=1)
    assert deeds == []
    assert valid > 100, "mutations that break everything test little"
    assert broken > 1_000


@pytest.mark.nightly
def test_a_million_broken_documents_end_as_problems(request: pytest.FixtureRequest) -> None:
    if "nightly" not in (request.config.getoption("markexpr") or ""):
        pytest.skip("runs with -m nightly")
    for seed in range(100):
        judge(10_000, seed=1_000 + seed)
