"""Companions serve one request after another, for all attempts of a run."""

import asyncio
import os
import sys

import pytest

from orchestrator.errors import MissingTool, TaskFailed
from orchestrator.processes.attempt import AttemptProcesses, ProcessFactory

SCRIPT = """\
import json, os, socket, sys, time
ours = socket.socket(fileno=int(sys.argv[-1]))
for line in ours.makefile():
    request = json.loads(line)
    if request.get("die"):
        sys.exit(1)
    while request.get("wait") and not os.path.exists(request["wait"]):
        time.sleep(0.01)
    answer = {"pid": os.getpid(), "secret": os.environ.get("SECRET"), "retire": bool(request.get("retire"))}
    ours.sendall(json.dumps(answer).encode() + b"\\n")
"""


async def ask(processes: AttemptProcesses, **request: object):
    return await processes.ask((sys.executable, "-c", SCRIPT), request)


def is_running(pid: int) -> bool:
    return os.path.exists(f"/proc/{pid}/exe")


def test_a_companion_serves_all_attempts_and_sees_none_of_their_variables(factory: ProcessFactory) -> None:
    async def scenario() -> list[object]:
        first = await ask(factory.for_attempt("r", "1.1", 1, {"SECRET": "x"}))
        second = await ask(factory.for_attempt("r", "1.2", 1, {}))
        return [first["pid"] == second["pid"], first["secret"]]

    assert asyncio.run(scenario()) == [True, None]


def test_who_asks_while_another_is_served_gets_a_companion_of_his_own(processes: AttemptProcesses, root) -> None:
    async def scenario() -> int:
        waiting = asyncio.create_task(ask(processes, wait=str(root / "go")))
        await asyncio.sleep(0)
        second = await ask(processes)
        (root / "go").touch()
        return len({(await waiting)["pid"], second["pid"]})

    assert asyncio.run(scenario()) == 2


@pytest.mark.parametrize("request_", [{"retire": True}, {"die": True}])
def test_one_that_retires_or_dies_has_a_successor(processes: AttemptProcesses, request_) -> None:
    async def scenario() -> bool:
        first = await ask(processes)
        try:
            await ask(processes, **request_)
        except TaskFailed as error:
            assert "ended without an answer" in error.message
        second = await ask(processes)
        return first["pid"] != second["pid"] and not is_running(first["pid"])

    assert asyncio.run(scenario())


def test_being_called_off_ends_the_companion(processes: AttemptProcesses, root) -> None:
    async def scenario() -> bool:
        pid = (await ask(processes))["pid"]
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await ask(processes, wait=str(root / "never"))
        return is_running(pid)

    assert not asyncio.run(scenario())


def test_companions_end_with_the_run(factory: ProcessFactory) -> None:
    pid = asyncio.run(ask(factory.for_attempt("r", "1.1", 1, {})))["pid"]
    assert is_running(pid)
    factory.companions.close()
    assert not is_running(pid)


def test_a_program_that_is_not_there_is_told(processes: AttemptProcesses) -> None:
    with pytest.raises(MissingTool, match=r"/nowhere/node cannot be started: No such file or directory"):
        asyncio.run(processes.ask(("/nowhere/node",), {}))
