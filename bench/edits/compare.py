"""Our edits next to ruamel.yaml and `zizmor --fix` on real workflows, LF and CRLF.

`python bench/edits/compare.py FOLDER` prints how many files come out without an unmeant line changed.
The peers stand in an environment of their own: `python -m venv bench/results/peers` and
`bench/results/peers/bin/pip install ruamel.yaml zizmor`.
"""

import difflib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from orchestrator.edits.action import Scene, TextTree
from orchestrator.edits.propose import propose, read_params
from orchestrator.edits.registry import find_action
from orchestrator.edits.result import EditStatus

HERE = Path(__file__).parent
PEERS = HERE.parent / "results" / "peers" / "bin"
TARGET = ".github/workflows/x.yml"
JOB = {"path": ["jobs", "bench-job"], "value": {"runs-on": "ubuntu-latest", "steps": [{"run": "make"}]}}
NAMES = {"remove": "remove continue-on-error", "add": "add a job"}
EDITS = {
    "remove": ("remove_continue_on_error", {"layers": ["yaml"]}, "continue-on-error: true"),
    "add": ("yaml_set", JOB, None),  # the very edit; `add_job` also narrows what the only job may do so far
}


def ours(action: str, params: dict, text: str) -> str | None:
    """Return the text after one of our actions, None when it does not change it."""
    found = find_action(action)
    result = propose(found, Scene(TARGET, TextTree({TARGET: text})), read_params(found, params))
    return result.edits[0].after if result.status is EditStatus.CHANGED else None


def collateral(before: str, after: str, meant: str | None) -> int:
    """Return how many original lines are gone that the edit was not about."""
    end = "" if before.endswith("\n") else "\r\n" if "\r\n" in before else "\n"  # what is appended needs one ahead
    after = after if after.endswith("\n") else after + end
    old, new = (before + end).splitlines(keepends=True), after.splitlines(keepends=True)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    lost = [line for tag, a, b, _, _ in matcher.get_opcodes() if tag in ("replace", "delete") for line in old[a:b]]
    return sum(1 for line in lost if meant is None or meant not in line)


def is_mixed(text: str) -> bool:
    """Say whether a text has line ends of both kinds."""
    return 0 < text.count("\r\n") < text.count("\n")


def row(name: str, files: int, zero: int, mixed: int, seconds: float, tried: int) -> None:
    """Print one row of the table; the time is per file that was tried."""
    share = f"{100 * zero / files:5.1f} %" if files else "    -  "
    each = f"{1000 * seconds / tried:6.1f} ms"
    print(f"{name:44} {files:6} {zero:8} {share:>9} {mixed:8} {each:>10}")


def compare(kind: str, texts: list[str], label: str) -> None:
    """Compare one edit on all texts that it applies to."""
    action, params, meant = EDITS[kind]
    begun = time.perf_counter()
    results = [(text, ours(action, params, text)) for text in texts]
    took = time.perf_counter() - begun
    changed = [(text, after) for text, after in results if after is not None]
    none = [collateral(text, after, meant) == 0 for text, after in changed]
    row(
        f"{NAMES[kind]} ({label}): orchestrate",
        len(changed),
        sum(none),
        sum(is_mixed(b) for _, b in changed),
        took,
        len(texts),
    )
    given = json.dumps([(kind, text) for text, _ in changed])
    begun = time.perf_counter()
    done = subprocess.run(
        [PEERS / "python", HERE / "peers_ruamel.py"], input=given, capture_output=True, text=True, check=True
    )
    took = time.perf_counter() - begun
    made = [(text, after) for (text, _), after in zip(changed, json.loads(done.stdout), strict=True) if after]
    none = [collateral(text, after, meant) == 0 for text, after in made]
    row(
        f"{NAMES[kind]} ({label}): ruamel.yaml",
        len(changed),
        sum(none),
        sum(is_mixed(b) for _, b in made),
        took,
        len(changed),
    )


def hardened(texts: list[str], label: str) -> None:
    """Compare harden_checkout with the fixes of zizmor: which lines beside the meant ones change, which ends mix."""
    begun = time.perf_counter()
    changed = [(text, after) for text in texts if (after := ours("harden_checkout", {}, text)) is not None]
    took = time.perf_counter() - begun
    none = [collateral(text, after, None) == 0 for text, after in changed]
    row(
        f"harden_checkout ({label}): orchestrate",
        len(changed),
        sum(none),
        sum(is_mixed(b) for _, b in changed),
        took,
        len(texts),
    )
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / ".github" / "workflows"
        home.mkdir(parents=True)
        paths = [home / f"{number}.yml" for number in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.write_bytes(text.encode())
        begun = time.perf_counter()
        for path in paths:  # one by one: a file that it cannot read ends a whole run
            command = [PEERS / "zizmor", "--offline", "--no-progress", "--quiet", "--fix=all", path]
            subprocess.run(command, capture_output=True, check=False)
        took = time.perf_counter() - begun
        after = [path.read_bytes().decode() for path in paths]
    fixed = [(old, new) for old, new in zip(texts, after, strict=True) if old != new]
    ends = [old.endswith("\n") == new.endswith("\n") for old, new in fixed]
    row(
        f"all fixes ({label}): zizmor (0 collateral = end kept)",
        len(fixed),
        sum(ends),
        sum(is_mixed(b) for _, b in fixed),
        took,
        len(paths),
    )


def main() -> None:
    """Print the table."""
    files = sorted(path for path in Path(sys.argv[1]).rglob("*") if path.suffix in (".yml", ".yaml"))
    lf = [path.read_bytes().decode().replace("\r\n", "\n") for path in files]
    print(f"{'edit':44} {'files':>6} {'0 lines':>8} {'share':>9} {'mixed':>8} {'each':>10}")
    for label, texts in (("LF", lf), ("CRLF", [text.replace("\n", "\r\n") for text in lf])):
        for kind in EDITS:
            compare(kind, texts, label)
        hardened(texts, label)


if __name__ == "__main__":
    main()
