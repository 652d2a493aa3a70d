import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from orchestrator.processes.forking import assignments, encode, with_fork, with_popen
from orchestrator.processes.starter import Starter

ENV = {"NAME": "a=b"}


def by_forking(argv: Sequence[str], program: str, folder: str, env: Mapping[str, str], source: int, output: int) -> int:
    return with_fork(argv, program, folder, assignments(env), source, output)


def with_thread(
    argv: Sequence[str], program: str, folder: str, env: Mapping[str, str], source: int, output: int
) -> int:
    starter = Starter()
    assert starter.is_ready()
    work = starter.execute(argv, program=program, folder=folder, env=env, source=source, output=output)
    try:
        pid, was_cancelled = asyncio.run(work)
    finally:
        starter.close()
    assert not was_cancelled
    return pid


@pytest.fixture(params=[by_forking, with_popen, with_thread])
def way(request: pytest.FixtureRequest) -> Callable[..., int]:
    return request.param


def started(way: Callable[..., int], script: str, folder: Path, env: dict[str, str] = ENV) -> tuple[str, int]:
    reading, writing = os.pipe()
    with open(os.devnull) as nothing, open(reading) as output:
        try:
            pid = way(("sh", "-c", script), "/bin/sh", str(folder), env, nothing.fileno(), writing)
        finally:
            os.close(writing)
        return output.read(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_all_ways_start_the_same_program(way: Callable[..., int], tmp_path: Path) -> None:
    script = 'pwd; echo "$NAME"; echo err >&2; wc -c; [ $(cut -d" " -f6 /proc/$$/stat) = $$ ] && exit 7'
    assert started(way, script, tmp_path) == (f"{tmp_path}\na=b\nerr\n0\n", 7)


def test_all_ways_tell_why_a_program_cannot_be_started(way: Callable[..., int], tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        started(way, "true", tmp_path / "nowhere")
    (tmp_path / "text").write_text("no program")
    (tmp_path / "text").chmod(0o755)
    with open(os.devnull, "r+") as nothing, pytest.raises(OSError, match="Exec format error"):
        way(("text",), str(tmp_path / "text"), str(tmp_path), {}, nothing.fileno(), nothing.fileno())
    with pytest.raises(ValueError, match="null"):
        started(way, "a\0b", tmp_path)


def test_a_start_is_audited_as_one_of_subprocess(tmp_path: Path) -> None:
    program = (
        "import os, sys; from orchestrator.processes.forking import execute\n"
        "sys.addaudithook(lambda name, told: print(name, told) if name.startswith('subprocess') else None)\n"
        "nothing = os.open(os.devnull, os.O_RDWR)\n"
        "pid = execute(['true'], program='/bin/true', folder='/', env={}, source=nothing, output=nothing)\n"
        "print(os.waitpid(pid, 0)[1])\n"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert told == "subprocess.Popen ('/bin/true', ['true'], '/', {})\n0\n"


def test_what_was_encoded_before_is_taken_only_where_the_value_is_the_same() -> None:
    encoded = encode({"SAME": "ä", "OTHER": "1", "GONE": "x"})
    env = {"SAME": "ä", "OTHER": "2", "NEW": ""}
    assert assignments(env, encoded) == assignments(env) == ["SAME=ä".encode(), b"OTHER=2", b"NEW="]
    assert assignments(env, encoded)[0] is encoded["SAME", "ä"]
