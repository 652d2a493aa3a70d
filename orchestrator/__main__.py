"""The door: `orchestrate …` and `python -m orchestrator …`.

Nothing is imported before it is needed: `--version` answers at once, and a command that carries work out is put under a
supervisor before anything heavy is loaded.
"""

import atexit
import os
import sys


def main() -> int:
    """Run the command line and return its exit code."""
    arguments = sys.argv[1:]
    if arguments[:1] in (["--version"], ["-V"]):
        from orchestrator import __version__

        return _print(f"orchestrate {__version__}\n")
    # What is installed beside us has no part in our models, and looking for it takes longer than reading a document.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from orchestrator.cli.entry import start

    return start(arguments)


def program() -> int:
    """Run the command line and end this process, as a console script; the return value is the exit code."""
    try:
        code = main()
    except SystemExit as ending:  # of the engine, which is a fork of this process
        if not isinstance(ending.code, int):
            raise
        code = ending.code
    _leave_at_once(code)
    return code


def _leave_at_once(code: int) -> None:
    """End the process without taking it apart first, which costs a quick command a tenth of its time.

    What is registered for the end is done. Nothing happens where a thread is still at work: the usual end waits for it.
    """
    threads = sys.modules.get("threading")  # not imported for this: `--version` has no time
    if threads is not None and threads.active_count() > 1:
        return
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):  # closed, or nobody reads it any more
            continue
    os._exit(code)


def _print(text: str) -> int:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except (AttributeError, OSError):  # closed before we started, full, or nobody reads it
        from orchestrator.cli.streams import forget_output

        forget_output()
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(program())
