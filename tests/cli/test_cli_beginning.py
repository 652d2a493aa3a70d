"""Where the rest of a run begins, and which decisions count in it."""

from datetime import UTC, datetime

import pytest

from orchestrator.cli.beginning import begin_again, on_record
from orchestrator.errors import DecisionRefused
from orchestrator.ledger.memory import MemoryLedger
from orchestrator.models.facts import ApprovalGiven, RunEnded, RunResumed, RunStarted, TaskWaiting
from orchestrator.models.plan import Limits, Plan, PlannedGroup, PlannedPhase, PlannedTask
from orchestrator.models.status import Execution, RunState

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PLAN = Plan(
    project="test",
    root="/nowhere",
    document="phases.yaml",
    document_hash="",
    phases=(PlannedPhase(id="1", name="1"),),
    groups=(PlannedGroup(id="1.a", letter="a", name="a", phase="1", execution=Execution.PARALLEL),),
    tasks=(PlannedTask(id="1.1", name="look", handler="manual", phase="1", group="1.a", definition="d"),),
    limits=Limits(),
)


def decide(ledger: MemoryLedger, decision: str) -> None:
    given = ApprovalGiven(run="r1", task="1.1", time=NOW, decision=decision, by="Ada", where="command")
    ledger.append([given]).result()


@pytest.fixture
def ledger() -> MemoryLedger:
    """Return the ledger of a run that has ended and waits for somebody to look."""
    ledger = MemoryLedger()
    started = RunStarted(run="r1", kind="run", time=NOW, command=(), plan={}, tasks=(("1.1", "d"),))
    asked = TaskWaiting(run="r1", task="1.1", time=NOW, question="look")
    ended = RunEnded(run="r1", time=NOW, state=RunState.WAITING, exit_code=3, seconds=1.0)
    ledger.append([started, asked, ended]).result()
    return ledger


@pytest.mark.parametrize("before", [["approved"], []])
def test_what_is_decided_while_a_resume_gets_ready_counts(ledger: MemoryLedger, before: list[str]) -> None:
    for decision in before:
        decide(ledger, decision)
    beginning = begin_again(ledger.read_run("r1"), PLAN)
    decide(ledger, "rejected")
    begun = on_record(beginning, ledger)
    assert {task: answer.decision for task, answer in begun.decisions.items()} == {"1.1": "rejected"}


def test_what_a_resume_goes_on_with_is_overruled_by_nobody(ledger: MemoryLedger) -> None:
    decide(ledger, "approved")
    begun = on_record(begin_again(ledger.read_run("r1"), PLAN), ledger)
    with pytest.raises(DecisionRefused):
        decide(ledger, "rejected")
    assert begun.facts() == ()  # it is recorded that the run goes on, and not twice


def test_where_nobody_is_waited_for_nothing_is_recorded_ahead() -> None:
    ledger = MemoryLedger()
    started = RunStarted(run="r1", kind="run", time=NOW, command=(), plan={}, tasks=(("1.1", "d"),))
    ledger.append([started]).result()
    beginning = begin_again(ledger.read_run("r1"), PLAN)
    assert on_record(beginning, ledger) is beginning
    [resumed] = beginning.facts()
    assert isinstance(resumed, RunResumed)
