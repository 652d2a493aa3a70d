"""Eight ways in which a task can leave processes behind, and a look at which are left."""

import asyncio
import os
import time
from collections.abc import Callable

SLEEP = "sleep 300.7"
# name -> (script, number of sleeps that stand when it has unfolded)
SHAPES = {
    "plain": (f"{SLEEP}; :", 1),
    "shell_background": (f"{SLEEP} & {SLEEP}; :", 2),
    "nohup": (f"nohup {SLEEP} >/dev/null 2>&1 & {SLEEP}; :", 2),
    "own_session": (f"setsid {SLEEP} & {SLEEP}; :", 2),
    "double_fork": (f'setsid sh -c "setsid sh -c \\"{SLEEP} & exit\\" & exit" & {SLEEP}; :', 2),
    "ignores_sigterm": (f"trap '' TERM; sh -c \"trap '' TERM; while :; do {SLEEP}; done\"; :", 1),
    "daemon": (f'(setsid sh -c "{SLEEP}; :" >/dev/null 2>&1 &) ; {SLEEP}; :', 2),
    "parent_ends": (f"setsid {SLEEP} & echo gone", 1),
}


def alive(tag: str, name: str = "") -> list[int]:
    """Return the living processes whose environment holds `tag`, only those whose command line holds `name`."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                is_ours = tag.encode() in file.read()
            with open(f"/proc/{pid}/stat", "rb") as file:
                is_dead = file.read().rsplit(b")", 1)[1].split()[0] in (b"Z", b"X")
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                is_named = name.encode() in file.read()
        except OSError:
            continue
        if is_ours and is_named and not is_dead:
            found.append(int(pid))
    return found


async def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until a condition holds; the test fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        await asyncio.sleep(0.005)


def wait_until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until a condition holds; the test fails after `seconds`."""
    asyncio.run(until(condition, seconds))
