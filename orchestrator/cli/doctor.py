"""`orchestrate doctor`: look at everything that a run needs; each finding says what to type."""

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

from msgspec import Struct
from msgspec.structs import asdict

from orchestrator.cli.options import Common, Drawing, Planning, option
from orchestrator.cli.options import command as as_command
from orchestrator.cli.places import STATE, enter_directory, find_root
from orchestrator.cli.present import look_of
from orchestrator.cli.programs import programs_of, pythons_without_pytest, where_is
from orchestrator.cli.state import BACKUPS, LEDGER
from orchestrator.errors import DocumentInvalid, ExitCode, OrchestrateError, UsageError
from orchestrator.ledger.repair import repair
from orchestrator.ledger.sqlite import SqliteLedger
from orchestrator.plugins import Catalogue, Plugin
from orchestrator.processes.sweep import tagged
from orchestrator.sanitize import line
from orchestrator.workspace.lock import RunLock, holder, is_held
from orchestrator.workspace.state_dir import check_state_dir

_LEAST_FREE = 256 << 20  # bytes
_USERS_SHOWN = 3


class Finding(Struct, frozen=True, kw_only=True):
    """One thing that was looked at; `hint` is what to do when it is not well."""

    what: str
    ok: bool
    message: str
    hint: str | None = None


@as_command
def command(
    common: Common,
    _drawing: Drawing,
    as_json: Annotated[bool, option("--json", help="as JSON", envvar=None)] = False,
    mend: Annotated[
        bool, option("--repair", help="move a damaged ledger aside and save what can be read of it", envvar=None)
    ] = False,
) -> int:
    """Check Python, git, disk, permissions, lock, ledger, plug-ins, and the programs that the document names."""
    root = _root(common)
    if mend:
        return _repair(root)
    findings = [*examine(root), *_programs(common, root)]
    if as_json:
        content = {"schema_version": 1, "command": "doctor", "findings": [asdict(each) for each in findings]}
        sys.stdout.write(json.dumps(content, indent=2) + "\n")
    else:
        look = look_of(sys.stdout)
        for each in findings:
            mark = look.paint("good", look.glyph("good")) if each.ok else look.paint("bad", look.glyph("bad"))
            sys.stdout.write(f"{mark} {each.what}: {each.message}\n")
            if each.hint and not each.ok:
                sys.stdout.write(f"    {each.hint}\n")
    return ExitCode.OK if all(each.ok for each in findings) else ExitCode.FAILED


def _root(common: Common) -> Path:
    """Return the repository; this folder where there is no document yet: the machine can be looked at before one."""
    try:
        return find_root(common)
    except UsageError:
        if common.config is not None or common.project is not None:
            raise
        return enter_directory(common)


def examine(root: Path) -> Iterator[Finding]:
    """Yield a finding for everything that a run needs."""
    yield Finding(what="python", ok=True, message=platform.python_version())
    yield _git()
    yield _disk(root)
    yield _writable(root)
    yield _asked("state folder", lambda: _state(root))
    yield _lock(root)
    yield from _left_behind(root)
    yield _asked("ledger", lambda: _ledger(root))
    yield from _plugins()


def _asked(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what=what, ok=True, message=look())
    except OrchestrateError as error:
        return Finding(what=what, ok=False, message=error.message, hint=error.hint)


def _git() -> Finding:
    program = shutil.which("git")
    if program is None:
        return Finding(what="git", ok=False, message="is not installed", hint="apt-get install git")
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=10)
    return Finding(what="git", ok=answer.returncode == 0, message=answer.stdout.strip(), hint="reinstall git")


def _disk(root: Path) -> Finding:
    free = shutil.disk_usage(root).free
    hint = "free some space, or `orchestrate clean`"
    return Finding(what="disk", ok=free >= _LEAST_FREE, message=f"{free >> 20:,} MB free", hint=hint)


def _writable(root: Path) -> Finding:
    ok = os.access(root, os.W_OK)
    return Finding(
        what="repository", ok=ok, message=str(root) if ok else f"{root} cannot be written", hint="check its permissions"
    )


def _state(root: Path) -> str:
    return f"{STATE}/ is ours" if check_state_dir(root) else "none yet; the first run makes it"


def _lock(root: Path) -> Finding:
    lock = root / STATE / "lock"
    working = holder(lock) if is_held(lock) else None
    return Finding(what="lock", ok=True, message=f"held by {working}" if working else "free")


def _left_behind(root: Path) -> Iterator[Finding]:
    """Yield what runs on although no run does: both of its keepers were killed."""
    left = [] if is_held(root / STATE / "lock") else tagged(str(root))
    if left:
        message = f"{len(left)} of an ended run still there: {', '.join(map(str, left))}"
        yield Finding(what="processes", ok=False, message=message, hint="the next run, resume or undo here ends them")


def _ledger(root: Path) -> str:
    path = root / STATE / LEDGER
    if not path.exists():
        return "none yet"
    ledger = SqliteLedger.open_readonly(path)
    try:
        return f"{ledger.check():,} facts, every checksum right"
    finally:
        ledger.close()


def _plugins() -> Iterator[Finding]:
    catalogue = Catalogue()
    for plugin in catalogue.handlers():
        yield _asked(f"handler {plugin.name}", partial(_loaded, plugin, catalogue.handler))
    for plugin in catalogue.checkpoints():
        yield _asked(f"checkpoint {plugin.name}", partial(_loaded, plugin, catalogue.checkpoint))
    for plugin in catalogue.guards():
        yield _asked(f"guard {plugin.name}", partial(_loaded, plugin, catalogue.guard))


def _programs(common: Common, root: Path) -> Iterator[Finding]:
    """Yield a finding for each program of the document; one for a document that cannot be planned, none without one."""
    from orchestrator.cli.opening import open_plan

    try:
        plan = open_plan(Planning(config=common.config, directory=common.directory, project=common.project)).plan
    except DocumentInvalid:
        yield Finding(what="document", ok=False, message="has errors", hint="`orchestrate validate` shows them")
        return
    except OrchestrateError:
        return
    for program, users in programs_of(plan).items():
        found = where_is(program, root)
        yield Finding(
            what=f"program {line(program)}",
            ok=found is not None,
            message=line(found or f"is not there; {_need(users)}"),
            hint="install it, or put its folder on PATH",
        )
    for python, users in pythons_without_pytest(plan, root).items():
        message, hint = f"{python} has none; {_need(users)}", f"{python} -m pip install pytest"
        yield Finding(what="pytest", ok=False, message=line(message), hint=hint)


def _need(users: Sequence[str]) -> str:
    more = f" and {len(users) - _USERS_SHOWN} more" if users[_USERS_SHOWN:] else ""
    return f"{', '.join(users[:_USERS_SHOWN])}{more} {'needs' if len(users) == 1 else 'need'} it"


def _loaded(plugin: Plugin, load: Callable[[str], object]) -> str:
    load(plugin.name)
    return f"from {plugin.package}"


def _repair(root: Path) -> ExitCode:
    with RunLock(root / STATE / "lock", command=("orchestrate", "doctor", "--repair")):
        report = repair(root / STATE / LEDGER, backup_folder=root / STATE / BACKUPS)
    sys.stdout.write(f"{report}\n")
    return ExitCode.OK
