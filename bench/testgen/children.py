"""Children for the generator outside a run of the engine."""

import asyncio
import ctypes
import os
import shutil
import signal
import sys
import time
from collections.abc import Mapping, Sequence

from orchestrator.contracts import Finished
from orchestrator.models.json import JsonObject
from orchestrator.processes.companions import Companions

_TAIL = 4000  # characters
_ON_DEATH_OF_PARENT = 1  # PR_SET_PDEATHSIG


def die_with_parent() -> None:
    """Let the kernel end this process with the one that started it, however that ends (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_ON_DEATH_OF_PARENT, signal.SIGKILL)


class Children:
    """The `Processes` of the comparison: plain children whose tree ends with them."""

    def __init__(self) -> None:
        self._companions = Companions(os.environ, os.getcwd())

    async def run(
        self,
        argv: Sequence[str],
        *,
        cwd: str = ".",
        env: Mapping[str, str] | None = None,
        idle_timeout: float = 0.0,
        stdin: bytes | None = None,
    ) -> Finished:
        """Run a program to its end; cancelling ends its session."""
        begin = time.monotonic()
        child = await asyncio.create_subprocess_exec(
            *argv,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        try:
            output, _ = await child.communicate(stdin)
        except asyncio.CancelledError:
            os.killpg(child.pid, 9)
            await child.wait()
            raise
        text = output.decode(errors="replace")
        return Finished(
            exit_code=child.returncode or 0,
            seconds=time.monotonic() - begin,
            tail=text[-_TAIL:],
            output_bytes=len(output),
        )

    def find(self, program: str) -> str | None:
        """Return the path of a program."""
        return shutil.which(program)

    async def ask(self, argv: Sequence[str], request: JsonObject) -> JsonObject:
        """Ask a companion; it reads the end of its socket when this process ends."""
        return await self._companions.ask(argv, request)
