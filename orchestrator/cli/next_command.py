"""The next command, so that it works when it is pasted where its user stands."""

import os
import shlex
import shutil
import sys
from pathlib import Path

from msgspec.structs import replace

from orchestrator.models.record import RunRecord
from orchestrator.reporters.flags import Flags, flags_of, names_any

_NAME = "orchestrate"


def program_name() -> str:
    """Return `orchestrate` where PATH leads to this program, else the path by which it was called."""
    called = sys.argv[0]
    if os.path.basename(called) != _NAME:  # `python -m`, or a program around this one
        return _NAME
    if not os.path.isabs(called):  # typed as a path; found on PATH it would be absolute
        return shlex.quote(called)
    found = shutil.which(_NAME)
    return _NAME if found is not None and os.path.realpath(found) == os.path.realpath(called) else shlex.quote(called)


def flags_here() -> Flags:
    """Return what the command line at hand says about the place and the plan."""
    return flags_of(sys.argv[1:], program_name())


def next_command(words: str, folder: Path | None = None) -> str:
    """Return a command about the same place as the one at hand, or about a folder that it was given."""
    flags = flags_here()
    place = flags.place if folder is None else f" -C {shlex.quote(str(folder))}"
    return f"{flags.program} {words}{place}"


def flags_for(record: RunRecord, root: Path, *, is_last: bool) -> Flags:
    """Return the flags of commands about a run of the repository, for one who looks at it now.

    The run may have been started in another folder: what it said about the place is good for nothing here, where the
    command at hand found its way. Only `run` opens the document, and has to be told again where it is.
    """
    then, now = flags_of(record.command), flags_here()
    plan = then.plan
    if names_any(then.place, "-c", "--config") and not names_any(now.place, "-c", "--config"):
        document = record.plan.get("document")  # reads a plan that may be large
        plan += f" --config {shlex.quote(os.path.abspath(str(document)))}" if document else ""
    if names_any(then.place, "--project") and not names_any(now.place, "--project"):
        plan += f" --project {shlex.quote(str(root))}"
    run = "" if is_last else record.id
    return replace(now, plan=plan, tasks=then.tasks, merges=then.merges, run=run)
