"""The newest versions of actions, asked of the repositories where they are made, as pins of this repository.

A tag that is an object of its own comes in two lines; the commit is the second one, `refs/tags/NAME^{}`. Versions that
are not released yet and tags that are moved with each release (`v4`) are passed over where there are better ones.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from orchestrator.cli.edit_tree import EditTree
from orchestrator.edits.patch import patch
from orchestrator.edits.pins import OVERRIDES, Pin, Pins
from orchestrator.edits.result import FileEdit, new_file
from orchestrator.errors import MissingTool

_HOST = "https://github.com"
_SECONDS = 30
_TAG = re.compile(r"(?P<commit>[0-9a-f]{40})\trefs/tags/(?P<name>v?\d+(?:\.\d+){0,2})(?P<peeled>\^\{\})?")


def newest(repo: str) -> Pin | None:
    """Return the newest version of `owner/name` with the last one of each earlier major; None without an answer."""
    git = shutil.which("git")
    if git is None:
        message = "`git` is needed to ask for versions"
        raise MissingTool(message, hint="install git")
    env = {**os.environ, "GIT_TERMINAL_PROMPT": "0"}
    argv = [git, "ls-remote", "--tags", f"{_HOST}/{repo}"]
    try:
        done = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None
    return pin_of(done.stdout.splitlines()) if done.returncode == 0 else None


def pin_of(lines: Iterable[str]) -> Pin | None:
    """Return the pin that the lines of `git ls-remote --tags` stand for, None when there is no version among them."""
    commits: dict[str, str] = {}
    for line in lines:
        found = _TAG.fullmatch(line.strip())
        if found is not None and (found["peeled"] or found["name"] not in commits):
            commits[found["name"]] = found["commit"]
    full = {name for name in commits if name.count(".") == 2} or set(commits)
    last: dict[int, str] = {}
    for name in sorted(full, key=_numbers):
        last[_numbers(name)[0]] = name
    versions = [Pin(name, commits[name]) for _, name in sorted(last.items(), reverse=True)]
    return Pin(versions[0].version, versions[0].commit, tuple(versions[1:])) if versions else None


def write(tree: EditTree, fresh: Mapping[str, Pin], checked: str) -> None:
    """Put pins into the file that goes over the shipped ones; what it says of other actions stays."""
    before = tree.read_text(OVERRIDES) if tree.exists(OVERRIDES) else None
    present: dict[str, Any] = json.loads(before)["pins"] if before is not None else {}
    kept = {name: entry for name, entry in present.items() if name.lower() not in fresh}
    pins = dict(sorted({**kept, **{name: _entry(pin) for name, pin in fresh.items()}}.items()))
    model = {"checked": checked, "pins": pins}
    text = json.dumps(model, indent=2) + "\n"
    if before is None:
        tree.write([new_file(OVERRIDES, "json", text, model)])
    else:
        whole = (patch(before, 0, len(before), text),)
        tree.write([FileEdit(path=OVERRIDES, kind="json", before=before, patches=whole, intended=model)])


def age(pins: Pins, today: date) -> int | None:
    """Return how many days ago pins were checked, None when nothing says it."""
    try:
        return (today - date.fromisoformat(pins.checked)).days
    except ValueError:
        return None


def _numbers(name: str) -> tuple[int, ...]:
    return tuple(map(int, name.removeprefix("v").split(".")))


def _entry(pin: Pin) -> dict[str, Any]:
    older = [{"version": one.version, "commit": one.commit} for one in pin.older]
    return {"version": pin.version, "commit": pin.commit, **({"older": older} if older else {})}
