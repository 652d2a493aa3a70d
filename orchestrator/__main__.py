"""The door: `orchestrate …` and `python -m orchestrator …`.

Nothing is imported before it is needed: `--version` answers at once, and a command that carries work out is put under a
supervisor before anything heavy is loaded.
"""

import sys


def main() -> int:
    """Run the command line and return its exit code."""
    arguments = sys.argv[1:]
    if arguments[:1] in (["--version"], ["-V"]):
        from orchestrator import __version__

        return _print(f"orchestrate {__version__}\n")
    from orchestrator.cli.entry import start

    return start(arguments)


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
    sys.exit(main())
