"""`orchestrate edit`: one action on one file, as a person would use it."""

from typing import Annotated

from orchestrator.cli.options import Colours, Folder, argument, option
from orchestrator.cli.options import command as as_command


@as_command
def command(
    colours: Colours,  # noqa: ARG001 - read where answers are shown
    action: Annotated[str, argument(help="what to do; `orchestrate actions` lists all")],
    target: Annotated[
        list[str] | None,
        argument(help="files or quoted patterns, edited all or none (default: the one that fits)"),
    ] = None,
    with_: Annotated[
        list[str] | None,
        option("--with", "-w", value="NAME=VALUE", help="a param, its value as in YAML (repeatable)", envvar=None),
    ] = None,
    diff: Annotated[bool, option("--diff", help="print the diff (the default without --write)", envvar=None)] = False,
    write: Annotated[bool, option("--write", help="write the file", envvar=None)] = False,
    as_json: Annotated[bool, option("--json", help="as JSON", envvar=None)] = False,
    directory: Folder = None,
) -> int:
    """Plan an edit, prove it, and print its diff; with --write, write it.

    Exit 0: changed, or as it should be. 1: refused, or in conflict with what is there. 2: wrong params or no such
    file. 11: somebody changed the file in the meantime.
    """
    from orchestrator.cli.edit_work import Wanted, edit

    return edit(
        directory,
        Wanted(action=action, targets=target or (), params=with_ or ()),
        diff=diff,
        write=write,
        as_json=as_json,
    )
