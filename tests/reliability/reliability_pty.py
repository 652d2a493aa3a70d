"""A terminal for the command line: what is typed, what is shown, and when it goes away."""

import fcntl
import os
import pty
import select
import signal
import subprocess
import termios
import time

from reliability_scene import Scene

CTRL_C = b"\x03"


class Terminal:
    """A pseudo-terminal whose foreground group is one `orchestrate`."""

    def __init__(self, scene: Scene, *arguments: str) -> None:
        self.master, slave = pty.openpty()

        def take_terminal() -> None:
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        environment = {**scene.environment(), "TERM": "xterm"}
        self.process = subprocess.Popen(
            scene.command(*arguments),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=scene.root,
            env=environment,
            preexec_fn=take_terminal,
        )
        self.before = termios.tcgetattr(slave)
        self.slave = slave
        self.shown = b""

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self.master, keys)

    def read(self, seconds: float) -> None:
        """Take what is shown for some seconds, or until the program has ended."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            ready, _, _ = select.select([self.master], [], [], 0.02)
            if ready:
                self.shown += os.read(self.master, 65536)
            elif self.process.poll() is not None:
                return

    def ended(self, seconds: float = 30.0) -> int:
        """Wait for the end and return the exit code."""
        self.read(seconds)
        return self.process.wait(timeout=1)

    def modes_are_restored(self) -> bool:
        """Say whether the terminal is as it was: line mode, echo, cursor shown."""
        hidden, shown = self.shown.rfind(b"\x1b[?25l"), self.shown.rfind(b"\x1b[?25h")
        return termios.tcgetattr(self.slave) == self.before and hidden <= shown

    def hang_up(self) -> None:
        """Close the terminal as a window is closed."""
        os.close(self.slave)
        os.close(self.master)

    def close(self) -> None:
        """Give everything back; the program is ended if it still runs."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        for descriptor in (self.slave, self.master):
            try:
                os.close(descriptor)
            except OSError:
                continue
