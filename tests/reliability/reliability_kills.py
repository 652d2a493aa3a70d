"""A fault, `resume`, `resume` again, `undo`, and the checker after each: one history, used by tests and the sweep."""

import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

from checker import Checker, Expected
from reliability_scene import Called, Scene, wait_until_gone

from orchestrator.processes.sweep import children

MakeScene = Callable[[Path], Scene]
VICTIMS = ("engine", "supervisor", "both", "tree")


def go_on(scene: Scene, checker: Checker) -> None:
    """Continue the run until it is done, then once more for nothing, then take it back."""
    # Killed before the first fact was written there is no run to go on with, and the plain command is right.
    begun = checker.record() is not None
    resumed = scene.call("resume", "--yes") if begun else scene.call("run", "--all", "--yes")
    checker.after_resume(resumed)
    if checker.problems:
        return
    facts = checker.facts()
    checker.after_second_resume(scene.call("resume", "--yes"), facts)
    checker.after_undo(scene.call("undo", "--yes"))


def kill_at_call(make: MakeScene, home: Path, expected: Expected, number: int) -> tuple[str, list[str]]:
    """Kill the engine at its N-th state-changing call; return where that was and what did not hold."""
    scene = make(home)
    checker = Checker(scene, expected)
    called, facts = scene.traced(number, "run", "--all", "--yes", "--events", str(scene.events))
    checker.after_fault(called)
    go_on(scene, checker)
    return ended(scene, checker, str(facts["killed_at"]))


def kill_undo_at_call(make: MakeScene, home: Path, expected: Expected, number: int) -> tuple[str, list[str]]:
    """Kill an undo at its N-th state-changing call, then go on with it, or type it again when it had not begun."""
    scene = make(home)
    checker = Checker(scene, expected)
    scene.call("run", "--all", "--yes")
    called, facts = scene.traced(number, "undo", "--yes")
    checker.speech(called)
    checker.ledger_is_sound()
    checker.whole_files()
    begun = checker.last_kind() == "undo"
    checker.after_undo(scene.call("resume", "--yes") if begun else scene.call("undo", "--yes"))
    return ended(scene, checker, str(facts["killed_at"]))


def kill_at_moment(
    make: MakeScene, home: Path, expected: Expected, victim: str, seconds: float
) -> tuple[str, list[str]]:
    """Kill what `victim` names some seconds after the start."""
    scene = make(home)
    checker = Checker(scene, expected)
    process = scene.start("run", "--all", "--yes", "--events", str(scene.events))
    time.sleep(seconds)
    kill(scene, process.pid, victim)
    out, err = process.communicate(timeout=60)
    called = Called(code=process.returncode, out=out.decode(), err=err.decode(), seconds=seconds)
    if victim in ("supervisor", "tree"):
        wait_until_gone(scene, 1.0)
    # With engine and supervisor gone at once nobody is left to sweep; the next command does it.
    checker.after_fault(called, swept=victim != "both")
    go_on(scene, checker)
    return ended(scene, checker, f"{victim} at {seconds:.3f} s")


def kill(scene: Scene, supervisor: int, victim: str) -> None:
    """Send SIGKILL to the engine, its supervisor, both, or all there is."""
    if victim == "tree":
        # Stopped first, so that none can start another one while we look.
        for _ in range(3):
            for pid in scene.processes():
                send(pid, signal.SIGSTOP)
        for pid in scene.processes():
            send(pid, signal.SIGKILL)
        return
    engines = children(supervisor)
    if victim == "both":
        send(supervisor, signal.SIGSTOP)
    for pid in engines if victim in ("engine", "both") else ():
        send(pid, signal.SIGKILL)
    if victim in ("supervisor", "both"):
        send(supervisor, signal.SIGKILL)


def send(pid: int, signum: int) -> None:
    """Signal a process that may be gone."""
    try:
        os.kill(pid, signum)
    except ProcessLookupError:
        return


def ended(scene: Scene, checker: Checker, where: str) -> tuple[str, list[str]]:
    """Remove a scene in which all is well, keep any other for a look."""
    for pid in scene.processes():
        send(pid, signal.SIGKILL)
    if not checker.problems:
        shutil.rmtree(scene.home)
    return where, checker.problems


def moments(seed: int, count: int, longest: float) -> list[tuple[str, float]]:
    """Return so many victims with times from before the first task until after the last."""
    rng = random.Random(seed)
    return [(VICTIMS[number % len(VICTIMS)], rng.uniform(0.0, longest)) for number in range(count)]
