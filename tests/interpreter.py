"""The interpreter of a project: this one, with a pytest that has no plug-ins beside it."""

import sys
from pathlib import Path

INTERPRETER = ".venv/bin/python"


def script(before: str = "") -> str:
    """Return what starts this interpreter, after commands of the shell.

    Each start of pytest would import what is installed for our own tests, which takes longer than pytest itself.
    """
    return f'#!/bin/sh\nexport PYTEST_DISABLE_PLUGIN_AUTOLOAD=1\n{before}exec "{sys.executable}" "$@"\n'


def put_interpreter(root: Path, before: str = "") -> None:
    """Give a project the interpreter."""
    place = root / INTERPRETER
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(script(before), encoding="utf-8")
    place.chmod(0o755)
