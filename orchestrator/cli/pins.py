"""`orchestrate pins`: the versions of actions by commit, and whether the repository's workflows keep to them."""

import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated

from orchestrator.cli.edit_tree import EditTree
from orchestrator.cli.options import Colours, Folder, option
from orchestrator.cli.options import command as as_command
from orchestrator.cli.pins_refresh import age, newest, write
from orchestrator.cli.places import existing_folder, repository_root
from orchestrator.cli.present import look_of
from orchestrator.edits.pins import OVERRIDES, Pin, Pins, is_pinned, shipped_pins, split_uses
from orchestrator.edits.result import Refusal
from orchestrator.edits.yaml.model import load_model
from orchestrator.errors import ExitCode, UsageError
from orchestrator.models.json import Json
from orchestrator.reporters.wrapping import wrap
from orchestrator.sanitize import line

_WHERE = (".github/workflows/*.yml", ".github/workflows/*.yaml", ".github/actions/**/action.yml", "action.yml")
_OLD = 180  # days
_USES = re.compile(r"""uses["']?:[ \t]+["']?(?P<uses>[^\s"'#]+)""")


@as_command
def command(
    colours: Colours,  # noqa: ARG001 - read where answers are shown
    check: Annotated[bool, option("--check", help="compare the workflows of this repository", envvar=None)] = False,
    refresh: Annotated[
        bool, option("--refresh", help=f"ask for the newest versions of what is used, into {OVERRIDES}", envvar=None)
    ] = False,
    directory: Folder = None,
) -> int:
    """List the pins that actions write: the shipped ones, and those of .github/action-pins.json over them.

    With --check, name every `uses:` that can be moved to other code or is another commit than the pin; exit 1 then.
    With --refresh, ask the repositories of the actions in use for their versions; exit 1 when one does not answer. Look
    at the file before you commit it: a tag may have been moved to hostile code and nobody has noticed yet.
    """
    root = repository_root(existing_folder(directory) if directory is not None else Path.cwd())
    tree = EditTree(root)
    try:
        pins = _pins(tree)
        if refresh:
            return _refresh(tree, pins)
        if not check:
            _show(pins)
            return ExitCode.OK
        return _check(tree, pins)
    finally:
        tree.close()


def _pins(tree: EditTree) -> Pins:
    if not tree.exists(OVERRIDES):
        return shipped_pins()
    try:
        return shipped_pins().overridden(tree.read_text(OVERRIDES))
    except Refusal as refusal:
        message = f"{OVERRIDES}: {refusal.reason}"
        raise UsageError(message, hint='{"pins": {"owner/name": {"version": "v1.2.3", "commit": "…"}}}') from refusal


def _show(pins: Pins) -> None:
    width = max(len(name) for name in pins.by_repo)
    for name, pin in sorted(pins.by_repo.items()):
        sys.stdout.write(f"{name:<{width}}  {pin.version:<9} {pin.commit}\n")
    days = age(pins, date.today())
    ago = "" if days is None else f", {days} day{'' if days == 1 else 's'} ago"
    sys.stdout.write(f"# {len(pins.by_repo)} pins, checked {pins.checked}{ago}\n")


def _refresh(tree: EditTree, pins: Pins) -> int:
    """Ask for each action in use, and keep what is newer than the pin or not known yet."""
    used = {parts[0].lower() for _, _, uses in _every_use(tree) if (parts := split_uses(uses)) is not None}
    fresh: dict[str, Pin] = {}
    silent = []
    for repo in sorted(used):
        found, known = newest(repo), pins.find(repo)
        if found is None:
            silent.append(repo)
        elif known is None or found != known:
            fresh[repo] = found
            before = f"{known.version} -> " if known is not None else ""
            sys.stdout.write(f"{repo}: {before}{found.version} {found.commit}\n")
    if len(silent) < len(used):
        write(tree, fresh, pins.checked if silent else date.today().isoformat())
    for repo in silent:
        sys.stderr.write(f"warning: {line(repo)} gave no version\n")
    sys.stdout.write(f"# {len(used)} actions asked for, {len(fresh)} with another version than the pin\n")
    return ExitCode.FAILED if silent else ExitCode.OK


def _check(tree: EditTree, pins: Pins) -> int:
    wrong = total = 0
    for path, number, uses in _every_use(tree):
        total += 1
        problem = _problem(uses, pins)
        if problem is not None:
            wrong += 1
            text = f"{path}:{number}: {line(uses)}: {problem}"
            sys.stdout.write("\n".join(wrap(text, look_of(sys.stdout).width, first="", then="  ")) + "\n")
    days = age(pins, date.today())
    if days is not None and days > _OLD:
        sys.stderr.write(f"warning: the pins were checked {days} days ago; `orchestrate pins --refresh` asks anew\n")
    sys.stdout.write(f"# {total} uses, {wrong} to look at\n")
    if wrong and sys.stdout.isatty():
        sys.stdout.write("# orchestrate edit pin_actions '.github/workflows/*' --write pins what is known\n")
    return ExitCode.FAILED if wrong else ExitCode.OK


def _every_use(tree: EditTree) -> Iterator[tuple[str, int, str]]:
    """Yield path, line and value of each `uses:` of the repository."""
    for path in sorted({path for pattern in _WHERE for path in tree.glob(pattern)}):
        for number, uses in _uses_in(tree, path):
            yield path, number, uses


def _uses_in(tree: EditTree, path: str) -> Iterator[tuple[int, str]]:
    """Yield line and value of each `uses:` key; a text in a script that only looks like one is none."""
    text = tree.read_text(path)
    try:
        real = set(_values(load_model(text)))
    except Refusal as refusal:
        sys.stderr.write(f"warning: {path} is left out: {line(refusal.reason)}\n")
        return
    for number, written in enumerate(text.split("\n"), 1):
        found = _USES.search(written)
        if found is not None and found["uses"] in real:
            yield number, found["uses"]


def _values(model: Json) -> Iterator[str]:
    if isinstance(model, dict):
        for key, value in model.items():
            if key == "uses" and isinstance(value, str):
                yield value
            yield from _values(value)
    elif isinstance(model, list):
        for item in model:
            yield from _values(item)


def _problem(uses: str, pins: Pins) -> str | None:
    """Say what is wrong with a `uses:` value, or None."""
    parts = split_uses(uses)
    newest = pins.find(parts[0]) if parts is not None else None
    if parts is None or newest is None:
        return None if is_pinned(uses) else "can be moved to other code"
    if not is_pinned(uses):
        pin = pins.find_major(parts[0], parts[2]) or newest
        return f"can be moved to other code, pin it to {pin.commit} # {pin.version}"
    if parts[2] not in (newest.commit, *(pin.commit for pin in newest.older)):
        return f"is not the pin {newest.commit} # {newest.version}"
    return None
