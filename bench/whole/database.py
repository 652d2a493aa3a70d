"""A PostgreSQL cluster that lives as long as a run: nobody's database is used, and none is left."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_USER, _NAME = "postgres", "learning"
_WHERE = "/usr/lib/postgresql"  # Debian keeps the programs of each version apart, and off the path


@contextmanager
def cluster() -> Iterator[str | None]:
    """Yield the address of an empty database; None where PostgreSQL is not installed."""
    programs = _programs()
    if programs is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="whole-postgres-") as folder:
        if os.geteuid() == 0:  # the server refuses to be root
            shutil.chown(folder, _USER)
        data, port = Path(folder, "data"), _free_port()
        _run(programs / "initdb", "--auth=trust", "--no-sync", f"--username={_USER}", "--pgdata", str(data))
        options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder} -c fsync=off"
        log = str(Path(folder, "log"))
        _run(programs / "pg_ctl", "--wait", "-D", str(data), "-l", log, "-o", options, "start")
        try:
            _run(programs / "createdb", f"--host={folder}", f"--port={port}", f"--username={_USER}", _NAME)
            yield f"postgres://{_USER}@127.0.0.1:{port}/{_NAME}"
        finally:
            _run(programs / "pg_ctl", "--wait", "-D", str(data), "--mode=immediate", "stop")


def _programs() -> Path | None:
    """Return the folder of the newest version's programs."""
    found = [path.parent for path in Path(_WHERE).glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda path: int(path.parent.name) if path.parent.name.isdigit() else 0)
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _run(program: Path, *words: str) -> None:
    """Run a program of PostgreSQL; its output is shown only when it fails."""
    user = _USER if os.geteuid() == 0 else None
    with tempfile.TemporaryFile() as told:  # a pipe would stay open in the server and never end
        done = subprocess.run(
            [program, *words],
            check=False,
            cwd="/",
            user=user,
            group=user,
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
        )
        if done.returncode != 0:
            told.seek(0)
            message = f"{program.name} ended with {done.returncode}: {told.read().decode(errors='replace')}"
            raise RuntimeError(message)
