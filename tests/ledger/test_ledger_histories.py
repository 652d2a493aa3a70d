"""Whatever is written, in whatever order: the file answers as memory does, also after it was closed or left to die."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from ledger_facts import at, change, measured

from orchestrator.errors import DecisionRefused
from orchestrator.ledger.memory import MemoryLedger
from orchestrator.ledger.rows import FactRefused
from orchestrator.ledger.sqlite import SqliteLedger
from orchestrator.models.facts import (
    ApprovalGiven,
    AttemptEnded,
    AttemptStarted,
    ChangesIntended,
    ChangesRolledBack,
    ChangesUndone,
    DecisionHeard,
    Fact,
    FilesAdopted,
    RunEnded,
    RunResumed,
    RunStarted,
    TaskEnded,
    TaskWaiting,
)
from orchestrator.models.status import FINAL, Durability, FailureClass, OutcomeKind, RunState, TaskState

_IN_MEMORY = Path("/dev/shm")
RUNS = st.sampled_from(["r1", "r2", "u1"])
TASKS = st.sampled_from(["1.1", "2.a/é"])
NUMBERS = st.integers(1, 2)
TIMES = st.integers(0, 10**9).map(lambda micros: at(micros / 1000))
WORDS = st.sampled_from(["", "edited", "\x00\x1b[2J", "ü\udce9", "x" * 3000])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
OBJECTS = st.dictionaries(st.text(max_size=3), JSON, max_size=2)
DEFINITIONS = st.lists(st.tuples(TASKS, st.sampled_from(["d1", "d2"])), unique_by=lambda pair: pair[0]).map(tuple)
CHANGES = st.lists(
    st.builds(
        change,
        st.sampled_from(["a", "b/c", "caf\udce9"]),
        st.none() | st.just("0" * 64),
        st.none() | st.just("1" * 64),
        mode_before=st.none() | st.just(0o755),
        mode_after=st.none() | st.just(0o644),
        kind=st.sampled_from(["file", "link", "folder"]),
        folders=st.sampled_from([(), ("b",)]),
    ),
    max_size=3,
).map(tuple)
ATTEMPT = {"run": RUNS, "task": TASKS, "attempt": NUMBERS}

FACTS: st.SearchStrategy[Fact] = st.one_of(
    st.builds(
        RunStarted,
        run=RUNS,
        kind=st.sampled_from(["run", "undo"]),
        time=TIMES,
        command=st.just(("orchestrate", "run")),
        plan=OBJECTS,
        tasks=DEFINITIONS,
        undoes=st.none() | RUNS,
    ),
    st.builds(
        RunResumed, run=RUNS, time=TIMES, again=st.lists(TASKS, max_size=2, unique=True).map(tuple), tasks=DEFINITIONS
    ),
    st.builds(
        RunEnded,
        run=RUNS,
        time=TIMES,
        state=st.sampled_from(RunState),
        exit_code=st.integers(0, 143),
        seconds=st.floats(0, 1e6),
    ),
    st.builds(AttemptStarted, **ATTEMPT, time=TIMES),
    st.builds(
        AttemptEnded,
        **ATTEMPT,
        time=TIMES,
        kind=st.sampled_from(OutcomeKind),
        seconds=st.floats(0, 1e6),
        summary=WORDS,
        detail=WORDS,
        failure=st.none() | st.sampled_from(FailureClass),
        exit_code=st.none() | st.integers(-64, 255),
        log=st.none() | st.just("logs/x.log"),
        outputs=OBJECTS,
        fingerprint=st.none() | st.just("f"),
    ),
    st.builds(
        TaskEnded,
        run=RUNS,
        task=TASKS,
        state=st.sampled_from(sorted(FINAL)),
        time=TIMES,
        reason=WORDS,
        cause=st.none() | TASKS,
    ),
    st.builds(TaskWaiting, run=RUNS, task=TASKS, time=TIMES, question=WORDS),
    st.builds(
        ApprovalGiven,
        run=RUNS,
        task=TASKS,
        time=TIMES,
        decision=st.sampled_from(["approved", "rejected", "skipped"]),
        by=WORDS,
        note=WORDS,
        evidence=st.none() | WORDS,
        heard=st.booleans(),
    ),
    st.builds(
        DecisionHeard, run=RUNS, task=TASKS, time=TIMES, state=st.sampled_from([TaskState.RUNNING, TaskState.READY])
    ),
    st.builds(ChangesIntended, **ATTEMPT, changes=CHANGES, external=st.booleans()),
    st.builds(ChangesRolledBack, **ATTEMPT, time=TIMES),
    st.builds(ChangesUndone, run=RUNS, task=TASKS, by_run=RUNS),
    st.builds(
        measured,
        RUNS,
        value=st.none() | st.floats(allow_nan=False),
        message=WORDS,
        details=OBJECTS,
        ok=st.booleans(),
    ),
    st.builds(FilesAdopted, run=RUNS, time=TIMES, paths=st.just(("a",))),
)


class Histories(RuleBasedStateMachine):
    """Writes the same facts to memory and to a file."""

    def __init__(self) -> None:
        super().__init__()
        # In memory where there is such a place: how durable it is is tested elsewhere.
        self.folder = Path(tempfile.mkdtemp(dir=_IN_MEMORY if _IN_MEMORY.is_dir() else None))
        self.path = self.folder / "state" / "ledger.db"
        self.alive = True
        self.memory = MemoryLedger(lambda _run: self.alive)
        self.file = self.open()
        self.reader = SqliteLedger.open_readonly(self.path, is_alive=lambda _run: self.alive)
        self.runs: list[str] = []
        self.seconds = 0

    def open(self) -> SqliteLedger:
        return SqliteLedger.open(self.path, Durability.NORMAL, is_alive=lambda _run: self.alive)

    @initialize(runs=st.lists(RUNS, min_size=1, unique=True))
    def start(self, runs: list[str]) -> None:
        for run in runs:
            kind = "undo" if run == "u1" else "run"
            tasks = tuple((task, "d0") for task in ("1.1", "1.2", "1.10"))
            self.write([RunStarted(run=run, kind=kind, time=at(0), command=(), plan={}, tasks=tasks)])

    @rule(facts=st.lists(FACTS, min_size=1, max_size=4))
    def write(self, facts: list[Fact]) -> None:
        expected, found = (ledger.append(facts).exception(timeout=20) for ledger in (self.memory, self.file))
        assert type(found) is type(expected)
        assert found is None or isinstance(found, FactRefused | DecisionRefused)
        if found is None:
            self.runs += [fact.run for fact in facts if isinstance(fact, RunStarted)]

    @rule(
        run=RUNS,
        task=TASKS,
        number=NUMBERS,
        kind=st.sampled_from(OutcomeKind),
        parts=st.lists(st.integers(0, 4), unique=True, min_size=1),
        commits=st.booleans(),
    )
    def attempt(self, run: str, task: str, number: int, kind: OutcomeKind, parts: list[int], commits: bool) -> None:
        """Write some of what an attempt leads to, in its order, in one commit or in several."""
        ids = {"run": run, "task": task, "attempt": number}
        state = TaskState(kind.value) if kind.value in set(FINAL) else TaskState.FAILED
        whole: list[Fact] = [
            AttemptStarted(**ids, time=at(1)),
            ChangesIntended(**ids, changes=(change(),)),
            ChangesRolledBack(**ids, time=at(2)),
            AttemptEnded(**ids, time=at(3), kind=kind, seconds=float(self.next_seconds()), summary="s"),
            TaskEnded(run=run, task=task, state=state, time=at(3), reason="s"),
        ]
        facts = [whole[part] for part in sorted(parts)]
        for some in [facts] if commits else [[fact] for fact in facts]:
            self.write(some)

    def next_seconds(self) -> int:
        """Return another duration each time."""
        self.seconds += 1
        return self.seconds % 7

    @rule()
    def close_and_open(self) -> None:
        self.file.close()
        self.file = self.open()

    @rule()
    def die_and_open(self) -> None:
        """Leave the file and its log as a kill would, and go on with a copy of them."""
        self.reader.close()
        copy = self.folder / "copy"
        shutil.copytree(self.path.parent, copy)
        self.file.close()
        shutil.rmtree(self.path.parent)
        copy.rename(self.path.parent)
        self.file = self.open()

    @rule(alive=st.booleans())
    def change_who_lives(self, alive: bool) -> None:
        self.alive = alive

    @rule()
    def answers_are_the_same(self) -> None:
        expected = self.answers(self.memory)
        assert self.answers(self.file) == expected
        assert self.answers(self.reader) == expected

    def answers(self, ledger: MemoryLedger | SqliteLedger) -> list[Any]:
        return [
            [ledger.read_run(run) for run in self.runs],
            [ledger.approvals(run) for run in self.runs],
            ledger.runs(),
            ledger.runs(1),
            ledger.last_successes(),
            ledger.durations({task: f"def {task}" for task in ("1.1", "1.2")}),
            ledger.unfinished_changes(),
        ]

    def teardown(self) -> None:
        self.answers_are_the_same()
        self.reader.close()
        self.file.close()
        shutil.rmtree(self.folder)


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=40, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
