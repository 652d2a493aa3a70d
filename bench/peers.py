"""The peers: how each is installed, and how the same work is written for each.

The work is a set of commands, all independent or one chain; every tool runs it two (or `slots`) at a time.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

PEER_VENV = Path(__file__).parent / "results" / "peers"
PACKAGES = {"ninja": "ninja", "just": "rust-just", "task": "go-task-bin", "doit": "doit", "luigi": "luigi"}
HEAVY = {"prefect": "prefect", "dagster": "dagster", "snakemake": "snakemake"}

C_LOOP = r"""
#define _GNU_SOURCE
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
extern char **environ;
/* the physical limit: N children, SLOTS at a time, nothing recorded */
int main(int argc, char **argv) {
  int n = atoi(argv[1]), slots = atoi(argv[2]), alive = 0;
  for (int i = 0; i < n; i++) {
    if (alive == slots) { wait(NULL); alive--; }
    pid_t pid;
    if (posix_spawn(&pid, argv[3], NULL, NULL, argv + 3, environ)) return 1;
    alive++;
  }
  while (alive-- > 0) wait(NULL);
  return 0;
}
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """So many times this command; `chain` = each after the one before."""

    count: int
    command: tuple[str, ...]
    slots: int = 2
    chain: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Peer:
    """A tool: write the work into a folder, and return the command that carries it out."""

    name: str
    prepare: Callable[[Path, Work], Sequence[str]]
    program: str | None = None
    durable: bool = False


def install(names: Sequence[str]) -> None:
    """Install peers from the package index into a venv of their own."""
    if not (PEER_VENV / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", PEER_VENV], check=True)
    wanted = [{**PACKAGES, **HEAVY}[name] for name in names if find(name) is None]
    for package in wanted:
        result = subprocess.run(
            [PEER_VENV / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", package],
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode:
            print(f"  (no {package}: {result.stderr.strip().splitlines()[-1:]})")


def find(program: str) -> str | None:
    """Return the path of a peer's program, or None when it is not installed."""
    own = PEER_VENV / "bin" / program
    return str(own) if own.exists() else shutil.which(program)


def _c_loop(folder: Path, work: Work) -> Sequence[str]:
    source, binary = folder / "loop.c", folder / "loop"
    source.write_text(C_LOOP)
    subprocess.run(["cc", "-O2", "-o", binary, source], check=True)
    return [str(binary), str(work.count), "1" if work.chain else str(work.slots), *_resolved(work)]


def _resolved(work: Work) -> list[str]:
    program = shutil.which(work.command[0]) or work.command[0]
    return [program, *work.command[1:]]


def _make(folder: Path, work: Work) -> Sequence[str]:
    lines = ["all: " + " ".join(f"t{i}" for i in range(work.count))]
    for i in range(work.count):
        before = f" t{i - 1}" if work.chain and i else ""
        lines += [f"t{i}:{before}", f"\t@{' '.join(work.command)}"]
    (folder / "Makefile").write_text("\n".join(lines) + "\n")
    return ["make", "-s", f"-j{work.slots}"]


def _ninja(folder: Path, work: Work) -> Sequence[str]:
    lines = ["rule r", f"  command = {' '.join(work.command)}"]
    lines += [f"build t{i}: r{f' t{i - 1}' if work.chain and i else ''}" for i in range(work.count)]
    (folder / "build.ninja").write_text("\n".join(lines) + "\n")
    return [find("ninja") or "ninja", f"-j{work.slots}"]


def _just(folder: Path, work: Work) -> Sequence[str]:
    lines = []
    for i in range(work.count):
        before = f" t{i - 1}" if work.chain and i else ""
        lines += [f"t{i}:{before}", f"    @{' '.join(work.command)}"]
    marker = "" if work.chain else "[parallel]\n"
    names = " ".join(f"t{i}" for i in range(work.count))
    (folder / "justfile").write_text(f"{marker}all: {names}\n" + "\n".join(lines) + "\n")
    return [find("just") or "just", "all"]


def _task(folder: Path, work: Work) -> Sequence[str]:
    lines = ["version: '3'", "silent: true", "tasks:", "  all:", "    deps:"]
    lines += [f"      - t{i}" for i in (range(work.count) if not work.chain else [work.count - 1])]
    for i in range(work.count):
        lines += [f"  t{i}:"]
        lines += [f"    deps: [t{i - 1}]"] if work.chain and i else []
        lines += [f"    cmds: ['{' '.join(work.command)}']"]
    (folder / "Taskfile.yml").write_text("\n".join(lines) + "\n")
    return [find("task") or "task", "-C", str(work.slots), "all"]


def _doit(folder: Path, work: Work) -> Sequence[str]:
    (folder / "dodo.py").write_text(
        f"def task_t():\n    for i in range({work.count}):\n"
        f"        yield {{'name': str(i), 'actions': [{list(work.command)!r}],\n"
        f"               'task_dep': ['t:%d' % (i - 1)] if {work.chain} and i else []}}\n"
    )
    return [find("doit") or "doit", "-n", str(work.slots), "-P", "thread"]


def _luigi(folder: Path, work: Work) -> Sequence[str]:
    (folder / "flow.py").write_text(
        "import luigi, subprocess, pathlib\n"
        "class T(luigi.Task):\n    i = luigi.IntParameter()\n"
        f"    def requires(self): return [T(self.i - 1)] if {work.chain} and self.i else []\n"
        "    def output(self): return luigi.LocalTarget(f'out/{self.i}')\n"
        f"    def run(self):\n        subprocess.run({list(work.command)!r}, check=True)\n"
        "        pathlib.Path('out').mkdir(exist_ok=True); pathlib.Path(f'out/{self.i}').touch()\n"
        f"luigi.build([T(i) for i in range({work.count})], local_scheduler=True, workers={work.slots},\n"
        "            log_level='ERROR')\n"
    )
    return [str(PEER_VENV / "bin" / "python"), "flow.py"]


def _prefect(folder: Path, work: Work) -> Sequence[str]:
    (folder / "flow.py").write_text(
        "import subprocess\nfrom prefect import flow, task\nfrom prefect.task_runners import ThreadPoolTaskRunner\n"
        f"@task\ndef one(i, before=None): subprocess.run({list(work.command)!r}, check=True)\n"
        f"@flow(task_runner=ThreadPoolTaskRunner(max_workers={work.slots}))\ndef all_of_it():\n"
        f"    last, futures = None, []\n    for i in range({work.count}):\n"
        f"        last = one.submit(i, last if {work.chain} else None); futures.append(last)\n"
        "    for future in futures: future.result()\nall_of_it()\n"
    )
    return [str(PEER_VENV / "bin" / "python"), "flow.py"]


def _dagster(folder: Path, work: Work) -> Sequence[str]:
    # In one process: its other executor starts a Python of its own for each step.
    (folder / "flow.py").write_text(
        "import subprocess\nfrom dagster import DagsterInstance, In, Nothing, job, op\n"
        "def made(i):\n"
        f"    after = {{'before': In(Nothing)}} if {work.chain} and i else {{}}\n"
        "    @op(name=f't{i}', ins=after)\n"
        f"    def one(context): subprocess.run({list(work.command)!r}, check=True)\n"
        "    return one\n"
        "@job\ndef all_of_it():\n    last = None\n"
        f"    for i in range({work.count}):\n"
        f"        last = made(i)(last) if {work.chain} and i else made(i)()\n"
        "with DagsterInstance.local_temp('.') as instance:\n"
        "    assert all_of_it.execute_in_process(instance=instance).success\n"
    )
    return [str(PEER_VENV / "bin" / "python"), "flow.py"]


def _snakemake(folder: Path, work: Work) -> Sequence[str]:
    (folder / "Snakefile").write_text(
        f"rule all:\n    input: expand('out/{{i}}', i=range({work.count}))\n"
        f"rule one:\n    output: touch('out/{{i}}')\n    shell: '{' '.join(work.command)}'\n"
    )
    return [find("snakemake") or "snakemake", "-c", str(work.slots), "--quiet"]


PEERS = (
    Peer(name="C loop (the limit)", prepare=_c_loop, program="cc"),
    Peer(name="make", prepare=_make, program="make"),
    Peer(name="ninja", prepare=_ninja, program="ninja"),
    Peer(name="just", prepare=_just, program="just"),
    Peer(name="go-task", prepare=_task, program="task"),
    Peer(name="doit", prepare=_doit, program="doit"),
    Peer(name="luigi", prepare=_luigi, program="luigi", durable=True),
)
HEAVY_PEERS = (
    Peer(name="Prefect", prepare=_prefect, program="prefect", durable=True),
    Peer(name="Dagster", prepare=_dagster, program="dagster", durable=True),
    Peer(name="Snakemake", prepare=_snakemake, program="snakemake", durable=True),
)
