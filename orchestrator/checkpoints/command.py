"""``type: command``: a program whose exit code says whether the condition holds."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from orchestrator.contracts import CheckContext, Checkpoint, Measurement, Params, RelativePath
from orchestrator.errors import OrchestrateError
from orchestrator.models.command_line import typed


class CommandParams(Params):
    """The program and the exit codes that mean yes."""

    command: list[str] = Field(min_length=1, max_length=1_000, description="program and arguments, no shell")
    cwd: RelativePath = Field(default=".", description="the folder to run in, below the root")
    env: dict[str, str] = Field(default={}, max_length=100, description="further environment")
    exit_codes: list[Annotated[int, Field(ge=0, le=255)]] = Field(
        default=[0], min_length=1, max_length=20, description="those that mean yes"
    )
    inputs: list[RelativePath] | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="globs: files that decide the answer, for `up to date`",
    )


class CommandCheckpoint(Checkpoint[CommandParams]):
    """Run a program and look at its exit code."""

    type = "command"
    params_model = CommandParams

    def title(self, params: CommandParams) -> str:
        """Show the command line."""
        return typed(params.command)

    def decided_by(self, params: CommandParams) -> Sequence[str] | None:
        """Return the declared inputs; without them nobody knows what the program looks at."""
        return params.inputs

    async def measure(self, params: CommandParams, context: CheckContext) -> Measurement:
        """Run the program; one that cannot be started measures nothing."""
        line = self.title(params)
        work = context.processes.run(params.command, cwd=params.cwd, env=params.env)
        try:
            finished = await context.workspace.track(work)
        except OrchestrateError as error:
            return Measurement(ok=False, message=f"cannot be measured: {error.message}", source=line)
        ended = f"by signal {-finished.exit_code}" if finished.exit_code < 0 else f"with exit code {finished.exit_code}"
        ok = finished.exit_code in params.exit_codes
        return Measurement(
            ok=ok,
            message=f"ended {ended}",
            value=float(finished.exit_code),
            limit=float(params.exit_codes[0]) if len(params.exit_codes) == 1 else None,
            unit="exit code",
            source=line,
            details={} if ok else {"output": finished.tail},
        )
