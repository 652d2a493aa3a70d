"""The process ends at once, and nothing that belongs to its end is left out."""

import os
import subprocess
import sys

FIRST_OF_ALL = "import atexit, os, sys, threading; from orchestrator.__main__ import program; "


def ended(before: str, *arguments: str, stdout: int = subprocess.PIPE) -> "subprocess.CompletedProcess[str]":
    """Run the program in a process that did something else before."""
    code = f"{FIRST_OF_ALL}{before}; sys.exit(program())"
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False, timeout=60)


def test_what_is_registered_for_the_end_is_done() -> None:
    done = ended("atexit.register(lambda: print('done'))", "handlers")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "done")


def test_what_was_printed_and_not_flushed_arrives() -> None:
    done = ended("sys.stderr.reconfigure(line_buffering=False); sys.stderr.write('last words')", "handlers")
    assert done.stderr == "last words"


def test_a_thread_that_is_still_at_work_is_waited_for() -> None:
    slow = "threading.Thread(target=lambda: (threading.main_thread().join(), print('worked'))).start()"
    done = ended(slow, "handlers")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "worked")


def test_the_exit_code_is_that_of_the_command() -> None:
    assert ended("pass", "no-such-command").returncode == 2


def test_nothing_is_said_when_nobody_reads_the_last_words() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = ended("print('unread', end='')", "--version", stdout=writing)
    finally:
        os.close(writing)
    assert "Exception" not in done.stderr
