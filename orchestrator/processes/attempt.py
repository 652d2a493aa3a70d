"""Run the children of an attempt: what handlers and checkpoints see as `context.processes`."""

import asyncio
import hashlib
import os
import re
import time
from collections.abc import Callable, Mapping, Sequence

from orchestrator.contracts import Finished
from orchestrator.errors import MissingTool, PathRefused, Unusable
from orchestrator.models.json import Json, JsonObject
from orchestrator.processes.children import Children, Running
from orchestrator.processes.companions import Companions
from orchestrator.processes.ending import Ending
from orchestrator.processes.environment import absolute_path, base_environment, find_program, read_secrets
from orchestrator.processes.forking import encode
from orchestrator.processes.output import LOG_LIMIT, AttemptLog, LineFeed, Output
from orchestrator.processes.pipe import Pipe
from orchestrator.processes.redact import Redactor
from orchestrator.processes.spawn import Exhausted, start
from orchestrator.processes.starter import Starter
from orchestrator.processes.sweep import ROOT_TAG, TASK_TAG, become_subreaper, kill_until_none
from orchestrator.processes.watch import Watch

GRACE = 10.0  # seconds between SIGTERM and SIGKILL


class ProcessFactory:
    """Make the `Processes` of each attempt, and know all children of the run.

    `environ` is read once: what a child gets does not change while a run goes on. Made in the process whose event loop
    will run the attempts, which becomes a subreaper.
    """

    def __init__(
        self,
        root: str,
        logs_folder: str,
        redactor: Redactor,
        *,
        grace: float = GRACE,
        log_limit: int = LOG_LIMIT,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.root = os.path.realpath(root)
        self.logs_folder = logs_folder
        self.redactor = redactor
        self.grace = grace
        self.log_limit = log_limit
        self.environ = dict(os.environ if environ is None else environ)
        self.base = {**base_environment(self.environ), ROOT_TAG: self.root}
        self.encoded = encode(self.base)  # what is secret is encoded anew for each child, and kept nowhere
        self.children = Children()
        self.watch = Watch()
        self.companions = Companions(self.base, self.root)
        self.starter = Starter()
        self.in_a_hurry = False
        become_subreaper()

    def for_attempt(
        self,
        run: str,
        task: str,
        attempt: int,
        env: Mapping[str, str],
        *,
        secrets: Sequence[str] = (),
        root: str | None = None,
        idle_timeout: float = 0.0,
        on_output: Callable[[str], None] | None = None,
    ) -> "AttemptProcesses":
        """Return the `Processes` of one attempt.

        `env` and the named secrets are added to what its children see. `root` is where they run when that is not the
        repository (a worktree). `idle_timeout` holds for each child that is started without one of its own. `on_output`
        gets complete lines, redacted and safe to show, a limited amount at a time. Raise TaskFailed when a secret is
        not set.
        """
        values = read_secrets(secrets, self.environ)
        return AttemptProcesses(
            self,
            root=self.root if root is None else os.path.realpath(root),
            env={**self.base, **env, **values, TASK_TAG: f"{run}/{task}/{attempt}"},
            redactor=self.redactor.including(values),
            log_name=f"{run}/{_file_name(task)}.{attempt}.log",
            idle_timeout=idle_timeout,
            on_output=on_output,
        )

    def hurry(self) -> None:
        """Give no more grace: whatever is being ended now is killed at the next look, some milliseconds from now."""
        self.in_a_hurry = True

    def close(self) -> int:
        """Kill what tasks of this run left behind and hid so well that it belongs to no task; return how many."""
        self.companions.close()
        killed = kill_until_none(self.children.strays)
        self.starter.close()
        self.children.close()
        self.watch.close()
        return killed


class AttemptProcesses:
    """Start children of one attempt; they share its log."""

    def __init__(
        self,
        factory: ProcessFactory,
        *,
        root: str,
        env: Mapping[str, str],
        redactor: Redactor,
        log_name: str,
        idle_timeout: float,
        on_output: Callable[[str], None] | None,
    ) -> None:
        self.last_output = ""  # the tail of the child that ended last, also of one that was cancelled
        self._factory = factory
        self._root = root
        self._env = env
        self._redactor = redactor
        self._log_name = log_name
        self._log = AttemptLog(os.path.join(factory.logs_folder, log_name), factory.log_limit)
        self._idle_timeout = idle_timeout
        self._on_output = on_output

    @property
    def log(self) -> str | None:
        """The attempt's log below `.orchestrate/`; None as long as nothing was printed."""
        return f"logs/{self._log_name}" if self._log.exists else None

    def redact(self, value: Json) -> Json:
        """Return a JSON value without the secrets that the attempt knows."""
        return self._redactor.json(value)

    def find(self, program: str) -> str | None:
        """Return the path of a program that `run` would start, or None."""
        return find_program(program, self._env["PATH"], self._root)

    async def run(
        self,
        argv: Sequence[str],
        *,
        cwd: str = ".",
        env: Mapping[str, str] | None = None,
        idle_timeout: float = 0.0,
        stdin: bytes | None = None,
    ) -> Finished:
        """Run a program to its end, which is when the program ends, not when its output does.

        Cancelling ends its whole tree: SIGTERM, the grace, SIGKILL; cancelling again ends the grace. Raise MissingTool
        when there is no such program, PathRefused when `cwd` leads out of the root, Unusable when the machine has no
        room for a child or the log cannot be written.
        """
        started = time.monotonic()
        running, was_cancelled = await self._start(argv, cwd, env, stdin)
        factory = self._factory
        lines = LineFeed(self._on_output) if self._on_output is not None else None
        output = Output(self._log, self._redactor, lines)
        pipe = Pipe(factory.watch, running.child.output, output)
        ending = Ending(running, factory.children, factory.grace, lambda: factory.in_a_hurry)
        try:
            if was_cancelled:
                raise asyncio.CancelledError
            idle = await _is_idle(running, pipe, idle_timeout or self._idle_timeout)
            if idle:
                await ending.stop()
            leftovers = await ending.clear()
            await pipe.drain()
        except asyncio.CancelledError:
            await ending.stop()
            raise
        finally:
            code = running.close()
            factory.children.remove(running)
            pipe.close()
            output.close()
            self.last_output = output.tail
        return self._finished(code, time.monotonic() - started, output, idle=idle, leftovers=leftovers)

    async def ask(self, argv: Sequence[str], request: JsonObject) -> JsonObject:
        """Ask a companion of the run; its environment is the one that every child gets, without the attempt's own."""
        return await self._factory.companions.ask(argv, request)

    async def _start(
        self, argv: Sequence[str], cwd: str, env: Mapping[str, str] | None, stdin: bytes | None
    ) -> tuple[Running, bool]:
        factory = self._factory
        folder = self._folder(cwd)
        variables = {**self._env, **env} if env else dict(self._env)
        variables["PATH"] = absolute_path(variables["PATH"])
        program = find_program(argv[0], variables["PATH"], folder)
        if program is None:
            raise _missing(argv[0], variables["PATH"])
        while True:
            try:
                async with factory.starter.turn():
                    beside = factory.starter if factory.children and factory.starter.is_wanted() else None
                    since = time.monotonic()
                    child, was_cancelled = await start(
                        argv,
                        program=program,
                        folder=folder,
                        env=variables,
                        encoded=factory.encoded,
                        stdin=stdin,
                        starter=beside,
                    )
                    if beside is None:
                        factory.starter.took(time.monotonic() - since)
                    running = Running(factory.watch, child, f"{TASK_TAG}={variables[TASK_TAG]}")
                    factory.children.add(running)
                    return running, was_cancelled
            except Exhausted:
                if not factory.children:
                    raise
                await factory.children.one_less()

    def _folder(self, cwd: str) -> str:
        if cwd == ".":
            return self._root
        folder = os.path.realpath(os.path.join(self._root, cwd))
        if folder != self._root and not folder.startswith(self._root + os.sep):
            raise PathRefused(f"the folder {cwd} leads out of the repository")
        return folder

    def _finished(self, code: int | None, seconds: float, output: Output, *, idle: bool, leftovers: int) -> Finished:
        problem = self._log.problem
        if problem is not None:
            raise Unusable(f"the log {self._log.path} cannot be written: {problem.strerror}") from problem
        return Finished(
            exit_code=-9 if code is None else code,
            seconds=seconds,
            tail=output.tail,
            output_bytes=output.size,
            log=self.log,
            idle=idle,
            leftovers=leftovers,
        )


async def _is_idle(running: Running, pipe: Pipe, limit: float) -> bool:
    """Wait until the child has ended, or has said nothing for `limit` seconds (0 = however long)."""
    if limit <= 0:
        await running.exited
        return False
    loop = asyncio.get_running_loop()
    while not running.has_exited:
        left = pipe.last_heard + limit - loop.time()
        if left <= 0:
            return True
        await asyncio.wait((running.exited,), timeout=left)
    return False


def _missing(program: str, path: str) -> MissingTool:
    if "/" in program:
        return MissingTool(f"there is no program {program}", hint="check the path and that the file is executable")
    message = f"the program {program} is not installed: it is in none of the folders of PATH"
    return MissingTool(message, hint=f"install {program}, or add its folder to PATH ({path})")


def _file_name(task: str) -> str:
    """Return a file name for a task id; ids made by `foreach` may hold slashes."""
    name = re.sub(r"[^A-Za-z0-9._-]", "_", task)[:100]
    return name if name == task else f"{name}-{hashlib.sha256(task.encode()).hexdigest()[:8]}"
