"""Start pytest in the target's interpreter with our plug-in: `python boot.py JOB.json`.

This file is run as a script and loads the package that it lies in as `_orchestrate_explorer`.
"""

import importlib
import importlib.util
import json
import os
import signal
import sys

NAME = "_orchestrate_explorer"


def load_package() -> None:
    """Make the package known under a name that no project has."""
    folder = os.path.dirname(os.path.abspath(__file__))
    spec = importlib.util.spec_from_file_location(
        NAME, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = module
    spec.loader.exec_module(module)


def main(path: str) -> int:
    """Run the session that the file describes and return pytest's exit code."""
    with open(path, encoding="utf-8") as file:
        order = json.load(file)
    # A script's folder comes first on the path: the names of our files must not hide the project's modules.
    sys.path[:] = [*order["import_roots"], *sys.path[1:]]
    sys.dont_write_bytecode = True
    for name, value in order.get("stand_ins", {}).items():
        os.environ.setdefault(name, value)
    load_package()
    stopwatch = importlib.import_module(f"{NAME}.stopwatch").Stopwatch(order["waited"])
    signal.signal(signal.SIGALRM, lambda *_: stopwatch.now())  # until the fence takes the alarm over
    signal.setitimer(signal.ITIMER_REAL, 0.2, 0.2)
    if order.get("moment") is not None:  # before anybody takes the clock's functions by name
        importlib.import_module(f"{NAME}.moved_clock").move(order["moment"])
    if order.get("chance") is not None:  # likewise
        importlib.import_module(f"{NAME}.leaning_chance").lean(order["chance"])
    plugin = importlib.import_module(f"{NAME}.{order['mode']}").make(order)
    import pytest

    return int(pytest.main(order["arguments"], plugins=[plugin]))


if __name__ == "__main__":
    code = main(sys.argv[1])
    sys.stdout.flush()
    sys.exit(code)
