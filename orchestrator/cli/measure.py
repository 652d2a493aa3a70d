"""`orchestrate measure`: how much the tests reach now, by the project's own runners; kept in the ledger."""

from typing import Annotated

from orchestrator.cli.options import Common, option
from orchestrator.cli.options import command as as_command
from orchestrator.cli.places import measured_root


@as_command
def command(
    common: Common,
    modules: Annotated[bool, option("--modules", help="show every module", envvar=None)] = False,
    history: Annotated[
        bool, option("--history", help="show what was measured before; run nothing", envvar=None)
    ] = False,
    timeout: Annotated[
        float, option("--timeout", value="SECONDS", help="seconds for each suite, 0 = no limit", min=0)
    ] = 1800,
    as_json: Annotated[bool, option("--json", help="as JSON", envvar=None)] = False,
) -> int:
    """Measure statements, branches and lines that the tests reach, in all, per folder and per module.

    Every source counts, also what no test loads. Exit 1: a suite could not be measured, or some of its tests fail.
    """
    root = measured_root(common)
    if history:
        from orchestrator.cli.measured_before import tell_measured_before

        return tell_measured_before(root, as_json=as_json)
    from orchestrator.cli.measure_work import measure

    return measure(root, timeout, all_modules=modules, as_json=as_json)
