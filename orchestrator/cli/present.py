"""Show answers and errors: how the two streams look is decided here once per process."""

import os
import shutil
import sys
from collections.abc import Sequence
from typing import TextIO

from orchestrator.cli.streams import tell
from orchestrator.errors import OrchestrateError, Problem
from orchestrator.reporters.style import Look, choose_look


def look_of(stream: TextIO) -> Look:
    """Return what may be used on a stream; the flags `--color` and `--ascii` stand in their environment twins."""
    is_terminal = _is_terminal(stream)
    return choose_look(
        os.environ,
        is_terminal=is_terminal,
        encoding=getattr(stream, "encoding", None),
        columns=shutil.get_terminal_size().columns if is_terminal else 0,
        color=os.environ.get("ORCHESTRATE_COLOR", "auto"),
        ascii=bool(os.environ.get("ORCHESTRATE_ASCII")),
    )


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False


def show_problems(problems: Sequence[Problem], stream: TextIO, *, format: str = "full") -> None:
    """Write the problems of a document."""
    from orchestrator.reporters.diagnostics import render_problems

    stream.write(render_problems(problems, look_of(stream), format=format))


def show_error(error: OrchestrateError) -> None:
    """Write an expected error to standard error."""
    from orchestrator.reporters.diagnostics import render_error

    tell(render_error(error, look_of(sys.stderr)))
