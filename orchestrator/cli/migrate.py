"""`orchestrate migrate`: rewrite a document of the older layout in the present one."""

import sys
from pathlib import Path
from typing import Annotated

from orchestrator.cli.options import Look, option
from orchestrator.cli.options import command as as_command
from orchestrator.cli.places import document_path
from orchestrator.cli.writing import write_new_text
from orchestrator.errors import DocumentInvalid, ExitCode


@as_command
def command(
    common: Look,
    output: Annotated[Path | None, option("--output", "-o", help="write it to this file", envvar=None)] = None,
) -> int:
    """Print the document in the native layout; it means the same."""
    from orchestrator.planning.document_loader import load_document
    from orchestrator.planning.migrate import to_native_yaml

    loaded = load_document(document_path(common))
    if not loaded.is_valid or loaded.root is None:
        raise DocumentInvalid(loaded.problems)
    text = to_native_yaml(loaded)
    if output is None:
        sys.stdout.write(text)
    else:
        write_new_text(output, text, hint="name a file that does not exist yet")
        sys.stdout.write(f"wrote {output}\n")
    return ExitCode.OK
