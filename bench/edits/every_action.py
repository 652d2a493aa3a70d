"""Every workflow action on every file of some corpora, LF and CRLF: proven, refused with a reason, or wrong.

`python -m bench.edits.every_action FOLDER... [--tools] [--only ACTION] [--diffs FOLDER]`: each action gets params that
make sense for the file (its first job, its first step). What the edit engine proves before it returns is judged again
here by other means: the text outside of the patches by a line diff of its own, the meaning by ruamel.yaml where it
stands in `bench/results/peers`, the second run by running it. `--tools` counts new findings of check-jsonschema,
actionlint and zizmor (>= medium). Exit 1 when anything is wrong or new.
"""

import argparse
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.edits.outside_checkers import TOOLS, judge, new_findings
from orchestrator.edits.action import Scene, TextTree
from orchestrator.edits.propose import propose, read_params
from orchestrator.edits.registry import find_action
from orchestrator.edits.result import EditCode, EditResult, EditStatus, Refusal
from orchestrator.edits.workflows.shape import events_of, jobs_of, steps_of
from orchestrator.edits.yaml.model import load_model
from orchestrator.models.json import Json, JsonObject

TARGET = ".github/workflows/x.yml"
ABSENT = frozenset((EditCode.NOT_FOUND,))  # the file has nothing of what the action is about
# Preconditions that say the same: no edit of this file could be what the action is for.
NOT_APPLICABLE: Mapping[str, str] = {
    "add_approval_gates": "calls another workflow and cannot have an environment",
    "add_blue_green": "does not roll images out with kubectl",
    "add_canary": "has no deployment to Kubernetes",
    "add_concurrency": r"is called by others|no run makes an older one needless",
    "add_dependency_cache": "a cache that others can fill",
    "add_deploy_migration": "is known to deploy yet",
    "add_health_checks": "there is nothing to probe",
    "add_job": "a job more is a risk more",
    "add_migration_step": "elsewhere than on Linux",  # a service container cannot be there
    "add_perf_checks": r"a baseline in a cache|a job more is a risk more|no run would ever leave a baseline",
    "add_required_gate_job": "a job more is a risk more",
    "add_path_filters": "does not run on pull requests",
    "implement_production_deploy": r"production has no place in it|no step pushes an image",
    "implement_staging_deploy": "no step pushes an image",
}
UNREADABLE = frozenset((EditCode.PARSE, EditCode.DUP_KEY, EditCode.MULTIDOC))
AROUND = {
    "package.json": '{"name": "x", "scripts": {"test": "jest", "bench": "node bench.js"}}\n',
    "package-lock.json": "{}\n",
    "requirements.txt": "requests\n",
    "src/index.ts": "",
    "service/main.py": "",
    "alembic.ini": "",
    "deploy.sh": "",
    "back.sh": "",
}
STEP = {"name": "Bench step", "run": "echo one\necho two\n"}
JOB = {
    "runs-on": "ubuntu-latest",
    "permissions": {"contents": "read"},
    "steps": [{"name": "Build", "run": "make\nmake test\n"}],
}
DEPLOY = {"url": "https://example.org", "command": "./deploy.sh", "rollback_command": "./back.sh"}


def params_for(action: str, model: JsonObject) -> Iterator[JsonObject]:
    """Yield the params to try an action with on one workflow; none when it has nothing to work on."""
    jobs = jobs_of(model)
    job, last = next(iter(jobs), None), list(jobs)[-1] if jobs else None
    steps = {name: titles for name, item in jobs.items() if len(titles := _titles(item)) > 1}
    made: Mapping[str, Sequence[JsonObject]] = {
        "add_deploy_migration": [{"command": "npm run migrate"}],
        "add_health_checks": [{"url": "https://example.org"}],
        "add_job": [{"job": "bench-job", "content": JOB}, {"job": "bench-job", "content": JOB, "after": job}],
        "add_migration_step": [{}],
        "add_step": [{"job": name, "step": STEP} for name in (job, last) if name and steps_of(jobs[name])]
        + [{"job": name, "step": STEP, "before": titles[-1]} for name, titles in list(steps.items())[:1]],
        "add_trigger": [
            {"event": "merge_group"},
            {"event": "schedule", "cron": "0 3 * * 1"},
            {"event": "workflow_dispatch", "settings": {"inputs": {"dry": {"type": "boolean", "default": True}}}},
        ],
        "implement_production_deploy": [DEPLOY],
        "implement_staging_deploy": [DEPLOY],
        "move_step": list(_moves(steps, jobs))[:1],
        "remove_job": [{"job": last, "drop_needs": True}] if len(jobs) > 1 else [],
        "rename_job": [{"job": job, "to": "renamed"}] if job else [],
        "replace_in_run": [{"find": "npm ci", "replace": "npm ci --ignore-scripts", "every": True}],
        "replace_step": [
            {"job": name, "step": title, "content": STEP}
            for name, titles in steps.items()
            for title in titles
            if not _is_read(_step(jobs[name], title), jobs[name])
        ][:1],
        "set_permissions": [{}] + ([{"job": job, "permissions": {"contents": "read"}}] if job else []),
        "yaml_append": [{"path": ["jobs", job, "steps"], "value": STEP}] if job and steps_of(jobs[job]) else [],
        "yaml_delete": [{"path": ["jobs", last]}] if len(jobs) > 1 else [],
        "yaml_merge": [{"path": ["env"], "value": {"BENCH": "yes"}}],
        "yaml_set": [
            {"path": ["name"], "value": "Bench: a name"},
            *([{"path": ["on", "push", "paths"], "value": ["a/**"]}] if "push" in events_of(model) else []),
        ],
    }
    yield from made.get(action, [{}])


def _moves(steps: Mapping[str, Sequence[str]], jobs: Mapping[str, JsonObject]) -> Iterator[JsonObject]:
    """Yield moves that are possible: a step as far ahead as nothing that it passes is read by it."""
    for name, titles in steps.items():
        for at in range(len(titles) - 1, 0, -1):
            moved = _step(jobs[name], titles[at])
            ahead = at
            while ahead and not _is_read(_step(jobs[name], titles[ahead - 1]), moved):
                ahead -= 1
            between = steps_of(jobs[name])
            passed = between[between.index(_step(jobs[name], titles[ahead])) : between.index(moved)]
            if ahead < at and not any(_is_read(other, moved) for other in passed):
                yield {"job": name, "step": titles[at], "before": titles[ahead]}


def _step(job: JsonObject, title: str) -> JsonObject:
    return next(step for step in steps_of(job) if title in (step.get("id"), step.get("name"), step.get("uses")))


def _is_read(step: JsonObject, by: Json) -> bool:
    name = str(step.get("id", ""))
    return bool(name) and re.search(rf"\bsteps\.{re.escape(name)}\b", str(by)) is not None


def _titles(job: Json) -> list[str]:
    """Return what names a step of a job and no other one."""
    steps = steps_of(job)
    named = [str(step.get("id") or step.get("name") or step.get("uses") or "") for step in steps]
    return [title for title in named if title and sum(_is_called(step, title) for step in steps) == 1]


def _is_called(step: JsonObject, title: str) -> bool:
    return title in (step.get("id"), step.get("name")) or str(step.get("uses", "")).startswith(title)


ACTIONS = (
    "add_approval_gates", "add_blue_green", "add_canary", "add_concurrency", "add_container_scanning",
    "add_dependency_cache", "add_deploy_migration", "add_health_checks", "add_job", "add_migration_step",
    "add_path_filters", "add_perf_checks", "add_required_gate_job", "add_sbom_generation", "add_step", "add_timeouts",
    "add_trigger", "fix_template_injection", "harden_checkout", "implement_production_deploy",
    "implement_staging_deploy", "make_trivy_blocking", "move_step", "parallelize_python_builds", "pin_actions",
    "remove_continue_on_error", "remove_job", "rename_job", "replace_in_run", "replace_step", "set_permissions",
    "upgrade_audit_level", "yaml_append", "yaml_delete", "yaml_merge", "yaml_set",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Made:
    """A file before and after an edit."""

    action: str
    file: str
    before: str
    after: str


def carry_out(action: str, text: str, params: JsonObject) -> EditResult:
    """Propose one edit of one text in a small repository."""
    found = find_action(action)
    return propose(found, Scene(TARGET, TextTree({**AROUND, TARGET: text})), read_params(found, params))


def wrong(action: str, text: str, params: JsonObject, result: EditResult) -> str | None:
    """Return what is wrong with an edit, judged by other means than the engine's own, or None."""
    edit = result.edits[0]
    after = edit.after
    at = start = 0
    for item in sorted(edit.patches, key=lambda one: one.start):  # bytes outside of the patches, one run at a time
        run = text[start : item.start].encode()
        if after.encode()[at : at + len(run)] != run:
            return "bytes outside of the patches differ"
        at += len(run) + len(item.new.encode())
        start = item.end
    if after.encode()[at:] != text[start:].encode():
        return "bytes behind the last patch differ"
    if load_model(after) != edit.intended:
        return "the model is not the intended one"
    is_crlf = text.count("\r\n") == text.count("\n") > 0
    if is_crlf and after.count("\r\n") != after.count("\n"):
        return "mixed line ends"
    gone = Counter(_comments(text)) - Counter(_comments(after))
    if gone and action not in ("remove_job", "yaml_delete", "replace_step", "pin_actions", "fix_template_injection"):
        return f"lost a comment: {next(iter(gone))}"
    again = carry_out(action, after, params)
    return None if again.status is EditStatus.ALREADY else f"the second run says {again.status}: {again.reason}"


def _comments(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.lstrip().startswith("#")]


class Bench:
    """Counts what became of the edits of all files."""

    def __init__(self, only: str | None) -> None:
        self.actions = [name for name in ACTIONS if only in (None, name)]
        self.counts: dict[str, Counter[str]] = defaultdict(Counter)
        self.reasons: dict[str, Counter[str]] = defaultdict(Counter)
        self.seconds: Counter[str] = Counter()
        self.made: list[Made] = []

    def file(self, name: str, text: str) -> None:
        """Try every action on one file, with both kinds of line ends."""
        try:
            model = load_model(text)
        except Refusal as refusal:
            self.reasons["(unreadable)"][f"{refusal.code}: {name}"] += 1
            return
        if not isinstance(model, dict) or not jobs_of(model):
            return
        for action in self.actions:
            for params in params_for(action, model):
                self.edit(action, name, text, params)

    def edit(self, action: str, name: str, text: str, params: JsonObject) -> None:
        """Carry one edit out, LF and CRLF, and count it."""
        begun = time.perf_counter()
        result = carry_out(action, text, params)
        self.seconds[action] += time.perf_counter() - begun
        counts = self.counts[action]
        counts["tried"] += 1
        counts[_kind(action, result)] += 1
        if result.code is not None:
            self.reasons[action][f"{result.code}: {_general(result.reason)}"] += 1
        crlf = carry_out(action, text.replace("\n", "\r\n"), params)
        if (crlf.status, crlf.code) != (result.status, result.code):
            self.tell(action, name, f"CRLF ends as {crlf.status} {crlf.code}: {crlf.reason}, LF as {result.status}")
        if result.status is not EditStatus.CHANGED or crlf.status is not EditStatus.CHANGED:
            return
        for ends, one, before in (("LF", result, text), ("CRLF", crlf, text.replace("\n", "\r\n"))):
            problem = wrong(action, before, params, one)
            if problem is not None:
                self.tell(action, name, f"{ends}: {problem}")
        if crlf.edits[0].after != result.edits[0].after.replace("\n", "\r\n"):
            self.tell(action, name, "CRLF and LF come out differently")
        self.made.append(Made(action=action, file=name, before=text, after=result.edits[0].after))

    def tell(self, action: str, name: str, problem: str) -> None:
        """Count and print what is wrong."""
        self.counts[action]["WRONG"] += 1
        print(f"WRONG {action}: {name}: {problem}", file=sys.stderr, flush=True)


def _kind(action: str, result: EditResult) -> str:
    if result.status is not EditStatus.REFUSED:
        return str(result.status)
    says = NOT_APPLICABLE.get(action)
    is_other = result.code is EditCode.PRECONDITION and says is not None and re.search(says, result.reason)
    return "absent" if result.code in ABSENT or is_other else "refused"


def _general(reason: str) -> str:
    """Return a reason without the names in it, so that equal ones can be counted."""
    return re.sub(r"\$\{\{.*?\}\}|`[^`]*`|\d+", "…", reason)[:110]


def report(bench: Bench) -> int:
    """Print the table and every reason for a refusal; return how many edits were wrong."""
    print(f"{'action':30} {'tried':>6} {'changed':>8} {'already':>8} {'absent':>7} {'conflict':>9} {'refused':>8} "
          f"{'share':>7} {'wrong':>6} {'each':>9}")  # fmt: skip
    for action, row in bench.counts.items():
        applicable = row["tried"] - row["absent"]
        share = f"{100 * row['refused'] / applicable:5.1f} %" if applicable else "    - "
        each = 1000 * bench.seconds[action] / row["tried"]
        print(f"{action:30} {row['tried']:6} {row['changed']:8} {row['already']:8} {row['absent']:7} "
              f"{row['conflict']:9} {row['refused']:8} {share:>7} {row['WRONG']:6} {each:6.1f} ms")  # fmt: skip
    for action, reasons in bench.reasons.items():
        for reason, number in reasons.most_common():
            print(f"  {action}: {number} x {reason}")
    return sum(row["WRONG"] for row in bench.counts.values())


def sample(made: Sequence[Made], each: int) -> list[Made]:
    """Return at most so many edits of each action, spread over all files."""
    if not each:
        return list(made)
    by_action: dict[str, list[Made]] = defaultdict(list)
    for one in made:
        by_action[one.action].append(one)
    return [one for some in by_action.values() for one in some[:: max(1, len(some) // each)][:each]]


def outside(made: Sequence[Made], *, size: int = 400) -> int:
    """Print the new findings of the outside checkers; return how many there are."""
    texts = list(dict.fromkeys(text for one in made for text in (one.before, one.after)))
    found = {}
    for start in range(0, len(texts), size):
        found.update(zip(texts[start : start + size], judge(texts[start : start + size]), strict=True))
        print(f"judged {min(start + size, len(texts))} of {len(texts)} texts", file=sys.stderr, flush=True)
    total: dict[str, Counter[str]] = defaultdict(Counter)
    for one in made:
        for tool, new in new_findings(found[one.before], found[one.after]).items():
            total[one.action][tool] += new.total()
            for rule, number in new.items():
                print(f"new: {one.action}: {one.file}: {tool}: {number} x {rule}", file=sys.stderr, flush=True)
    for action, row in total.items():
        print(f"new findings, {action:30} " + " ".join(f"{tool} {row[tool]:4}" for tool in TOOLS))
    return sum(row.total() for row in total.values())


def main() -> None:
    """Print the tables; exit 1 when an edit was wrong or brought a finding."""
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus", type=Path, nargs="+")
    parser.add_argument("--tools", action="store_true")
    parser.add_argument("--only")
    parser.add_argument("--each", type=int, default=0, help="edits per action that the tools judge; 0 = all")
    parser.add_argument("--every", type=int, default=1, help="take every Nth file; 1 = all")
    parser.add_argument("--diffs", type=Path, help="write every diff into this folder")
    given = parser.parse_args()
    paths = sorted(path for top in given.corpus for path in top.rglob("*") if path.suffix in (".yml", ".yaml"))
    paths = paths[:: given.every]
    bench = Bench(given.only)
    for path in paths:
        bench.file(path.name, path.read_bytes().decode("utf-8").replace("\r\n", "\n"))
    print(f"{len(paths)} files, {len(bench.made)} edits, LF and CRLF each")
    bad = report(bench)
    sys.stdout.flush()
    if given.diffs is not None:
        write_diffs(bench.made, given.diffs)
    if given.tools:
        bad += outside(sample(bench.made, given.each))
    sys.exit(1 if bad else 0)


def write_diffs(made: Sequence[Made], folder: Path) -> None:
    """Write the diff of every edit, for people to read."""
    from orchestrator.edits.patch import unified_diff

    folder.mkdir(parents=True, exist_ok=True)
    for number, one in enumerate(made):
        (folder / f"{one.action}-{number}.diff").write_text(unified_diff(one.file, one.before, one.after))


if __name__ == "__main__":
    main()
