"""Generate the tests of modules in surroundings that differ as machines do, and compare them byte for byte.

python -m bench.testgen.same [PACKAGE[:MODULE] …] [--budget 60]

Of every surrounding the project is copied to another path; user, HOME, host name, time zone, locale, hash seed and the
load of the processors are different. The exit code is 1 when a single byte differs. A search that the clock ended is
told: only those that came through give the same everywhere.
"""

import argparse
import asyncio
import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.testgen import ours
from bench.testgen.packages import PACKAGES, part_of
from bench.testgen.scratch import Scratch

HOME = Path(__file__).parents[2]
_FEW = ("roman", "inflection", "cachetools:keys", "isodate:isotime", "toolz:dicttoolz")
_BUSY = "while True: pass"


@dataclass(frozen=True, kw_only=True, slots=True)
class Surrounding:
    """What is different: `below` is a folder for the project, `busy` the processes that take the processors."""

    name: str
    below: str
    env: dict[str, str] = field(default_factory=dict)
    host: str = ""
    busy: int = 0


SURROUNDINGS = (
    Surrounding(name="as it is", below="a"),
    Surrounding(
        name="another machine",
        below="home/ada/work with blanks/checkout",
        env={
            "USER": "ada", "LOGNAME": "ada", "USERNAME": "ada", "TZ": "Asia/Kolkata", "LANG": "tr_TR.UTF-8",
            "LC_ALL": "C", "PYTHONHASHSEED": "4711", "COLUMNS": "40",
        },
        host="elsewhere",
    ),
    Surrounding(
        name="a busy one",
        below="srv/build/1234567/project",
        env={"USER": "ci", "LOGNAME": "ci", "TZ": "America/St_Johns", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"},
        host="runner-7",
        busy=2 * (os.cpu_count() or 1),
    ),
)  # fmt: skip


def main() -> int:
    """Generate, compare, print a line per module, exit with 1 when bytes differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("package", nargs="*", default=_FEW)
    parser.add_argument("--budget", type=float, default=60.0)
    parser.add_argument("--scratch", type=Path, default=HOME / "bench/results/testgen")
    parser.add_argument("--write", nargs=2, metavar=("PROJECT", "MODULE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.write:
        return write(Path(given.write[0]), given.write[1], given.budget)
    scratch = Scratch(given.scratch.resolve())
    scratch.prepare()
    different = 0
    for package in (part for each in PACKAGES if (part := part_of(each, given.package)) is not None):
        for module in package.modules:
            made = [generate_in(each, scratch.project(package), module, given.budget) for each in SURROUNDINGS]
            digests = [hashlib.sha256(text.encode()).hexdigest()[:12] for text, _ in made]
            cut = [each.name for each, (_, is_cut) in zip(SURROUNDINGS, made, strict=True) if is_cut]
            verdict = "same bytes" if len(set(digests)) == 1 else f"DIFFERENT: {', '.join(digests)}"
            different += len(set(digests)) > 1
            told = f" (the clock ended the search: {', '.join(cut)})" if cut else ""
            print(f"{module}: {len(made[0][0].encode())} bytes, {len(made)} times: {verdict}{told}", flush=True)
    return int(different > 0)


def generate_in(surrounding: Surrounding, project: Path, module: str, budget: float) -> tuple[str, bool]:
    """Return the tests that are generated in a surrounding, and whether the clock ended the search."""
    with tempfile.TemporaryDirectory(prefix="orchestrate-same-") as folder, load(surrounding.busy):
        place, home = Path(folder, surrounding.below, project.name), Path(folder, "home-of", surrounding.name)
        shutil.copytree(project, place, symlinks=True)
        home.mkdir(parents=True)
        own = [sys.executable, "-m", "bench.testgen.same", "--budget", str(budget), "--write", str(place), module]
        done = subprocess.run(
            [*on_host(surrounding.host), *own],
            cwd=HOME,
            env={**os.environ, **surrounding.env, "HOME": str(home)},
            stdout=subprocess.PIPE,
            check=True,
        )
        answer = json.loads(done.stdout)
        return answer["text"], bool(answer["cut_short"])


def write(project: Path, module: str, budget: float) -> int:
    """Generate in this process and print what came of it as JSON."""
    test_file = f"tests/test_{Path(module).stem.strip('_')}.py"
    made = asyncio.run(ours.write_tests(project, module, test_file, budget))
    sys.stdout.write(json.dumps({"text": made.text, "cut_short": made.cut_short}))
    return 0


def on_host(name: str) -> list[str]:
    """Return the words before a command that give it a host name of its own; none where the kernel refuses."""
    for more in ((), ("--map-root-user",)) if name else ():
        words = ["unshare", *more, "--uts", "sh", "-c", 'hostname "$0"; exec "$@"', name]
        with contextlib.suppress(OSError):
            if subprocess.run([*words, "true"], check=False, stderr=subprocess.DEVNULL).returncode == 0:
                return words
    return []


@contextlib.contextmanager
def load(count: int) -> Iterator[None]:
    """Keep this many processes busy."""
    busy = [subprocess.Popen([sys.executable, "-c", _BUSY]) for _ in range(count)]
    try:
        yield
    finally:
        for each in busy:
            each.kill()
            each.wait()


if __name__ == "__main__":
    sys.exit(main())
