"""Run `orchestrate` and note what Python reports of programs, processes, writes and connections.

    python audited.py LOG ORCHESTRATE ARGUMENT…

Coarser than a trace of system calls (what a library does in C is not reported), but there wherever Python is.
"""

import os
import re
import sys

DEEDS = re.compile(
    r"subprocess\.|socket\.(connect|bind|send|getaddrinfo)|shutil\.|pty\.|"
    r"os\.(system|exec|fork|posix_spawn|spawn|startfile|kill|remove|rename|rmdir|mkdir|link|symlink|chmod|chown|"
    r"truncate|utime|setxattr|removexattr|lockf)"
)
HARMLESS = ("/dev/null", "/dev/tty")
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def main() -> None:
    """Hear everything from before the first module of ours is imported."""
    log, program, *arguments = sys.argv[1:]
    told = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def heard(event: str, values: tuple[object, ...]) -> None:
        flags = values[2] if event == "open" else 0
        writes = isinstance(flags, int) and flags & WRITES and values[0] not in HARMLESS
        if writes or DEEDS.match(event):
            os.write(told, f"{event} {values!r}".replace("\n", " ").encode(errors="replace") + b"\n")

    sys.argv = [program, *arguments]
    sys.path.pop(0)
    from orchestrator.__main__ import main as orchestrate

    sys.addaudithook(heard)
    orchestrate()


if __name__ == "__main__":
    main()
