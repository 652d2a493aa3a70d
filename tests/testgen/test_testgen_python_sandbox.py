"""Modules that escape, hang, exit, or change everything around them cannot hurt a run."""

import os
import socket

import psutil
import pytest

from orchestrator.errors import TaskFailed
from orchestrator.testgen.generator import Settings, Target
from orchestrator.testgen.python.explorer.sandbox import Blocked, Fence
from orchestrator.testgen.python.explorer.stopwatch import Stopwatch
from orchestrator.testgen.python.generator import _not_proven

WILD = """\
import builtins
import os
import signal
import subprocess
import sys
import threading

print("an import that prints")
os.environ["LEFT_BEHIND"] = "by the import"


def plain(number: int) -> int:
    return number + 1


def huge(number: int) -> int:
    return 10 ** 5000 + number


class Odd:
    __module__ = property(lambda self: "elsewhere")


ODD = Odd()


def deep(number: int) -> int:
    return deep(number + 1)


def wide(number: int) -> list:
    return list(range(10 ** 12))


def leave(number: int) -> None:
    sys.exit(number)


def leave_at_once(number: int) -> None:
    os._exit(number)


def hang(number: int) -> None:
    while True:
        try:
            while True:
                number += 1
        except Exception:
            pass


def deaf(number: int) -> int:
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    return number


def begin(number: int) -> int:
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    return number


def patch(number: int) -> int:
    builtins.len = lambda _: 0
    return number


def forked(number: int) -> int:
    return os.fork()


def shell(command: str) -> int:
    return subprocess.call(["touch", "made_by_a_shell"])


def write(text: str) -> None:
    with open("/work_of_a_test" if os.getuid() == 0 else "made", "w") as file:
        file.write(text)


def move(number: int) -> int:
    os.chdir("/")
    return number


def tell(host: str) -> None:
    import socket

    socket.create_connection(("127.0.0.1", PORT), timeout=1).sendall(b"told")
"""


@pytest.fixture(scope="module")
def listener():
    """Listen as somebody outside would."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield server


@pytest.fixture(scope="module")
def made(workbench, listener):
    """Generate tests for the module once; it is explored with everything that it tries."""
    workbench.write("wild.py", WILD.replace("PORT", str(listener.getsockname()[1])))
    before = workbench.files()
    result = workbench.generate("wild.py", budget=60)
    return result, before


def test_the_functions_that_behave_get_their_tests(made):
    assert any(name.startswith("test_plain") for name in made[0].tests)


def test_no_test_calls_what_escapes_hangs_or_leaves_something_behind(made):
    wild = ("leave", "hang", "begin", "forked", "shell", "write", "tell", "wide", "deep")
    assert [name for name in made[0].tests if name.removeprefix("test_").startswith(wild)] == []


def still_running():
    """Return the living processes below this one: ended ones of other tests may wait to be collected."""
    children = psutil.Process().children(recursive=True)
    return [each for each in children if each.status() != psutil.STATUS_ZOMBIE]


def test_nothing_is_written_no_process_is_left_and_nobody_was_told(made, workbench, listener):
    assert workbench.files() == made[1]
    assert still_running() == []
    with pytest.raises(BlockingIOError):
        listener.accept()


REFUSED = {
    "os.kill": "import os\n\nos.kill(os.getpid(), 9)\n",
    "subprocess.Popen": "import subprocess\n\nsubprocess.run(['touch', 'made_by_an_import'])\n",
    "socket.connect": "import socket\n\nsocket.socket().connect(('127.0.0.1', PORT))\n",
    "writing a file": "with open(__file__ + '.log', 'w') as file:\n    file.write('imported')\n",
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_module_whose_import_reaches_out_is_refused_and_reaches_nothing(what, workbench, listener):
    workbench.write("ends.py", REFUSED[what].replace("PORT", str(listener.getsockname()[1])))
    before = workbench.files()
    message = rf"^ends.py cannot be imported: that tries what a test must not do \({what}\)$"
    with pytest.raises(TaskFailed, match=message):
        workbench.generate("ends.py")
    assert workbench.files() == before
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_what_an_import_must_not_do_is_an_ordinary_error_that_a_library_can_live_with(tmp_path):
    fence = Fence(str(tmp_path), Stopwatch())
    with fence.importing(), pytest.raises(PermissionError, match=r"^socket\.bind$"):
        fence._audit("socket.bind", ())
    assert fence.attempts == ["socket.bind"]


def test_no_device_and_nothing_that_is_open_gets_another_mode_owner_or_length(tmp_path):
    fence = Fence(str(tmp_path), Stopwatch())
    mine = tmp_path / "mine"
    with open(os.devnull) as device, mine.open("w") as file, fence.raised(5):
        fence._audit("open", (os.devnull, "w", 0))  # what programs do to be quiet
        for event, path in (("os.chmod", device.fileno()), ("os.chmod", os.devnull), ("os.remove", os.devnull)):
            with pytest.raises(Blocked):
                fence._audit(event, (path, 0o12, -1))
        for path in (file.fileno(), str(mine)):
            fence._audit("os.chmod", (path, device.fileno(), -1))  # a mode is no file
            fence._audit("os.truncate", (path, 0))
    assert fence.attempts == ["os.chmod", "os.chmod", "os.remove"]


def test_what_takes_more_memory_than_a_test_should_is_refused_at_once_and_only_inside_the_fence(tmp_path):
    fence = Fence(str(tmp_path), Stopwatch())
    with pytest.raises(MemoryError), fence.raised(5):
        bytes(10**9)  # filled or not within the time of a call, as others are at work: tests would depend on them
    with fence.raised(5):
        assert len(bytes(10**8)) == 10**8
    assert len(bytes(10**9)) == 10**9


def test_a_module_that_exits_while_it_is_imported_is_told(workbench):
    workbench.write("exits.py", "raise SystemExit(3)\n")
    with pytest.raises(TaskFailed, match=r"^exits.py cannot be imported: SystemExit: 3$"):
        workbench.generate("exits.py")


def test_what_to_do_about_an_import_that_fails_depends_on_why(workbench):
    hints = {
        "raise SystemExit(3)\n": 'start nothing where the module is imported: `if __name__ == "__main__":`',
        "def f(x: return x\n": "mend the module first",
        "import nothing_of_this_name\n": "install what the module needs into the project's environment",
    }
    for text, hint in hints.items():
        workbench.write("fails.py", text)
        with pytest.raises(TaskFailed, match=r"^fails.py cannot be imported: ") as found:
            workbench.generate("fails.py")
        assert found.value.hint == hint


def test_a_function_that_ends_the_process_whatever_it_gets_is_named(workbench):
    workbench.write("ends.py", "import os\n\n\ndef end(number: int) -> int:\n    os.abort()\n")
    with pytest.raises(TaskFailed) as found:
        workbench.generate("ends.py")
    assert found.value.message.startswith("ends.py could not be explored: its process is ended by calls as end(")
    assert "File" not in found.value.message
    assert found.value.hint == "what ends the process cannot be tested from within it: leave it to a test of your own"


def test_a_module_that_reads_data_of_the_project_when_imported_finds_a_copy(workbench):
    workbench.write("config.yaml", "limit: 3\n")
    workbench.write(".env", "LIMIT=4\n")
    source = "TEXT = open('config.yaml').read()\n\n\ndef over(number: int) -> bool:\n    return number > int(TEXT[7])\n"
    workbench.write("limits.py", source)
    made = workbench.generate("limits.py", budget=20)
    assert made.tests
    assert (workbench.root / "config.yaml").read_text() == "limit: 3\n"
    workbench.write("secretive.py", "TEXT = open('.env').read()\n")
    with pytest.raises(TaskFailed, match=r"^secretive.py cannot be imported: FileNotFoundError"):
        workbench.generate("secretive.py")


def test_a_variable_that_an_import_misses_is_named_with_what_to_do(workbench):
    workbench.write("asks.py", 'import os\n\nKEY = os.environ["SHOP_KEY"]\n')
    with pytest.raises(TaskFailed, match=r"^asks.py cannot be imported: KeyError: 'SHOP_KEY'$") as found:
        workbench.generate("asks.py")
    assert found.value.hint == (
        "give it SHOP_KEY by `env:` of the task or of `settings`: it sees no .env and little of your shell"
    )


def test_a_module_that_hangs_while_it_is_imported_gets_no_more_than_its_budget(workbench):
    workbench.write("hangs.py", "while True:\n    pass\n")
    with pytest.raises(TaskFailed, match=r"^hangs.py: its tests were not proven within 0.1 s$"):
        workbench.generate("hangs.py", budget=0.1)
    assert still_running() == []


def test_asking_for_a_tool_writes_no_bytecode_into_the_project(workbench):
    workbench.write("pytest.py", "raise ImportError\n")
    workbench.write("ends.py", "import os\n\nos.kill(os.getpid(), 9)\n")
    with pytest.raises(TaskFailed, match=r"^ends.py could not be explored: "):
        workbench.generate("ends.py")
    assert not (workbench.root / "__pycache__").exists()


def test_a_busy_machine_is_named_where_it_took_the_time():
    """A larger budget would be the wrong advice."""
    target = Target(path="shop.py", test_file="tests/test_shop.py")
    short, long = (_not_proven(target, Settings(budget=10), waited) for waited in (3.0, 85.4))
    assert (short.message, short.hint) == ("shop.py: its tests were not proven within 10 s", "give it a larger budget")
    told = "within 10 s of its own; for 85 s more the machine was busy with other things"
    assert long.message == f"shop.py: its tests were not proven {told}"
    assert long.hint is not None
    assert "--max-parallel 1" in long.hint
