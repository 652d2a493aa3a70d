"""What keeps something is tried after calls that put it in, with what these returned, and when time has passed."""

import shutil

import pytest
from by_hand import report_of, run_jest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm"),
]

LOCKERS = """\
import { randomUUID } from 'node:crypto';

export class Lockers {
  private readonly kept = new Map<string, { owner: string; at: number }>();

  constructor(
    private readonly minutes: number,
    private readonly now: () => number = Date.now,
  ) {}

  put(owner: string): { id: string; owner: string } {
    const mine = [...this.kept].filter(([, each]) => each.owner === owner);
    if (mine.length >= 3) {
      this.kept.delete(mine[0][0]);
    }
    const id = randomUUID();
    this.kept.set(id, { owner, at: this.now() });
    return { id, owner };
  }

  take(id: string): string | null {
    const found = this.kept.get(id);
    if (!found) {
      return null;
    }
    this.kept.delete(id);
    return this.now() - found.at > this.minutes * 60_000 ? null : found.owner;
  }

  count(owner: string): number {
    return [...this.kept.values()].filter((each) => each.owner === owner).length;
  }
}
"""


def test_a_store_is_asked_for_what_was_put_into_it(project):
    (project / "src/lockers.ts").write_text(LOCKERS)
    found = report_of("src/lockers.ts", budget=8)
    assert found["coverage"] == {"statements": 100.0, "branches": 100.0}, found
    assert found["mutants"]["percent"] > 95, found  # ids differ from run to run, and tell no mutant apart
    text = (project / "src/__tests__/lockers.test.ts").read_text()
    assert "lockers.take(put.id)" in text
    put_often = "count += 1) {\n      lockers.put('owner');\n    }\n    expect(lockers.count('owner')).toBe(3);"
    assert put_often in text  # no more often than it takes
    assert "() => now" in text and "mockReturnValueOnce(" not in text
    run_jest()
