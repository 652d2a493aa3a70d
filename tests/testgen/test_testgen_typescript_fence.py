"""The fence around a module of JavaScript that is explored: no way to make, change or remove a file."""

import json
import subprocess
from pathlib import Path

import orchestrator.testgen.typescript

FENCE = Path(orchestrator.testgen.typescript.__file__).parent / "node/explorer/fence.cjs"
SCRIPT = """
const fs = require('fs');
const { buildFence } = require(process.argv[1]);
const [file, cache] = process.argv.slice(2);
const open = fs.openSync(file, 'r');
const fence = buildFence(require, cache);
const tried = {
  chmodSync: () => fs.chmodSync(file, 0o12),
  fchmodSync: () => fs.fchmodSync(open, 0o12),
  fchown: () => fs.fchownSync(open, 1, 1),
  utimesSync: () => fs.utimesSync(file, 1, 1), truncateSync: () => fs.truncateSync(file),
  linkSync: () => fs.linkSync(file, file + '2'),
  openSync: () => fs.openSync(file, 'w'), numbered: () => fs.openSync(file, fs.constants.O_RDWR),
  cpSync: () => fs.cpSync(file, file + '2'),
  createWriteStream: () => fs.createWriteStream(file),
  chmod: () => fs.chmod(file, 0o12, () => undefined),
};
const through = Object.keys(tried).filter((name) => { try { tried[name](); return true; } catch { return false; } });
const later = ['chmod', 'truncate', 'open'].map((name) =>
  fs.promises[name](file, name === 'open' ? 'a' : 0).then(() => name, () => ''));
const read = fs.readFileSync(fs.openSync(file), 'utf8');
fs.openSync(cache + '/transformed', 'w');
Promise.all(later).then((names) => {
  fence.restore();
  process.stdout.write(JSON.stringify({ through: [...through, ...names.filter(Boolean)], read }));
});
"""


def test_no_file_is_changed_by_name_by_number_or_later_but_the_runner_keeps_its_cache(tmp_path):
    file, cache = tmp_path / "file", tmp_path / "cache"
    file.write_text("as it was")
    cache.mkdir()
    before = file.stat()
    told = subprocess.run(
        ["node", "-e", SCRIPT, "--", FENCE, file, cache], capture_output=True, text=True, check=True, timeout=60
    )
    assert json.loads(told.stdout) == {"through": [], "read": "as it was"}
    after = file.stat()
    assert (after.st_mode, after.st_mtime_ns, after.st_size) == (before.st_mode, before.st_mtime_ns, before.st_size)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["cache", "file", "transformed"]
