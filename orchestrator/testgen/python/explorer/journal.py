"""What runs right now, written where it outlives the process."""

import mmap

from .calling import Program

_JOURNAL = 4096  # bytes


class Journal:
    """The program that runs now, in a file that outlives this process."""

    def __init__(self, path: str, avoid: tuple[str, ...]) -> None:
        with open(path, "w+b") as file:
            file.truncate(_JOURNAL)
            self._memory = mmap.mmap(file.fileno(), _JOURNAL)
        self._avoid = frozenset(avoid)

    def enter(self, program: Program) -> bool:
        """Note a program; True when it ended the process before and must not run again."""
        text = "\n".join((*program.setup, program.call)).encode()[: _JOURNAL - 1]
        self._memory[: len(text) + 1] = text + b"\0"
        return text.decode(errors="replace") in self._avoid
