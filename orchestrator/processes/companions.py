"""Companions: programs that serve one request after another, for all attempts of a run.

What takes long to begin with (a compiler that has to read its libraries) is begun once. A companion talks in lines of
JSON over a socket whose number is its last argument: when we end, however that happens, it reads the end and ends too.
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence

from orchestrator.errors import MissingTool, TaskFailed, Unusable
from orchestrator.models.json import JsonObject

_BLOCK = 1 << 16
_LAST_WORDS = 400  # characters


class Companions:
    """Those that wait for work, by their argv. Each serves one who asks at a time; others get one of their own."""

    def __init__(self, env: Mapping[str, str], folder: str) -> None:
        self._env = env
        self._folder = folder
        self._all: list[_Companion] = []
        self._free: dict[tuple[str, ...], list[_Companion]] = {}

    async def ask(self, argv: Sequence[str], request: JsonObject) -> JsonObject:
        """Return the answer. TaskFailed when the companion ends without one; an answer with `retire` is its last."""
        key = tuple(argv)
        waiting = self._free.setdefault(key, [])
        companion = waiting.pop() if waiting else self._started(key)
        try:
            answer = await companion.ask(request)
        except BaseException:
            self._end(companion)
            raise
        if answer.get("retire"):
            self._end(companion)
        else:
            waiting.append(companion)
        return answer

    def close(self) -> None:
        """End all of them."""
        for each in tuple(self._all):
            self._end(each)
        self._free.clear()

    def _started(self, argv: tuple[str, ...]) -> "_Companion":
        companion = _Companion(argv, self._env, self._folder)
        self._all.append(companion)
        return companion

    def _end(self, companion: "_Companion") -> None:
        self._all.remove(companion)
        companion.end()


class _Companion:
    def __init__(self, argv: Sequence[str], env: Mapping[str, str], folder: str) -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        try:
            self._process = subprocess.Popen(
                [*argv, str(theirs.fileno())],
                cwd=folder,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                pass_fds=(theirs.fileno(),),
            )
        except OSError as error:
            ours.close()
            if isinstance(error, FileNotFoundError | PermissionError):
                message = f"{argv[0]} cannot be started: {error.strerror}"
                raise MissingTool(message) from error
            message = f"{argv[0]} cannot be started: {error.strerror}"
            raise Unusable(message) from error
        finally:
            theirs.close()
        self._name = os.path.basename(argv[-1])
        self._socket = ours
        self._heard = b""

    async def ask(self, request: JsonObject) -> JsonObject:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(ConnectionError):  # it ended: reading tells
            await loop.sock_sendall(self._socket, json.dumps(request).encode() + b"\n")
        while b"\n" not in self._heard:
            try:
                block = await loop.sock_recv(self._socket, _BLOCK)
            except ConnectionError:
                block = b""
            if not block:
                message = f"{self._name} ended without an answer"
                words = self._heard.decode(errors="replace")[-_LAST_WORDS:].strip()
                raise TaskFailed(f"{message}: {words}" if words else message)
            self._heard += block
        line, _, self._heard = self._heard.partition(b"\n")
        answer: JsonObject = json.loads(line)
        return answer

    def end(self) -> None:
        """Kill it with what it started; nothing that it works at is worth waiting for."""
        self._socket.close()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
