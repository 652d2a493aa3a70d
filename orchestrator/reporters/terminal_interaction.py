"""Ask a person at the terminal what became of a manual step, while other tasks go on.

The conversation has a thread and an event loop of its own: a prompt that shared the engine's loop would replace its
signal and exception handlers. Ctrl-C at the prompt is handed on to the run, which then stops in order.
"""

import asyncio
import getpass
import os
import signal
import termios
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TextIO

from orchestrator.contracts import Answer
from orchestrator.reporters.style import Look
from orchestrator.reporters.wrapping import wrap
from orchestrator.sanitize import block, line

_DONE = "approved"
_CHOICES = {
    "done": _DONE,
    "skip, with a reason (what depends on it goes on)": "skipped",
    "later (the run goes on without it)": "later",
    "abort (the task fails)": "rejected",
}
_EVIDENCE = "Evidence: a text, or the path of a file"
_INDENT = "    "
_LONGEST_END = 5.0  # seconds that a cancelled prompt has for giving the terminal back


def interrupt_run() -> None:
    """Do to this process what Ctrl-C outside a prompt does."""
    os.kill(os.getpid(), signal.SIGINT)


def forget_typed_ahead() -> None:
    """Throw away what was typed before a question stood on the screen: it cannot be its answer."""
    try:
        termios.tcflush(0, termios.TCIFLUSH)
    except (termios.error, OSError, ValueError):  # no terminal
        return


class TerminalInteraction:
    """Asks one question at a time; `hold` keeps the display off the terminal meanwhile."""

    def __init__(
        self,
        stream: TextIO,
        look: Look,
        *,
        hold: Callable[[], AbstractContextManager[None]] = nullcontext,
        on_interrupt: Callable[[], None] = interrupt_run,
        user: str | None = None,
        devices: dict[str, Any] | None = None,
    ) -> None:
        self._stream = stream
        self._look = look
        self._hold = hold
        self._on_interrupt = on_interrupt
        self._user = user if user is not None else _user_name()
        self._devices = devices
        self._turn = asyncio.Lock()

    async def ask(self, task: str, title: str, instructions: str, *, needs_evidence: bool = False) -> Answer:
        """Ask what became of a step: done (with evidence), skip (with a reason), later, abort (with a reason)."""
        async with self._turn:
            with self._hold():
                conversation = _Conversation(lambda: self._converse(task, title, instructions, needs_evidence))
                answer = await conversation.hear()
        if answer is None:
            self._on_interrupt()
            return Answer(decision="later", by=self._user)
        return answer

    async def _converse(self, task: str, title: str, instructions: str, needs_evidence: bool) -> Answer | None:
        """Hold the conversation; None when the person pressed Ctrl-C."""
        import questionary

        devices = self._devices if self._devices is not None else _devices_of(self._stream)
        if self._devices is None:
            forget_typed_ahead()
        self._show(task, title, instructions)
        try:
            choices = [questionary.Choice(text, value=value) for text, value in _CHOICES.items()]
            question = f"{line(task)} {line(title)}"
            decision = await _said(questionary.select(question, choices=choices, **devices))
            note, evidence = "", None
            if decision == _DONE and needs_evidence:
                evidence = await _said(questionary.text(f"{_EVIDENCE}:", validate=_is_shown, **devices))
            elif decision == _DONE:
                evidence = await _said(questionary.text(f"{_EVIDENCE}, may be empty:", **devices))
            elif decision != "later":
                note = await _said(questionary.text("Reason:", validate=_is_said, **devices))
        except KeyboardInterrupt:
            return None
        except EOFError:  # the terminal is gone: nobody has decided anything
            return Answer(decision="later", by=self._user)
        return Answer(decision=decision, note=note.strip(), evidence=(evidence or "").strip() or None, by=self._user)

    def _show(self, task: str, title: str, instructions: str) -> None:
        head = f"{self._look.paint('warn', self._look.glyph('wait'))} {line(task)} {line(title)}"
        rows = [row for given in block(instructions.strip()).split("\n") for row in self._wrapped(given)]
        try:
            self._stream.write("\n".join(["", head, *rows, ""]))
            self._stream.flush()
        except (OSError, ValueError):
            return  # the prompt finds the same terminal gone

    def _wrapped(self, row: str) -> list[str]:
        indent = _INDENT + " " * (len(row) - len(row.lstrip()))
        return wrap(row.lstrip(), self._look.width, first=indent, then=indent)


class _Conversation:
    """A coroutine that runs in a thread of its own and can be called off from the outside."""

    def __init__(self, talk: Callable[[], Any]) -> None:
        self._talk = talk
        self._ended = threading.Event()
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._job: asyncio.Task[Answer | None] | None = None

    async def hear(self) -> Answer | None:
        """Return what was said. Cancelling calls the conversation off and gives the terminal back first."""
        outer = asyncio.get_running_loop()
        answer: asyncio.Future[Answer | None] = outer.create_future()

        def tell(result: Answer | None, error: BaseException | None) -> None:
            if answer.done():
                return
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(result)

        def work() -> None:
            result, error = None, None
            try:
                result = asyncio.run(self._main())
            except asyncio.CancelledError:
                pass
            except BaseException as raised:
                error = raised
            finally:
                self._ready.set()
                self._ended.set()
            if not outer.is_closed():
                outer.call_soon_threadsafe(tell, result, error)

        threading.Thread(target=work, name="terminal-interaction", daemon=True).start()
        try:
            return await answer
        finally:
            if not answer.done() or answer.cancelled():
                self._call_off()

    async def _main(self) -> Answer | None:
        self._loop = asyncio.get_running_loop()
        self._job = asyncio.current_task()
        self._ready.set()
        answer: Answer | None = await self._talk()
        return answer

    def _call_off(self) -> None:
        """End the prompt and wait until it has restored the terminal; never longer than a few seconds."""
        self._ready.wait(_LONGEST_END)
        loop, job = self._loop, self._job
        if loop is not None and job is not None and not self._ended.is_set():
            try:
                loop.call_soon_threadsafe(job.cancel)
            except RuntimeError:  # it ended by itself just now
                return
        self._ended.wait(_LONGEST_END)


async def _said(question: Any) -> str:
    """Return the answer to a question; in a thread there are no signals to handle."""
    answer: str = await question.application.run_async(handle_sigint=False)
    return answer


def _is_said(text: str) -> bool | str:
    return True if text.strip() else "a reason is needed"


def _is_shown(text: str) -> bool | str:
    return True if text.strip() else "evidence is needed"


def _devices_of(stream: TextIO) -> dict[str, Any]:
    """Return where questions are shown: on the run's display stream, so that a piped stdout stays clean."""
    from prompt_toolkit.output import create_output

    return {"output": create_output(stdout=stream)}


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container without an entry for this user
        return f"uid {os.getuid()}"
