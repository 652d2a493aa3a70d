"""Programs that an attempt starts."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from orchestrator.models.json import JsonObject


class Finished(Struct, frozen=True, kw_only=True):
    """How a child process ended. `exit_code` is negative for a signal; `tail` holds its last output, redacted."""

    exit_code: int
    seconds: float
    tail: str
    output_bytes: int
    log: str | None = None
    idle: bool = False  # it was stopped because it said nothing for `idle_timeout`
    leftovers: int = 0  # processes that it left behind and that were ended


class Processes(Protocol):
    """Start children: own session, bounded output to the attempt's log, no one left behind."""

    async def run(
        self,
        argv: Sequence[str],
        *,
        cwd: str = ".",
        env: Mapping[str, str] | None = None,
        idle_timeout: float = 0.0,
        stdin: bytes | None = None,
    ) -> Finished:
        """Run a program to its end. MissingTool when it does not exist. Cancelling ends its whole tree.

        `cwd` is relative to the root; `env` is added to the allow-listed environment of the attempt.
        """

    def find(self, program: str) -> str | None:
        """Return the path of a program that `run` would start, or None."""

    async def ask(self, argv: Sequence[str], request: JsonObject) -> JsonObject:
        """Ask a companion: a program that is started when none of its argv is free, and serves all attempts of the run.

        It gets requests as lines of JSON on a socket, whose number is its last argument, and answers each with a line
        there; an answer with `retire` is its last. TaskFailed when it ends without an answer. Cancelling ends it.
        """
