"""The cases: what is measured, beside whom, and against which bar."""

import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from bench.measure import Cost, middle, run_once
from bench.ours import command_line, write_document
from bench.peers import HEAVY_PEERS, PEERS, Peer, Work, find
from bench.table import print_table, verdict

_SECONDS_BETWEEN_LOOKS = 2.0  # as `status --watch` looks


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """Where to work, how often to repeat, and whether the slow peers come along."""

    folder: Path
    repeat: int
    heavy: bool


def _fresh(setting: Setting, name: str) -> Path:
    folder = setting.folder / f"{name}-{time.monotonic_ns()}"
    folder.mkdir(parents=True)
    return folder


def _peer_cost(setting: Setting, peer: Peer, work: Work, repeat: int) -> Cost | None:
    if peer.program and find(peer.program) is None:
        return None
    costs = []
    for _ in range(repeat):
        folder = _fresh(setting, peer.program or "peer")
        costs.append(run_once(peer.prepare(folder, work), folder))
    return middle(costs)


def _our_cost(setting: Setting, work: Work, durability: str, repeat: int) -> Cost:
    costs = []
    for _ in range(repeat):
        folder = _fresh(setting, "ours")
        write_document(folder, work, durability=durability)
        costs.append(run_once(command_line("run", "--all", "--yes", "--quiet"), folder))
    return middle(costs)


def _beside_peers(setting: Setting, work: Work, peers: Sequence[Peer], repeat: int) -> dict[str, Cost]:
    rows = {peer.name: cost for peer in peers if (cost := _peer_cost(setting, peer, work, repeat))}
    rows["orchestrate (full)"] = _our_cost(setting, work, "full", repeat)
    rows["orchestrate (normal)"] = _our_cost(setting, work, "normal", repeat)
    return rows


def independent(setting: Setting) -> None:
    """1,000 × /bin/true, two at a time."""
    work = Work(count=1000, command=("/bin/true",))
    rows = _beside_peers(setting, work, PEERS + (HEAVY_PEERS if setting.heavy else ()), setting.repeat)
    notes = [*_ninja_notes(rows), _start_note(setting, work, rows)]
    print_table("1,000 × /bin/true, 2 at a time", rows, beside="ninja", notes=notes)


def _start_note(setting: Setting, work: Work, rows: dict[str, Cost]) -> str:
    """Say what a run of one task takes, which is start, plan and end, and what each further one adds."""
    one = _our_cost(setting, replace(work, count=1), "normal", setting.repeat)
    normal = rows["orchestrate (normal)"]
    each = (normal.wall - one.wall) / (work.count - 1) * 1000
    cpu = (normal.cpu - one.cpu) / (work.count - 1) * 1000
    return f"a run of one task takes {one.wall:.2f} s, each further one {each:.2f} ms ({cpu:.2f} ms of processor)"


def _ninja_notes(rows: dict[str, Cost]) -> list[str]:
    if "ninja" not in rows:
        return ["ninja is not installed: no verdict"]
    ninja, limit = rows["ninja"].wall, rows["C loop (the limit)"].wall
    full, normal = rows["orchestrate (full)"], rows["orchestrate (normal)"]
    return [
        verdict("full durability over ninja", full.wall / ninja, 3),
        verdict("normal durability over ninja", normal.wall / ninja, 1),
        verdict("share of the C limit, normal", limit / normal.wall, 0.70, at_most=False),
        *(
            verdict(f"faster than {name}, times", rows[name].wall / full.wall, 5, at_most=False)
            for name in ("luigi", *(peer.name for peer in HEAVY_PEERS))
            if name in rows
        ),
    ]


def independent_10k(setting: Setting) -> None:
    """10,000 × /bin/true, two at a time."""
    work = Work(count=10_000, command=("/bin/true",))
    rows = _beside_peers(setting, work, [peer for peer in PEERS if peer.name != "luigi"], 1)
    notes = [*_ninja_notes(rows), verdict("peak memory", rows["orchestrate (normal)"].peak, 60, unit=" MB")]
    print_table("10,000 × /bin/true, 2 at a time", rows, beside="ninja", notes=notes)


def waiting(setting: Setting) -> None:
    """200 tasks of 100 ms in 4 slots."""
    work = Work(count=200, command=("sleep", "0.1"), slots=4)
    peers = [peer for peer in PEERS if peer.name in ("make", "ninja")]
    rows = _beside_peers(setting, work, peers, setting.repeat)
    lower = 200 * 0.1 / 4
    ours = rows["orchestrate (full)"].wall
    start = _our_cost(setting, replace(work, count=1), "full", setting.repeat).wall - 0.1
    notes = [
        verdict("makespan over the lower bound of 5.0 s", ours / lower, 1.03),
        f"without the {start:.2f} s that a run of one task takes for start, plan and end: {(ours - start) / lower:.3f}",
    ]
    if "ninja" in rows:
        notes.append(verdict("over ninja", ours / rows["ninja"].wall, 1.05))
    print_table("200 × sleep 0.1, 4 at a time", rows, beside="ninja", notes=notes)


def chain(setting: Setting) -> None:
    """A chain of 200 × /bin/true."""
    work = Work(count=200, command=("/bin/true",), chain=True)
    rows = _beside_peers(setting, work, PEERS, setting.repeat)
    notes = []
    if "ninja" in rows:
        ninja = rows["ninja"].wall
        notes = [
            verdict("full durability over ninja", rows["orchestrate (full)"].wall / ninja, 8),
            verdict("normal durability over ninja", rows["orchestrate (normal)"].wall / ninja, 1.2),
        ]
    print_table("chain of 200 × /bin/true", rows, beside="ninja", notes=notes)


def noop(setting: Setting) -> None:
    """The engine alone: no-op tasks on the memory ledger."""
    print("\nno-op tasks, memory ledger")
    subprocess.run([_python(), "-m", "bench.engine_noop"], cwd=Path(__file__).parent.parent, check=True)


def _python() -> str:
    import sys

    return sys.executable


def load(setting: Setting) -> None:
    """Load, validate and plan 10,000 tasks."""
    folder = _fresh(setting, "load")
    write_document(folder, Work(count=10_000, command=("/bin/true",)))
    rows = {
        f"orchestrate {verb}": middle([run_once(command_line(verb), folder) for _ in range(setting.repeat)])
        for verb in ("validate", "plan")
    }
    plan = rows["orchestrate plan"]
    notes = [verdict("plan", plan.wall, 2, unit=" s"), verdict("peak memory", plan.peak, 250, unit=" MB")]
    print_table("a document of 10,000 tasks", rows, notes=notes)


def second_run(setting: Setting) -> None:
    """A second run of work that is up to date."""
    rows = {}
    notes = []
    for count, bar in ((61, 0.3), (1_000, 0.2), (10_000, 1.5)):
        folder = _fresh(setting, "second")
        write_document(folder, Work(count=count, command=("/bin/true",)), durability="normal", cached=True)
        run = command_line("run", "--all", "--yes", "--quiet")
        run_once(run, folder)
        rows[f"{count:,} tasks"] = middle([run_once(run, folder) for _ in range(setting.repeat)])
        notes.append(verdict(f"{count:,} tasks", rows[f"{count:,} tasks"].wall, bar, unit=" s"))
    print_table("second run, everything up to date", rows, notes=notes)


def start(setting: Setting) -> None:
    """The shipped roadmap: how quickly an answer comes."""
    from bench.ours import command_line as ours

    root = Path(__file__).parent.parent
    project = _fresh(setting, "start")
    subprocess.run(["cp", "-R", f"{root}/examples/learning-platform/.", project], check=True)
    common = ["--config", str(root / "config/phases.yaml"), "--project", str(project)]
    run_once(ours("run", *common, "--only", "1.5", "--yes", "--quiet"), project)
    rows = {}
    notes = []
    for words, bar in (
        (["--version"], 0.025),
        (["--help"], 0.120),
        (["plan", *common], 0.120),
        (["status", *common], 0.120),
        (["validate", *common], 0.120),
    ):
        costs = [run_once(ours(*words), project) for _ in range(max(5, setting.repeat))]
        rows[words[0]] = middle(costs)
        notes.append(verdict(f"{words[0]} CPU", min(cost.cpu for cost in costs) * 1000, bar * 1000, unit=" ms"))
    print_table("61 tasks: start-up", rows, notes=notes)


def status(setting: Setting) -> None:
    """`status` on 10,000 tasks while they run, and what looking every two seconds costs the run."""
    alone, _ = _run_watched(_fresh(setting, "alone"), looks=False)
    watched, costs = _run_watched(_fresh(setting, "status"), looks=True)
    rows = {f"status, {len(costs)} times": middle(costs)}
    notes = [
        verdict("status CPU", rows[next(iter(rows))].cpu * 1000, 100, unit=" ms"),
        verdict("the run that is looked at over the one that is not", watched / alone, 1.01),
    ]
    print_table("status while 10,000 tasks run", rows, notes=notes)


def _run_watched(folder: Path, *, looks: bool) -> tuple[float, list[Cost]]:
    """Return the seconds of a run of 10,000 tasks, and what each look at it cost."""
    write_document(folder, Work(count=10_000, command=("/bin/true",)), durability="normal")
    begin, costs = time.perf_counter(), []
    run = subprocess.Popen(
        command_line("run", "--all", "--yes", "--quiet"),
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while run.poll() is None:
        with suppress(subprocess.TimeoutExpired):
            run.wait(_SECONDS_BETWEEN_LOOKS)
        if looks and run.returncode is None:
            costs.append(run_once(command_line("status"), folder))
    return time.perf_counter() - begin, costs


def log_bomb(setting: Setting) -> None:
    """10 GB of task output."""
    print("\n10 GB of output")
    subprocess.run([_python(), "-m", "bench.logbomb"], cwd=Path(__file__).parent.parent, check=True)


def own_share(setting: Setting) -> None:
    """The processor time of a real run that goes to the engine."""
    print("\nprocessor time of real work")
    subprocess.run([_python(), "-m", "bench.engine_share"], cwd=Path(__file__).parent.parent, check=True)
