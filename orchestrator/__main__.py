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

        sys.stdout.write(f"orchestrate {__version__}\n")
        return 0
    from orchestrator.cli.entry import enter

    return enter(arguments)


if __name__ == "__main__":
    sys.exit(main())
