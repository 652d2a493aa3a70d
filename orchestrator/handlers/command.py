"""``type: command`` runs a program: tests, installers, generators, formatters.

**A command is a list of words**, started without a shell. `shell: true` takes one line for `sh -c` instead, and then
nothing is interpolated into it: a value with a quote or a `;` in it would become code. Give values by `env:`::

    command: 'grep -c "$WORD" README.md | tee count.txt'
    shell: true
    env: {WORD: "{{ params.word }}"}

**Changed or unchanged** says the tree: a snapshot before and after tells what the command wrote, for the diff and the
undo too. `exit_codes.changed` and `.unchanged` let the program's exit code say it; `read_only: true` promises that
nothing is written and saves the snapshot.

**Up to date** is a command whose definition, `inputs`, `produces` and `creates` are as its last success left them. One
that declares none of the three always runs, because nothing tells what its result hangs on; `inputs: []` says that
it hangs on nothing but its own definition. `creates` is simpler: when all of it is there, the command is not
run at all.
"""

import os
from collections.abc import Iterable, Sequence

from orchestrator.contracts import CheckScene, Handler, Outcome, TaskContext, Workspace, skipped, unchanged
from orchestrator.contracts.ingredients import is_pattern
from orchestrator.errors import PathRefused, Problem, TaskFailed
from orchestrator.handlers.command_outcome import judge, shortened
from orchestrator.handlers.command_params import CommandParams
from orchestrator.models.json import JsonObject
from orchestrator.models.plan import Ingredients, Targets
from orchestrator.processes.environment import base_environment, find_program


class Command(Handler[CommandParams]):
    """Run a program and see by its exit code and the tree what came of it."""

    type = "command"
    params_model = CommandParams
    external_effects = True
    verbatim = frozenset({"command"})

    def targets(self, params: CommandParams, root: str) -> Targets:
        """Name the declared files; a pattern to write stands for the folder in front of it."""
        reads = [_named(path, root) for path in params.inputs or () if not is_pattern(path)]
        writes = [
            _folder_before(path) if is_pattern(path) else _named(path, root)
            for path in (*params.produces, *params.creates)
        ]
        return Targets(reads=tuple(reads), writes=tuple(path for path in writes if path))

    def check(self, params: CommandParams, scene: CheckScene) -> Sequence[Problem]:
        """Return patterns that cannot be locked and, in a deep check, what is missing on this machine."""
        problems = [
            Problem(
                code="E309",
                message=f"`produces` has the pattern {path} without a folder in front, which would lock every file",
                hint="name the folder or the file",
            )
            for path in params.produces
            if is_pattern(path) and not _folder_before(path)
        ]
        return [*problems, *_missing_here(params, scene)] if scene.deep else problems

    def plan_depends_on(self, params: JsonObject, root: str) -> Sequence[str]:  # noqa: ARG002 - whatever they are
        """Return nothing: what kind of thing each target is decides."""
        return ()

    def ingredients(self, params: CommandParams) -> Ingredients | None:
        """Name the program and the patterns of files; None when no files are declared."""
        if params.inputs is None and not params.produces and not params.creates:
            return None
        reads = tuple(path for path in params.inputs or () if is_pattern(path))
        return Ingredients(program=params.argv[0], reads=reads, writes=(*params.produces, *params.creates))

    async def run(self, params: CommandParams, context: TaskContext) -> Outcome:
        """Run the program, unless what it creates is there; a dry run says what would be run."""
        if params.creates and not _missing(context.workspace, params.creates):
            return unchanged(f"is there already: {', '.join(params.creates)}")
        if context.dry_run:
            return skipped(f"dry run: would run {_described(params, context)}")
        context.say(f"runs {shortened(params.line)}")
        before = len(context.workspace.staged())
        work = context.processes.run(
            params.argv,
            cwd=params.cwd,
            idle_timeout=context.task.idle_timeout,
            stdin=None if params.stdin is None else params.stdin.encode(),
        )
        declared = list(context.task.targets.writes) or None
        finished = await context.workspace.track(work, writes=[] if params.read_only else declared, only_declared=True)
        return judge(params, context, finished, len(context.workspace.staged()) - before)

    async def verify(self, params: CommandParams, context: TaskContext) -> None:
        """See that the declared files are there."""
        if context.dry_run:
            return
        missing = _missing(context.workspace, (*params.creates, *params.produces))
        if missing:
            message = f"{shortened(params.line)} ended well, but {', '.join(missing)} is not there"
            raise TaskFailed(message)


def _missing_here(params: CommandParams, scene: CheckScene) -> Iterable[Problem]:
    folder = os.path.join(scene.root, params.cwd)
    path = base_environment(os.environ)["PATH"]
    if not os.path.isdir(folder):
        yield Problem(code="E309", message=f"`cwd` {params.cwd} is not a folder of the repository")
    elif find_program(params.argv[0], path, folder) is None:
        message = f"`command` starts {params.argv[0]}, which is not installed"
        yield Problem(code="E309", message=message, hint=f"install it, or add its folder to PATH ({path})")


def _described(params: CommandParams, context: TaskContext) -> str:
    place = "" if params.cwd == "." else f" in {params.cwd}"
    names = sorted((*context.task.env, *(each.removesuffix("?") for each in context.task.secrets)))
    variables = f" with {', '.join(names)} set" if names else ""
    return f"{params.line}{place}{variables}"


def _folder_before(pattern: str) -> str:
    """Return the folder in front of the first wild part, with its `/`; "" when there is none."""
    parts = pattern.split("/")
    plain = next(number for number, part in enumerate(parts) if is_pattern(part))
    return "".join(f"{part}/" for part in parts[:plain])


def _named(path: str, root: str) -> str:
    """Return a declared path as a target: a folder stands for everything below it."""
    is_folder = not path.endswith("/") and os.path.isdir(os.path.join(root, path))
    return f"{path}/" if is_folder else path


def _missing(workspace: Workspace, paths: Iterable[str]) -> list[str]:
    return [
        path
        for path in paths
        if not (workspace.glob(path) if is_pattern(path) else _is_there(workspace, path.rstrip("/")))
    ]


def _is_there(workspace: Workspace, path: str) -> bool:
    try:
        return workspace.exists(path)
    except PathRefused:
        workspace.glob(path)  # refuses again what nobody may name
        return True  # a link: there is nothing in it to work with, but it is there, like all of node_modules/.bin
