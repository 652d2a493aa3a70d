"""The end of a run: decide its exit code and record it."""

import asyncio
from collections.abc import Mapping

from orchestrator.contracts import Ledger
from orchestrator.engine.outcome import RunResult, Verdicts, run_state
from orchestrator.engine.ports import Clock
from orchestrator.errors import ExitCode, OrchestrateError
from orchestrator.models.facts import RunEnded
from orchestrator.models.status import TaskState


async def conclude(
    *,
    run: str,
    ledger: Ledger,
    clock: Clock,
    started: float,
    states: Mapping[str, TaskState],
    verdicts: Verdicts,
    stopped: ExitCode | None,
    error: BaseException | None,
) -> RunResult:
    """Record the end of the run, also after the ledger refused something: the disk may have room again."""
    if error is not None:
        verdicts.codes.add(error.exit_code if isinstance(error, OrchestrateError) else ExitCode.INTERNAL)
    code = verdicts.exit_code(states.values(), stopped)
    state = run_state(code, stopped)
    seconds = clock.monotonic() - started
    fact = RunEnded(run=run, time=clock.now(), state=state, exit_code=int(code), seconds=seconds)
    try:
        await asyncio.wrap_future(ledger.append([fact]))
    except Exception as refused:
        error = error or refused
        verdicts.codes.add(refused.exit_code if isinstance(refused, OrchestrateError) else ExitCode.INTERNAL)
        code = verdicts.exit_code(states.values(), stopped)
        state = run_state(code, stopped)
    return RunResult(state=state, exit_code=code, seconds=seconds, states=states, error=error)
