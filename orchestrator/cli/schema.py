"""`orchestrate schema`: the JSON Schema of phases.yaml, for editors and other tools."""

import json
import sys
from pathlib import Path
from typing import Annotated

from orchestrator.cli.options import command as as_command
from orchestrator.cli.options import option
from orchestrator.cli.writing import write_new_text
from orchestrator.errors import ExitCode


@as_command
def command(
    output: Annotated[Path | None, option("--output", "-o", help="write it to this file", envvar=None)] = None,
) -> int:
    """Print the JSON Schema (draft-07) of phases.yaml, with the params of all installed handlers."""
    from orchestrator.planning.schema import json_schema
    from orchestrator.plugins import Catalogue

    text = json.dumps(json_schema(Catalogue()), indent=2, ensure_ascii=False) + "\n"
    if output is None:
        sys.stdout.write(text)
    else:
        write_new_text(output, text, replace=True)
        sys.stdout.write(f"wrote {output}\n")
    return ExitCode.OK
