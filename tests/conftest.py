"""What every test relies on."""

import fcntl
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no failure: properties have no deadline per example, and making examples may take its time.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(scope="session", autouse=True)
def signals_as_at_a_terminal() -> Iterator[None]:
    """Undo what `nohup` and `&` set: a program inherits ignored signals, and ours leaves them ignored."""
    before = {number: signal.getsignal(number) for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)}
    for number in before:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], None]], Path]:
    """Return what makes a folder of that name once, whichever of the processes that run tests is the first to ask.

    Where making it failed, the next one tries again.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def made(name: str, make: Callable[[Path], None]) -> Path:
        folder = shared / name
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / "complete").exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                make(folder)
                (folder / "complete").touch()
        return folder

    return made


@pytest.fixture(scope="session")
def packages_once(made_once: Callable[[str, Callable[[Path], None]], Path]) -> Callable[..., Path]:
    """Return what installs packages of npm once; `besides` is what is done to the folder after that."""

    def installed(
        name: str, package: str, *packages: str, besides: Callable[[Path], None] = lambda folder: None
    ) -> Path:
        def install(folder: Path) -> None:
            (folder / "package.json").write_text(package)
            command = ["npm", "install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error", *packages]
            subprocess.run(command, cwd=folder, check=True, timeout=600)
            besides(folder)

        return made_once(name, install)

    return installed
