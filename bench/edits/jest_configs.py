"""Real Jest configurations: edited right as Node reads them, or refused with a reason.

`python -m bench.edits.jest_configs FOLDER [--show]`: every file of the folder is a Jest config or a package.json (a
name may have `__` for `/`). Both coverage actions run on it; Node evaluates the file before and after with `require`,
`import` and `process.chdir` answered by stand-ins, and everything but the edited key has to be equal.
`npm install typescript` in `bench/results/npm`. Exit 1 when one is wrong.
"""

import argparse
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from orchestrator.edits.action import Scene, TextTree
from orchestrator.edits.propose import propose, read_params
from orchestrator.edits.registry import find_action
from orchestrator.edits.result import EditStatus

HERE = Path(__file__).parent.parent / "results" / "npm"
GLOBS = {"include": ["bench/**/*.js"], "exclude": ["bench/gen/**"]}
GATES = {"thresholds": {"bench": {"lines": 45, "branches": 30}}, "mode": "set"}
ACTIONS = {"expand_coverage_collection": GLOBS, "add_directory_thresholds": GATES}
AROUND = {"bench/a.js": "", "bench/b/c.js": "", "src/a.ts": "", "bench/gen/x.js": ""}
_READ = """
const ts = require(process.argv[1] + "/node_modules/typescript"), vm = require("vm");
const soft = (name) => new Proxy(() => {}, {
  get: (_, key) => key === Symbol.toPrimitive ? () => name : key === "then" ? undefined
    : key === "toJSON" ? () => name : key === Symbol.iterator ? function* () {} : soft(name),
  apply: (_, __, given) => given.find((one) => one && typeof one === "object" && !Array.isArray(one)) ?? soft(name),
  ownKeys: () => [], getOwnPropertyDescriptor: () => undefined,
});
process.chdir = () => {};
const load = async (text, path) => {
  if (path.endsWith(".json")) {
    const whole = ts.parseConfigFileTextToJson(path, text).config;  // comments and trailing commas are let pass
    return path.endsWith("package.json") ? whole.jest : whole;
  }
  const options = {module: "commonjs", target: "es2022", esModuleInterop: true};
  const made = ts.transpileModule(text, {compilerOptions: options, fileName: "x.ts"}).outputText;
  const meta = `({url: "file:///x/${path}", dirname: "/x", filename: "/x/${path}", resolve: (name) => "/x/" + name})`;
  const code = made.replace(/\\bimport\\.meta\\b/g, meta);
  const found = {exports: {}};
  const real = {path: require("path"), os: require("os")};
  const need = (name) => real[name.replace("node:", "")] ?? soft(name);
  const run = vm.runInThisContext(`(async function (module, exports, require, __dirname, __filename) {${code}\\n})`);
  await run(found, found.exports, need, "/x", "/x/" + path);
  let value = found.exports.default ?? found.exports;
  if (typeof value === "function") value = await value({});
  return await value;
};
(async () => {
  const out = [];
  for (const [text, path] of JSON.parse(require("fs").readFileSync(0, "utf8"))) {
    try { out.push([true, JSON.parse(JSON.stringify(await load(text, path)) ?? "null")]); }
    catch (error) { out.push([false, String(error)]); }
  }
  process.stdout.write(JSON.stringify(out));
})();
"""


def evaluated(cases: list[tuple[str, str]]) -> list[tuple[bool, object]]:
    """Return for each text whether Node could read it, and what it says."""
    command = ["node", "-e", _READ, str(HERE)]
    done = subprocess.run(command, input=json.dumps(cases), capture_output=True, text=True, check=True)
    return [tuple(one) for one in json.loads(done.stdout)]


def problem(action: str, before: object, after: object) -> str | None:
    """Return what is wrong with an evaluated edit, or None."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return "is no object"
    key = "collectCoverageFrom" if action.startswith("expand") else "coverageThreshold"
    rest = [{name: item for name, item in one.items() if name != key} for one in (before, after)]
    if rest[0] != rest[1]:
        return "another key changed"
    old, new = before.get(key), after.get(key)
    if key == "coverageThreshold":
        kept = {name: item for name, item in (new or {}).items() if name != "./bench/"}
        gate = (new or {}).get("./bench/")
        return None if kept == (old or {}) and gate == {"branches": 30, "lines": 45} else f"the gates are {new}"
    added = [glob for glob in new or [] if glob not in (old or [])]
    first = next((at for at, glob in enumerate(new or []) if glob.startswith("!")), 0)
    is_ahead = "bench/**/*.js" in (new or []) and (new or []).index("bench/**/*.js") <= first
    kept = [glob for glob in new or [] if glob not in added] == (old or [])
    return None if kept and is_ahead and "!bench/gen/**" in added else f"the globs are {new}"


def main() -> None:
    """Print how many of each kind; exit 1 when one is wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", action="store_true", help="print every refusal")
    given = parser.parse_args()
    bad = 0
    for action, params in ACTIONS.items():
        counts: Counter[str] = Counter()
        cases, names = [], []
        for path in sorted(given.folder.iterdir()):
            text = path.read_bytes().decode().replace("\r\n", "\n")
            name = path.name.split("__")[-1]
            found = find_action(action)
            scene = Scene(name, TextTree({**AROUND, name: text}))
            result = propose(found, scene, read_params(found, params))
            if result.status is EditStatus.CHANGED:
                cases += [(text, name), (result.edits[0].after, name)]
                names.append(path.name)
                continue
            counts[f"{result.status} {result.code}: {result.reason[:70]}"] += 1
            if given.show:
                print(f"{action}: {path.name}: {result.code}: {result.reason}")
        values = evaluated(cases)
        for at, name in enumerate(names):
            (could, before), (_, after) = values[2 * at], values[2 * at + 1]
            wrong = problem(action, before, after) if could else None
            counts["WRONG" if wrong else "right" if could else "edited, not evaluated"] += 1
            bad += bool(wrong)
            if wrong or not could:
                print(f"{action}: {name}: {wrong or before}", file=sys.stderr)
        print(action)
        for kind, number in counts.most_common():
            print(f"{number:8} {kind}")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
