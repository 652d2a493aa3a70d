"""`orchestrate explain`: why a task runs or not, or what an error code means."""

import re
import sys
from typing import Annotated

import typer

from orchestrator.cli.opening import open_valid, plan_of
from orchestrator.cli.options import Choice, Common, option
from orchestrator.cli.options import command as as_command
from orchestrator.cli.state import open_to_read
from orchestrator.errors import ExitCode
from orchestrator.planning.explain import explain_task
from orchestrator.planning.plan_json import plan_from_json

_CODE = re.compile(r"[EW]\d{3}\Z")


@as_command
def command(
    common: Common,
    topic: Annotated[str, typer.Argument(help="a task's id, or a code such as E203")],
    force: Annotated[bool, option("--force", help="as if run with --force", envvar=None)] = False,
) -> int:
    """Say why a task runs or not, what it waits for, and what an error code means."""
    if _CODE.match(topic):
        sys.stdout.write(_about_code(topic))
        return ExitCode.OK
    opened = open_valid(common)
    ledger = open_to_read(opened.root)
    successes = ledger.last_successes()
    plan = plan_of(opened, common, Choice(all_=True), successes=successes, failed=None)
    task = _task_of(plan, topic)
    last = successes.get(task.id)
    before = None
    if last is not None:
        planned = plan_from_json(ledger.read_run(last.run).plan)
        before = next((each for each in planned.tasks if each.id == task.id), None)
    now = _fingerprint_now(opened, plan, task, last)
    ledger.close()
    sys.stdout.write(_told(explain_task(plan, task.id, last=last, before=before, fingerprint_now=now, force=force)))
    return ExitCode.OK
