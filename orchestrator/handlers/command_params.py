"""What ``type: command`` takes."""

from functools import cached_property
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from orchestrator.contracts import Params, RelativePath
from orchestrator.models.command_line import typed

_SHELL = ("sh", "-c")


def _one_or_many(value: object) -> object:
    return [value] if isinstance(value, str) else value


ExitStatus = Annotated[int, Field(ge=0, le=255)]
Patterns = Annotated[
    list[RelativePath],
    Field(max_length=1_000),
    BeforeValidator(_one_or_many, json_schema_input_type=list[str] | str),
]


class ExitCodes(Params):
    """What exit codes mean; one that is not named means failed."""

    ok: list[ExitStatus] = Field(default=[0], description="done; the tree says whether something changed")
    changed: list[ExitStatus] = Field(default=[], description="done, and something changed")
    unchanged: list[ExitStatus] = Field(default=[], description="done, and there was nothing to change")
    transient: list[ExitStatus] = Field(default=[], description="failed, but another attempt may succeed")

    @model_validator(mode="after")
    def _have_one_meaning(self) -> Self:
        listed = [*self.changed, *self.unchanged, *self.transient]
        if "ok" in self.model_fields_set:
            listed += self.ok
        twice = sorted({code for code in listed if listed.count(code) > 1})
        if twice:
            message = f"exit code {twice[0]} is listed under two meanings"
            raise ValueError(message)
        return self


_USUAL = ExitCodes()  # shared: Pydantic would copy a default with lists in it for every task


class CommandParams(Params):
    """The program, what its exit code means, and which files it has to do with."""

    command: list[str] | str = Field(description="the program and its arguments; one text only with `shell: true`")
    shell: bool = Field(default=False, description="`command` is a line for `sh -c`; values come in by `env:`")
    cwd: RelativePath = Field(default=".", description="the folder to run in, below the root")
    stdin: str | None = Field(default=None, max_length=1_000_000, description="what the program reads; default nothing")
    # Factories and not `[]`: pydantic copies such a default deeply for every task, at planning and again at its start.
    creates: Patterns = Field(default_factory=list, description="when all of these are there, the command is not run")
    inputs: Patterns | None = Field(default=None, description="files that decide the result, for `up to date`")
    produces: Patterns = Field(
        default_factory=list, description="files that it writes: locked, part of `up to date`, taken back when it fails"
    )
    exit_codes: ExitCodes = Field(default_factory=lambda: _USUAL, description="what the program's exit codes mean")
    idempotent: bool = Field(default=False, description="after a crash, run it again without asking")
    read_only: bool = Field(default=False, description="it writes nothing: no snapshot is taken")
    rollback: bool = Field(default=True, description="when it fails, what it `produces` is taken back; the rest stays")

    @model_validator(mode="after")
    def _is_one_command(self) -> Self:
        if isinstance(self.command, str) != self.shell:
            listed = '`command` has to be a list of words, like ["npm", "test"]; a line for a shell needs `shell: true`'
            message = "`command` has to be one text where `shell: true` is said" if self.shell else listed
            raise ValueError(message)
        if isinstance(self.command, str) and any(mark in self.command for mark in ("{{", "{%")):
            message = '`command`: nothing is interpolated into a shell line; use env: {NAME: "{{ … }}"} and "$NAME"'
            raise ValueError(message)
        words = [self.command] if isinstance(self.command, str) else self.command
        if not words or not words[0].strip() or any("\0" in word for word in words):
            message = "`command` has to name a program, and no word of it can hold a NUL character"
            raise ValueError(message)
        if self.read_only and (self.produces or self.creates or self.exit_codes.changed):
            message = "`read_only` excludes `produces`, `creates` and `exit_codes.changed`"
            raise ValueError(message)
        return self

    @property
    def argv(self) -> tuple[str, ...]:
        """The words that are started."""
        return (*_SHELL, self.command) if isinstance(self.command, str) else tuple(self.command)

    @cached_property
    def line(self) -> str:
        """The command as one would type it, in full."""
        return self.command if isinstance(self.command, str) else typed(self.command)
