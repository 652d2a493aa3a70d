"""`orchestrate status`: how a run stands, out of the ledger. Never opens the document."""

import sys
import time
from datetime import UTC, datetime
from typing import Annotated

from orchestrator.cli.next_command import flags_for
from orchestrator.cli.options import Common, Drawing, argument, option
from orchestrator.cli.options import command as as_command
from orchestrator.cli.places import find_root
from orchestrator.cli.present import look_of
from orchestrator.cli.state import chosen_run, measurements, reading, start_after
from orchestrator.cli.waits import read_waits
from orchestrator.errors import ExitCode
from orchestrator.models.record import RunRecord
from orchestrator.models.status import RunState
from orchestrator.reporters.record_json import record_json
from orchestrator.reporters.status_view import StatusNotes, render_status

_CLEAR = "\x1b[H\x1b[2J"


@as_command
def command(
    common: Common,
    _drawing: Drawing,
    run: Annotated[str | None, argument(help="the beginning of a run's id (default: the last run)")] = None,
    as_json: Annotated[bool, option("--json", help="as JSON", envvar=None)] = False,
    watch: Annotated[bool, option("--watch", "-w", help="repeat until the run ends", envvar=None)] = False,
    interval: Annotated[
        float, option("--interval", value="SECONDS", help="seconds between two looks with --watch", min=0.1)
    ] = 2.0,
    all_tasks: Annotated[bool, option("--all", "-a", help="also list the tasks that are done", envvar=None)] = False,
    exit_code: Annotated[bool, option("--exit-code", help="end with the run's own exit code", envvar=None)] = False,
) -> int:
    """Show how a run stands: what is done, what failed, what waits, and what to type next."""
    root = find_root(common)
    while True:
        with reading(root) as ledger:
            record = chosen_run(ledger, run)
            is_last = run is None or record.id == chosen_run(ledger, None).id
            measured = () if as_json else measurements(ledger)
            next_began = start_after(ledger, record) if measured and not is_last else None
        notes = StatusNotes(
            now=datetime.now(UTC),
            all_tasks=all_tasks,
            waits=read_waits(root, record),
            measured=measured,
            next_began=next_began,
            flags=flags_for(record, root, is_last=is_last),
        )
        text = _shown(record, notes, as_json=as_json)
        sys.stdout.write((_CLEAR if watch and sys.stdout.isatty() and not as_json else "") + text)
        sys.stdout.flush()
        if not watch or record.state is not RunState.RUNNING:
            break
        time.sleep(interval)
    return (record.exit_code or ExitCode.OK) if exit_code else ExitCode.OK


def _shown(record: RunRecord, notes: StatusNotes, *, as_json: bool) -> str:
    if as_json:
        return record_json(record, command="status", waits=notes.waits)
    return render_status(record, look_of(sys.stdout), notes)
