"""`orchestrate init`: write a small, commented phases.yaml that validates, plans and runs in this repository."""

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from orchestrator.cli.options import Look, option
from orchestrator.cli.options import command as as_command
from orchestrator.cli.places import enter_directory
from orchestrator.cli.writing import write_new_text
from orchestrator.errors import ExitCode

_HEAD = """\
# yaml-language-server: $schema=phases.schema.json
# $schema: phases.schema.json
#
# What is to be done here, in phases. `orchestrate schema -o phases.schema.json` writes the schema that your editor
# completes and checks this file with; `orchestrate validate` tells every problem at once.
version: 1
project:
  name: {name}
settings:
  max_parallel_tasks: 2   # for the whole run; 0 = no limit
  timeout: 30m            # for each attempt of a task; 0 = none
phases:
  - id: "1"
    name: First look
    groups:
      - id: a
        name: What is there works
        execution: parallel   # or sequential: one after another, in this order
        tasks:
"""
_TASK = """\
          # {why}
          - id: "{id}"
            name: {name}
            type: command
            command: {command}
"""


def _package_json(root: Path) -> dict[str, object]:
    try:
        content = json.loads((root / "package.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _uses_pytest(root: Path) -> bool:
    if any((root / name).exists() for name in ("pytest.ini", "conftest.py", "tests/conftest.py")):
        return True
    try:
        content = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return "pytest" in content.get("tool", {}) or "pytest" in json.dumps(content.get("project", {}))


def detect_tasks(root: Path) -> Iterator[tuple[str, list[str], str]]:
    """Yield (name, command, why) for what the repository can already run."""
    package = _package_json(root)
    scripts = package.get("scripts")
    for script in ("lint", "typecheck", "test"):
        if isinstance(scripts, dict) and script in scripts:
            yield f"npm run {script}", ["npm", "run", script], f"package.json has a script `{script}`"
    if _uses_pytest(root):
        yield "pytest", ["python3", "-m", "pytest", "-q"], "the repository has pytest tests"
    if not package and not _uses_pytest(root):
        yield "list the files", ["ls"], "no test runner was found; put a command of yours here"


def render_document(root: Path) -> str:
    """Return the text of a phases.yaml for the repository."""
    name = json.dumps(re.sub(r"[^\w .-]", "-", root.name) or "repository")
    tasks = [
        _TASK.format(why=why, id=f"1.{number}", name=json.dumps(title), command=json.dumps(argv))
        for number, (title, argv, why) in enumerate(detect_tasks(root), start=1)
    ]
    return _HEAD.format(name=name) + "".join(tasks)


@as_command
def command(
    common: Look,
    dry_run: Annotated[bool, option("--dry-run", "-n", help="print the document, write nothing")] = False,
    force: Annotated[bool, option("--force", help="replace a document that is there", envvar=None)] = False,
) -> int:
    """Write a small commented phases.yaml for the repository in this folder."""
    root = enter_directory(common)
    target = common.config or root / "phases.yaml"
    text = render_document(root)
    if dry_run:
        sys.stdout.write(text)
        return ExitCode.OK
    write_new_text(target, text, replace=force, hint="`orchestrate init --force` replaces it")
    sys.stdout.write(f"wrote {target}\nnext: orchestrate validate, then orchestrate run --all --dry-run\n")
    return ExitCode.OK
