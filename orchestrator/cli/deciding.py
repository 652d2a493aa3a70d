"""Record what a person decides about a waiting task; a run that goes on hears of it within a second."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from orchestrator.cli.next_command import next_command
from orchestrator.cli.options import Common
from orchestrator.cli.places import STATE, find_root
from orchestrator.cli.questions import ask_text, user_name
from orchestrator.cli.state import LEDGER, chosen_run, reading
from orchestrator.errors import DecisionRefused, ExitCode, UsageError
from orchestrator.ledger.sqlite import SqliteLedger
from orchestrator.models.facts import ApprovalGiven
from orchestrator.models.record import RunRecord, newest_decisions
from orchestrator.models.status import RunState, TaskState
from orchestrator.planning.plan_json import plan_from_json
from orchestrator.reporters.decisions import not_heard_yet, told
from orchestrator.reporters.flags import EVIDENCE, approval
from orchestrator.sanitize import line


def decide(
    common: Common, run: str | None, task: str | None, decision: str, *, note: str, evidence: str | None, by: str | None
) -> ExitCode:
    """Write the decision to the ledger; UsageError when the task does not wait."""
    root = find_root(common)
    with reading(root) as reader:
        record = chosen_run(reader, run, kind="run")
    chosen = _waiting_task(record, task)
    if decision == "approved" and _is_missing(evidence) and _asks_for_evidence(record, chosen):
        evidence = _ask_for_evidence(common, chosen)
    given = ApprovalGiven(
        run=record.id,
        task=chosen,
        time=datetime.now(UTC),
        decision=decision,
        by=by or user_name(),
        note=note,
        evidence=evidence,
        where="command",
    )
    ledger = SqliteLedger.open(root / STATE / LEDGER, create=False)
    try:
        ledger.append([given]).result()
    except DecisionRefused as error:  # since the record was read
        raise _does_not_wait(ledger.read_run(record.id), chosen) from error
    finally:
        ledger.close()
    before = _before(record, chosen)
    sys.stdout.write(f"{decision}: {chosen} of run {record.id}\n{before}{_next(root, record.id, run)}")
    return ExitCode.OK


def _before(record: RunRecord, task: str) -> str:
    """Say which decision of the same question the new one replaces; who overrules somebody has to know it."""
    decided = not_heard_yet(record).get(task)
    return f"before: {told(decided)}\n" if decided is not None else ""


def _waiting_task(record: RunRecord, task: str | None) -> str:
    waiting = [entry.id for entry in record.tasks if entry.state is TaskState.WAITING]
    if task is None and len(waiting) == 1:
        return waiting[0]
    if task is None and not waiting:
        message = f"no task of run {record.id} waits for a person"
        raise UsageError(message, hint="`orchestrate status` shows how it stands")
    if task is None:
        message = "name the task that is decided about"
        raise UsageError(message, hint=f"waiting tasks of run {record.id}: {', '.join(waiting)}")
    if task not in waiting:
        raise _does_not_wait(record, task)
    return task


def _does_not_wait(record: RunRecord, task: str) -> UsageError:
    """Return the error that says why nothing can be decided about a task: who has, if anybody did."""
    waiting = ", ".join(entry.id for entry in record.tasks if entry.state is TaskState.WAITING) or "none"
    decided = newest_decisions(record.approvals).get(task)
    if decided is not None:
        message = f"task {task} of run {record.id} has been decided: {told(decided)}"
    else:
        message = f"task {task} of run {record.id} does not wait for a person"
    return UsageError(message, hint=f"waiting tasks: {waiting}")


def _asks_for_evidence(record: RunRecord, task: str) -> bool:
    """Say whether the task as it was planned cannot be approved without evidence."""
    return plan_from_json(record.plan).task(task).params.get("evidence") == "required"


def _is_missing(evidence: str | None) -> bool:
    """Say whether nothing was given as evidence, or what stands for it in a command that was shown."""
    return (evidence or "").strip() in ("", EVIDENCE)


def _ask_for_evidence(common: Common, task: str) -> str:
    """Return what the person at the terminal says; UsageError when nobody is there, or says nothing."""
    said = ask_text(common, f"Evidence for {line(task)} ({EVIDENCE}):")
    if _is_missing(said):
        message = f"task {task} needs evidence"
        raise UsageError(message, hint=next_command(approval(task, needs_evidence=True)))
    return said


def _next(root: Path, run: str, named: str | None) -> str:
    """Say who goes on with the decision; a run that has ended does not, also while it still writes its reports."""
    with reading(root) as reader:
        if reader.read_run(run).state is RunState.RUNNING:
            return "the run goes on with it\n"
    return f"next: {next_command(f'resume {run}' if named else 'resume')}\n"
