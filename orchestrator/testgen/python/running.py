"""Run an order in the target's interpreter: fenced, bounded in time, answered through a file."""

import asyncio
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from orchestrator.contracts import Processes
from orchestrator.errors import TaskFailed
from orchestrator.testgen.python.farm import build_farm
from orchestrator.testgen.python.needs import told_without_pytest
from orchestrator.testgen.python.patience import Patience
from orchestrator.testgen.python.stand_ins import StandIns, find_stand_ins
from orchestrator.testgen.python.targets import PythonTarget, import_mode

_BOOT = Path(__file__).parent / "explorer" / "boot.py"
# A dump of the stack, where a call ends the process, would show our frames and hide what the program printed.
_LEFT_OUT = ("cacheprovider", "xdist", "randomly", "cov", "faulthandler")
_QUIET = ("-q", *(word for name in _LEFT_OUT for word in ("-p", f"no:{name}")), "-o", "addopts=")
_NO_HYPOTHESIS = ("-p", "no:hypothesispytest")  # importing it takes longer than most tests
_DATA = frozenset((".yaml", ".yml", ".toml", ".json", ".ini", ".cfg", ".csv", ".txt"))
_SETTINGS = ("pytest.ini", "pyproject.toml", "setup.cfg", "tox.ini", "setup.py", "requirements.txt")
_LARGEST_DATA, _MOST_DATA = 262_144, 32  # bytes of each, files
_SPARE = 20.0  # seconds beyond a time limit before a child that does not end itself is ended
EXPLORE = "def test_explore(request):\n    request.config.orchestrate_explore(request)\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """Where and with what tests of one target run. `root` is the project's folder, absolute."""

    root: str
    target: PythonTarget
    python: str
    processes: Processes
    isolate: tuple[str, ...] = ()  # argv before the interpreter: a network namespace where the kernel allows it
    patience: Patience = field(default_factory=Patience)
    has_data: bool = False  # the working folder has copies of the data files that lie where the tests are started
    stand_ins: StandIns = field(default_factory=StandIns)  # for what a `.env` sets

    def own_time(self) -> float:
        """Return seconds since some moment, without those that children of the target stood in line."""
        return asyncio.get_running_loop().time() - self.patience.given


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a child handed over (None when it did not get that far), and the last lines that it printed."""

    content: Mapping[str, Any] | None
    tail: str
    is_late: bool = False


async def run_order(
    site: Site,
    order: Mapping[str, Any],
    file: str,
    text: str,
    *,
    seconds: float,
    env: Mapping[str, str] | None = None,
    more: Sequence[str] = (),
) -> Answer:
    """Run pytest on `text` as the project's file `file`, and on its files `more`; the content is the plug-in's."""
    with _scratch() as scratch:
        farm = scratch / "project"
        place = build_farm(site.root, farm, file, text)
        work = scratch / "work"
        work.mkdir()
        if site.has_data:
            for path in data_files(site):
                shutil.copyfile(path, work / path.name)
        if order.get("shuffle"):  # the project's folder is not empty either
            (work / "stray").mkdir()
            (work / "stray" / "stray.txt").write_text("whoever lists the folder finds something else each time\n")
        complete = {**order, **_places(site, scratch, seconds), "has_properties": "hypothesis" in text}
        complete["stand_ins"] = site.stand_ins.second if (order.get("shuffle") or 0) % 2 else site.stand_ins.first
        complete["import_roots"] = [str(farm / site.target.below(site.root))]
        complete["arguments"] = [
            *_QUIET,
            *(() if "hypothesis" in text or more else _NO_HYPOTHESIS),
            *import_mode(site.root, file),
            f"--basetemp={work / 'base'}",
            "--rootdir",
            str(_settings_folder(farm, place)),
            str(place),
            *(str(farm / each) for each in more),
        ]
        if "job" in complete:
            complete["job"] = {**complete["job"], "result": complete["result"], "project": site.root}
        (scratch / "order.json").write_text(json.dumps(complete))
        return await _run(site, scratch, work, seconds, env or {})


def data_files(site: Site) -> list[Path]:
    """Return the data that the project's folder holds: what a module may read while it is imported.

    Files that begin with a dot are left out: those hold what is a secret.
    """
    found = (path for path in _where_tests_start(site).iterdir() if path.suffix in _DATA)
    chosen = (path for path in found if path.name[0] != "." and path.is_file() and not path.is_symlink())
    return sorted(path for path in chosen if path.stat().st_size <= _LARGEST_DATA)[:_MOST_DATA]


def with_stand_ins(site: Site) -> Site:
    """Return the site where the variables of the project's `.env` have made-up values; the same when it has none."""
    found = find_stand_ins(_where_tests_start(site), Path(site.root))
    return replace(site, stand_ins=found) if found.first and not site.stand_ins.first else site


def _where_tests_start(site: Site) -> Path:
    """Return the folder of the nearest settings of pytest or of a project, else the top."""
    top = Path(site.root)
    for folder in Path(site.root, site.target.path).parents:
        if folder == top or any((folder / name).is_file() for name in _SETTINGS):
            return folder
    return top


def _places(site: Site, scratch: Path, seconds: float) -> dict[str, Any]:
    """Return where the child finds and leaves things, and how much of the processor it may use."""
    return {
        "project": site.root,
        "scratch": str(scratch / "work"),
        "result": str(scratch / "result.json"),
        "waited": str(scratch / "waited"),
        "cpu_seconds": int(seconds * 2 + 30),
    }


async def _run(site: Site, scratch: Path, work: Path, seconds: float, env: Mapping[str, str]) -> Answer:
    surroundings = {
        "HOME": str(work),
        "TMPDIR": str(work),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "TZ": "UTC",
        "PYTHONWARNINGS": "",
        "NO_COLOR": "1",
        **env,
    }
    argv = (*site.isolate, site.python, str(_BOOT), str(scratch / "order.json"))
    # The working folder is the scratch folder, by way of `env`: `cwd` of a child lies below the repository.
    argv = ("env", "-C", str(work), *argv)
    try:
        async with asyncio.timeout(seconds + _SPARE) as limit:
            with site.patience.moves(limit), site.patience.looks_at(scratch / "waited"):
                finished = await site.processes.run(argv, env=surroundings)
    except TimeoutError:
        return Answer(content=_read(scratch / "result.json"), tail="it did not end in time", is_late=True)
    return Answer(content=_read(scratch / "result.json"), tail=finished.tail)


def read_journal(path: Path) -> str:
    """Return the program that a child was running when it ended."""
    try:
        return path.read_bytes().partition(b"\0")[0].decode(errors="replace")
    except OSError:
        return ""


async def can_import(site: Site, name: str) -> bool:
    """Say whether the project's interpreter has a package; writes no bytecode, also of what lies in the project."""
    script = f"import sys; del sys.path[0]; import {name}"
    return (await site.processes.run((site.python, "-B", "-c", script))).exit_code == 0


async def require_pytest(site: Site) -> None:
    """Raise TaskFailed when the project's interpreter has no pytest."""
    if not await can_import(site, "pytest"):
        message, hint = told_without_pytest(site.python)
        raise TaskFailed(message, hint=hint)


def _settings_folder(farm: Path, place: Path) -> Path:
    """Return the folder that pytest would take as its root: the nearest with settings, else the top."""
    for folder in place.parents:
        if (folder / "pytest.ini").exists() or folder == farm:
            return folder
    return farm


def _read(path: Path) -> Mapping[str, Any] | None:
    try:
        content: Mapping[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return content


@contextmanager
def _scratch() -> Iterator[Path]:
    folder = tempfile.mkdtemp(prefix="orchestrate-testgen-")
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
