"""The prompt on a real terminal: what it does to signals, to the terminal's settings, and to work that goes on."""

import os
import pty
import re
import select
import sys
import time

import pytest

ASKING = """
import asyncio, signal, sys, termios
from orchestrator.reporters.style import Look
from orchestrator.reporters.terminal_interaction import TerminalInteraction

async def main():
    hits, before = [], termios.tcgetattr(0)
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, lambda: hits.append(1))
    person = TerminalInteraction(sys.stderr, Look(), user="ada")
    print(await person.ask("4.4", "First", "x"))
    print(await person.ask("4.4", "Second", "x"))
    await asyncio.sleep(0)
    asked = asyncio.create_task(person.ask("4.4", "Third", "x"))
    while sys.stdin.fileno() == 0 and termios.tcgetattr(0) == before:
        await asyncio.sleep(0.01)
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    print("interrupts", len(hits), "cancelled", asked.cancelled(), "restored", termios.tcgetattr(0) == before)

asyncio.run(main())
"""


class Console:
    """A program on a pseudo-terminal; it answers where the cursor is, as terminals do."""

    def __init__(self, code: str) -> None:
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execv(sys.executable, [sys.executable, "-c", code])
        self.text = ""

    def wait_for(self, expected: str) -> None:
        deadline = time.monotonic() + 20
        while expected not in self.text:
            assert time.monotonic() < deadline, self.text
            if not select.select([self.fd], [], [], 0.1)[0]:
                continue
            data = os.read(self.fd, 65536)
            if b"\x1b[6n" in data:
                os.write(self.fd, b"\x1b[1;1R")
            self.text += re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", data.decode(errors="replace"))

    def type(self, keys: str) -> None:
        os.write(self.fd, keys.encode())


@pytest.mark.slow
def test_the_prompt_leaves_signals_and_terminal_as_they_were():
    console = Console(ASKING)
    console.wait_for("abort (the task fails)")
    console.type("\x1b[B\x1b[B\r")
    console.wait_for("Answer(decision='later', note='', evidence=None, by='ada')")
    console.text = ""
    console.wait_for("abort (the task fails)")
    console.type("\x03")
    console.wait_for("interrupts 1 cancelled True restored True")
    assert os.waitpid(console.pid, 0)[1] == 0
    os.close(console.fd)
